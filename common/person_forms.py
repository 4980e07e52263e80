"""What forms ask about a person, wherever they ask it: the name, how to reach them, where they live."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.fields import NameField, PhoneField, PlainField, country_field


class NamesForm(forms.Form):
    """How somebody is called."""

    given_name = NameField(
        label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = NameField(
        label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )


class CountryForm(forms.Form):
    """In which country somebody lives."""

    country = country_field(label=_("Country"))


class AddressForm(CountryForm):
    """Where parcels go."""

    street = PlainField(
        label=_("Street and number"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "address-line1"}),
    )
    postcode = PlainField(
        label=_("Postcode"), max_length=16, widget=forms.TextInput(attrs={"autocomplete": "postal-code"})
    )
    city = PlainField(
        label=_("Town"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "address-level2"})
    )


class PhoneForm(forms.Form):
    """A telephone number for whoever likes to give one."""

    phone = PhoneField(label=_("Telephone (optional)"), required=False)


class NewcomerForm(NamesForm, PhoneForm):
    """Somebody whom the portal does not know yet: how to write to them, and a trap for machines."""

    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    # Only a machine fills in what people do not see.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].help_text = _(
            "Only for a question about a delivery. With the country, for example +32 470 12 34 56."
        )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    @property
    def from_a_machine(self) -> bool:
        return bool(self.cleaned_data.get("website"))

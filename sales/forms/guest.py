"""Buying without a login: where the goods and the letters go."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from common.fields import NameField, PhoneField, PlainField, country_field
from distributors.operations.profiles import Details
from sales.forms.cart import submit


class GuestForm(forms.Form):
    """Who buys, and the token of the basket that was shown."""

    token = forms.RegexField(regex="^[A-Za-z0-9]{1,64}$", widget=forms.HiddenInput, max_length=64)
    given_name = NameField(
        label=_("First name"), widget=forms.TextInput(attrs={"autocomplete": "given-name"})
    )
    family_name = NameField(
        label=_("Last name"), widget=forms.TextInput(attrs={"autocomplete": "family-name"})
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("The link to your order and its invoice goes there, and nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
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
    country = country_field(label=_("Country"))
    phone = PhoneField(
        label=_("Telephone (optional)"),
        required=False,
        help_text=_(
            "Only for a question about the delivery. With the country, for example +32 470 12 34 56."
        ),
    )
    # Only a machine fills in what people do not see.
    website = forms.CharField(
        label=_("Leave this empty"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = action
        self.helper.attrs = {"data-submit-once": "", "novalidate": "novalidate"}
        self.helper.layout = Layout(
            "token",
            Div("given_name", "family_name", css_class="pair"),
            "email",
            "street",
            Div("postcode", "city", css_class="pair"),
            "country",
            "phone",
            Div("website", css_class="sr-only", aria_hidden="true"),
            submit(_("Order with obligation to pay"), kind="main"),
        )

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def details(self) -> Details:
        """The values as the operation wants them."""
        names = ("given_name", "family_name", "phone", "street", "postcode", "city", "country")
        return Details(**{name: self.cleaned_data[name] for name in names})

    @property
    def from_a_machine(self) -> bool:
        return bool(self.cleaned_data.get("website"))

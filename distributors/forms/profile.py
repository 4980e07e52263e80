"""One's own personal data."""

from typing import Any

from crispy_forms.layout import Div, Layout, Submit
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.forms import poster
from common.person_forms import AddressForm, NamesForm, PhoneForm
from distributors.operations.profiles import Details


class ProfileForm(NamesForm, PhoneForm, AddressForm):
    """What a person may change about themselves; the e-mail address has its own page."""

    field_order = ("given_name", "family_name", "phone", "street", "postcode", "city", "country")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("street", "postcode", "city", "country"):
            self.fields[name].required = False
        self.helper = poster()
        self.helper.layout = Layout(
            Div("given_name", "family_name", css_class="pair"),
            "phone",
            "street",
            Div("postcode", "city", css_class="pair"),
            "country",
            Submit("", _("Save changes"), css_class="btn-main"),
        )

    def details(self) -> Details:
        """The values as the operation wants them."""
        return Details(**self.cleaned_data)


TO = (
    ("nobody", gettext_lazy("Nobody")),
    ("sponsor", gettext_lazy("My sponsor")),
    ("upline", gettext_lazy("Everybody above me")),
)


class OpennessForm(forms.Form):
    """To whom a person shows what."""

    phone = forms.ChoiceField(label=gettext_lazy("Telephone"), choices=TO)
    email = forms.ChoiceField(label=gettext_lazy("E-mail address"), choices=TO)
    city = forms.ChoiceField(label=gettext_lazy("Town"), choices=TO)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster()
        self.helper.layout = Layout("phone", "email", "city", Submit("", _("Save"), css_class="btn-main"))


class LeaveForm(forms.Form):
    """What leaving means for the person's data, and that what stays has been read."""

    erase = forms.ChoiceField(
        label=gettext_lazy("Your personal data"),
        choices=[("no", ""), ("yes", "")],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose one.")},
    )
    read = forms.BooleanField(
        label=gettext_lazy("I have read what is erased and what stays."),
        error_messages={
            "required": gettext_lazy("Please tick that you have read what is erased and what stays.")
        },
    )

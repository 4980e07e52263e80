"""Buying without a login: where the goods and the letters go."""

from typing import Any

from crispy_forms.layout import Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import poster
from common.person_forms import AddressForm, NewcomerForm
from distributors.operations.profiles import Details
from sales.forms.cart import submit


class GuestForm(NewcomerForm, AddressForm):
    """Who buys, and the token of the basket that was shown."""

    field_order = (
        "token", "given_name", "family_name", "email", "street", "postcode", "city", "country", "phone",
    )  # fmt: skip
    token = forms.RegexField(regex="^[A-Za-z0-9]{1,64}$", widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "The link to your order and its invoice goes there, and nothing else."
        )
        self.helper = poster(action=action)
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

    def details(self) -> Details:
        """The values as the operation wants them."""
        names = ("given_name", "family_name", "phone", "street", "postcode", "city", "country")
        return Details(**{name: self.cleaned_data[name] for name in names})

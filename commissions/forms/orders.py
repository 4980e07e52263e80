"""Which order somebody asks about."""

from typing import Any

from crispy_forms.layout import HTML, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.forms import getter


class OrderSearch(forms.Form):
    """The number of an order, as it stands on a statement or an invoice."""

    number = forms.CharField(
        label=_("Order number"),
        max_length=40,
        help_text=_("Your own order, your customer’s, or one of somebody in your team."),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
        error_messages={"required": _("Write the number of an order, as it stands on its invoice.")},
    )

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = getter(action=action)
        self.helper.form_class = "filters order-search"
        self.helper.attrs |= {"role": "search", "aria-label": _("What an order paid you")}
        button = format_html(
            '<button class="btn btn-plain" type="submit">{{% icon "search" %}} {}</button>',
            _("Find the reason"),
        )
        self.helper.layout = Layout("number", HTML(button))

    def clean_number(self) -> str:
        """Without what people type around a number."""
        return "".join(str(self.cleaned_data["number"]).split()).lstrip("#")

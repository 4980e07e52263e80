"""How the team is looked at: search, month, order."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

SORTS = (
    ("gv", _("Group volume")),
    ("pv", _("Own volume")),
    ("name", _("Name")),
    ("joined", _("Newest first")),
)


class SearchForm(forms.Form):
    """A name or a number; empty shows the whole team."""

    q = forms.CharField(
        label=_("Search your team by name or number"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "inputmode": "search"}),
    )
    month = forms.CharField(required=False, widget=forms.HiddenInput)
    sort = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _getter(action)
        self.helper.attrs = {"role": "search"}
        self.helper.layout = Layout("q", "month", "sort", _button(_("Search"), "search"))


class LookForm(forms.Form):
    """Which month, in which order."""

    month = forms.ChoiceField(label=_("Month"), required=False)
    sort = forms.ChoiceField(label=_("In the order of"), required=False, choices=SORTS)

    def __init__(self, *args: Any, action: str, months: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month = self.fields["month"]
        if isinstance(month, forms.ChoiceField):
            month.choices = months
        self.helper = _getter(action)
        self.helper.layout = Layout("month", "sort", _button(_("Show"), "arrow-clockwise"))


def _getter(action: str) -> FormHelper:
    helper = FormHelper()
    helper.form_method = "get"
    helper.form_action = action
    helper.form_class = "filters"
    helper.disable_csrf = True
    return helper


def _button(word: Any, image: str) -> HTML:
    return HTML(
        format_html(
            '<button class="btn btn-plain" type="submit">{{% icon "{}" %}} {}</button>',
            image,
            word,
        )
    )

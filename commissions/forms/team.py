"""How the team is looked at: search, month, order; columns and filters of the table; a name for a view."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.forms import getter, poster

SORTS = (
    ("gv", _("Group volume")),
    ("pv", _("Own volume")),
    ("name", _("Name")),
    ("joined", _("Newest first")),
)
TABLE_SORTS = (
    ("gv", _("Group volume")),
    ("pv", _("Own volume")),
    ("name", _("Name")),
    ("level", _("Level")),
    ("generation", _("Generation")),
    ("leg", _("Leg")),
    ("rank", _("Paid-as rank")),
    ("career", _("Career rank")),
    ("active", _("Active first")),
    ("joined", _("Newest first")),
    ("last", _("Latest order first")),
    ("below", _("People below")),
    ("near", _("Nearest to the next rank")),
)
COLUMNS = (
    ("level", _("Your level")),
    ("generation", _("Generation")),
    ("leg", _("Leg")),
    ("below", _("People below")),
    ("rank", _("Paid as")),
    ("career", _("Career rank")),
    ("active", _("Activity")),
    ("near", _("Way to the next rank")),
    ("joined", _("Joined")),
    ("last", _("Last order")),
    ("pv", _("Own volume (PV)")),
    ("gv", _("Group volume (GV)")),
)
USUAL_COLUMNS = ("level", "below", "rank", "active", "joined", "pv", "gv")
ACTIVITIES = (
    ("", _("Everybody")),
    ("active", _("Active")),
    ("inactive", _("Not active")),
    ("at_risk", _("At risk")),
)
ANY = ("", _("Any"))


class SearchForm(forms.Form):
    """A name or a number; empty shows the whole team."""

    q = forms.CharField(
        label=_("Search your team by name or number"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "inputmode": "search"}),
    )
    # Named apart from the fields of the form beside it: a label there would lead here.
    month = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "search-month"}))
    sort = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"id": "search-sort"}))

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = getter(action=action)
        self.helper.attrs |= {"role": "search"}
        self.helper.layout = Layout("q", "month", "sort", _button(_("Search"), "search"))


class LookForm(forms.Form):
    """Which month, in which order; `view` where it is not the outline."""

    month = forms.ChoiceField(label=_("Month"), required=False)
    sort = forms.ChoiceField(label=_("In the order of"), required=False, choices=SORTS)

    def __init__(self, *args: Any, action: str, months: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "month", months)
        self.helper = getter(action=action)
        self.helper.layout = Layout("month", "sort", _button(_("Show"), "arrow-clockwise"))


class TableForm(forms.Form):
    """What the table shows, of whom, in which order. What cannot be read is said beside its field and narrows
    nothing."""

    view = forms.CharField(widget=forms.HiddenInput, initial="table", required=False)
    leg = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
    month = forms.ChoiceField(label=_("Month"), required=False)
    sort = forms.ChoiceField(label=_("In the order of"), required=False)
    level = forms.IntegerField(
        label=_("Level"), required=False, min_value=1, max_value=100_000, widget=forms.NumberInput
    )
    rank = forms.TypedChoiceField(label=_("Paid as"), required=False, coerce=int, empty_value=None)
    activity = forms.ChoiceField(label=_("Activity"), required=False, choices=ACTIVITIES)
    joined = forms.ChoiceField(label=_("Joined in"), required=False)
    close = forms.BooleanField(label=_("Close to the next rank"), required=False)
    col = forms.MultipleChoiceField(
        label=_("Columns"), required=False, choices=COLUMNS, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        action: str,
        months: Sequence[tuple[str, str]],
        ranks: Sequence[tuple[int, str]],
        joined: Sequence[tuple[str, str]],
        sort: str,
        is_open: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        _choose(self, "month", months)
        _choose(self, "rank", [ANY, *((str(step), label) for step, label in ranks)])
        _choose(self, "joined", [ANY, *joined])
        words = dict(TABLE_SORTS)
        turned = (
            [(sort, _("%(order)s, turned about") % {"order": words[sort[1:]]})] if sort[:1] == "-" else []
        )
        _choose(self, "sort", [*TABLE_SORTS, *turned])
        self.helper = getter(action=action)
        self.helper.form_class = "table-form"
        self.helper.layout = Layout(
            "view",
            "leg",
            Div("month", "sort", _button(_("Show"), "arrow-clockwise"), css_class="filters"),
            HTML(_opening(_("Filters and columns"), is_open=is_open)),
            Div("level", "rank", "activity", "joined", css_class="filters"),
            Field("close"),
            Div("col", css_class="columns"),
            HTML("</details>"),
        )


class ViewForm(forms.Form):
    """A name for what the table shows."""

    name = forms.CharField(label=_("Name of this view"), max_length=40)

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=action)
        self.helper.form_class = "filters"
        self.helper.layout = Layout("name", _button(_("Save this view"), "plus-lg"))


def _choose(form: forms.Form, name: str, choices: Sequence[tuple[Any, Any]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices


def _opening(word: Any, *, is_open: bool) -> str:
    opened = " open" if is_open else ""
    summary = format_html("<summary>{{% icon 'sliders' %}} {}</summary>", word)
    return f'{{% load portal %}}<details class="more-filters"{opened}>{summary}'


def _button(word: Any, image: str) -> HTML:
    return HTML(
        format_html(
            '<button class="btn btn-plain" type="submit">{{% icon "{}" %}} {}</button>',
            image,
            word,
        )
    )

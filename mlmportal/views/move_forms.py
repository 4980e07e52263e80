"""What staff send about a change of sponsor."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commissions.operations.sponsor_changes import Beginning
from common import spoken
from common.forms import poster


class MoveForm(forms.Form):
    """Who is to stand under whom, why, and from when it counts."""

    number = forms.CharField(
        label=_("Number of the person who moves"),
        max_length=20,
        error_messages={"required": _("Whose sponsor changes?")},
    )
    sponsor_number = forms.CharField(
        label=_("Number of the new sponsor"),
        max_length=20,
        required=False,
        help_text=_("Leave it empty for the team of somebody who left: it moves up, where the plan says so."),
    )
    month = forms.ChoiceField(
        label=_("Counts from"),
        help_text=_(
            "What is closed keeps the line it was computed with. A period has the line of its last day: a change that "
            "begins within one counts in all of it."
        ),
        error_messages={"required": _("From when does it count?")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("It is kept with the change."),
        error_messages={"required": _("Say why; the reason is kept with the change.")},
    )

    def __init__(self, *args: Any, months: Sequence[Beginning], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_months = bool(months)
        field = self.fields["month"]
        field.choices = [(one.key, spoken.period_name(one.key)) for one in months]  # type: ignore[attr-defined]
        self.helper = poster()
        button = Submit("do", _("Ask for this change"), css_class="btn-main", css_id="move-button")
        self.helper.layout = Layout("number", "sponsor_number", "month", "reason", button)

"""What staff send about what is missing before earnings are paid out."""

from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commissions.models import Withholding
from common.forms import poster


class WithholdingForm(forms.Form):
    """Of whom what is missing, and what they are to do."""

    number = forms.CharField(
        label=_("Distributor's number"), max_length=20, error_messages={"required": _("Whom is it about?")}
    )
    reason = forms.ChoiceField(label=_("What is missing"), choices=Withholding.Reason.choices)
    note = forms.CharField(
        label=_("What they are to do"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The distributor reads it on every statement."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster()
        button = Submit("do", _("Withhold until then"), css_class="btn-main", css_id="withhold-button")
        self.helper.layout = Layout("number", "reason", "note", button)

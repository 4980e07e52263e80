"""What staff send about manual adjustments and about frozen money."""

from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from commissions.forms.months import minor_units
from common.forms import poster
from common.money import LARGEST
from common.templatetags.portal import money_plain


class AdjustmentForm(forms.Form):
    """Who gets how much, why, and where the proof is."""

    number = forms.CharField(
        label=_("Distributor's number"), max_length=20, error_messages={"required": _("Whom is it about?")}
    )
    label = forms.CharField(
        label=_("On the statement"),
        max_length=60,
        help_text=_("A bonus or a few words, such as: Goodwill for a late delivery."),
        error_messages={"required": _("Say what the statement shows.")},
    )
    amount = forms.CharField(
        label=_("Amount"),
        max_length=40,
        help_text=_("With a minus it takes back. What cannot be covered becomes a debt."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "text"}),
        error_messages={"required": _("How much?")},
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The distributor reads it on the statement."),
        error_messages={"required": _("Say why; the reason stays with the adjustment.")},
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where the proof is: a letter, a ticket, a file and its place."),
        error_messages={"required": _("Without evidence nothing is adjusted.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster()
        button = Submit("do", _("Ask for this adjustment"), css_class="btn-main", css_id="adjustment-button")
        self.helper.layout = Layout("number", "label", "amount", "reason", "evidence", button)

    def clean_amount(self) -> int:
        """The typed amount in minor units."""
        amount = minor_units(self.cleaned_data["amount"])
        if amount is None:
            raise forms.ValidationError(
                _("This cannot be read as an amount. Write it like %(example)s."),
                params={"example": money_plain(123456)},
            )
        if not amount or abs(amount) > LARGEST:
            raise forms.ValidationError(_("The amount cannot be nothing, nor more than the books can hold."))
        return amount

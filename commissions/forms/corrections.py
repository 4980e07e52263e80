"""What staff send to have a final month put right."""

from typing import Any

from crispy_forms.layout import Layout, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import poster

STANDINGS = {"good": 0, "suspended": 1, "left": 2}
LINES = {"rows": 3, "spellcheck": "false", "autocomplete": "off"}


class CorrectionForm(forms.Form):
    """Why a month is computed again, and what was wrong about its facts: one thing a line."""

    reason = forms.CharField(
        label=_("Reason"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Distributors whose amounts change read it on their statements."),
        error_messages={"required": _("Say why; the reason stays with the correction.")},
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Where the proof is: a letter, a ticket, a file and its place."),
        error_messages={"required": _("Without evidence nothing is corrected.")},
    )
    plan = forms.TypedChoiceField(label=_("Plan version"), coerce=int)
    without_orders = forms.CharField(
        label=_("Orders that should not have counted"),
        required=False,
        widget=forms.Textarea(attrs=LINES),
        help_text=_("One order number a line."),
    )
    sponsors = forms.CharField(
        label=_("Sponsors as they should have been"),
        required=False,
        widget=forms.Textarea(attrs=LINES),
        help_text=_("One distributor a line: their number, then the number of the sponsor."),
    )
    standing = forms.CharField(
        label=_("Who stood otherwise"),
        required=False,
        widget=forms.Textarea(attrs=LINES),
        help_text=_("One distributor a line: their number, then good, suspended or left."),
    )

    def __init__(
        self, *args: Any, action: str, versions: list[tuple[int, str, bool]], put_right: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        plan = self.fields["plan"]
        plan.choices = [(pk, words) for pk, words, _now in versions]  # type: ignore[attr-defined]
        plan.initial = next((pk for pk, _words, now in versions if now), None)
        for name in ("sponsors", "standing"):
            said = put_right.get(name, {})
            self.fields[name].initial = "\n".join(f"{number} {value}" for number, value in said.items())
        self.fields["without_orders"].initial = "\n".join(put_right.get("without_orders", []))
        self.helper = poster(action=action)
        button = Submit("do", _("Compute this correction"), css_class="btn-main", css_id="correct-button")
        self.helper.layout = Layout(*self.fields, button)

    def clean_without_orders(self) -> list[str]:
        """Order numbers."""
        return str(self.cleaned_data["without_orders"]).split()

    def clean_sponsors(self) -> dict[str, str]:
        """Numbers to sponsors' numbers."""
        return self._pairs("sponsors")

    def clean_standing(self) -> dict[str, int]:
        """Numbers to how they stood."""
        found = {}
        for number, word in self._pairs("standing").items():
            if word not in STANDINGS:
                raise forms.ValidationError(
                    _("%(word)s is not good, suspended or left."), params={"word": word}
                )
            found[number] = STANDINGS[word]
        return found

    def _pairs(self, name: str) -> dict[str, str]:
        found = {}
        for line in self.cleaned_data[name].splitlines():
            words = line.split()
            if words and len(words) != 2:
                raise forms.ValidationError(
                    _("“%(line)s” is not two words: a number, and what belongs to it."), params={"line": line}
                )
            if words:
                found[words[0]] = words[1]
        return found

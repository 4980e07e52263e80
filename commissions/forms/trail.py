"""Which entries of the audit trail staff look at."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.fields import PlainField
from common.forms import filters
from common.trail import What

LARGEST = 2**63 - 1


class TrailForm(forms.Form):
    """What happened, about which thing, and up to which entry."""

    what = forms.ChoiceField(
        label=_("What happened"), required=False, choices=[("", _("Everything")), *What.choices]
    )
    about = PlainField(label=_("About: a number, a month or a key"), max_length=80, required=False)
    up_to = forms.IntegerField(label=_("Up to entry"), min_value=1, max_value=LARGEST, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = filters("staff-trail", "what", "about", "up_to")

    def chosen(self) -> dict[str, Any]:
        """What is looked for; what cannot be understood is left out, and said beside its field."""
        self.is_valid()
        return {
            "what": self.cleaned_data.get("what") or "",
            "about": self.cleaned_data.get("about") or "",
            "up_to": self.cleaned_data.get("up_to"),
        }

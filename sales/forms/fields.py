"""Fields several forms of sales use."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Plain digits only: Python's int() would also take "１", " 1 " and "1_0".
WHOLE = re.compile(r"[0-9]{1,4}\Z", re.ASCII)


class QuantityField(forms.CharField):
    """A whole number of pieces, from 1 to `most`; anything else gets a sentence beside the field."""

    def __init__(self, *, most: int = 999, least: int = 1, **kwargs: Any) -> None:
        self.most, self.least = most, least
        attributes = {"inputmode": "numeric", "min": least, "max": most, "step": 1, "autocomplete": "off"}
        kwargs.setdefault("widget", forms.NumberInput(attrs=attributes))
        kwargs.setdefault("label", _("Quantity"))
        kwargs.setdefault("initial", least)
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        if not WHOLE.match(text) or not self.least <= int(text) <= self.most:
            raise forms.ValidationError(
                _("Enter a whole number from %(least)s to %(most)s."),
                code="invalid",
                params={"least": self.least, "most": self.most},
            )
        return int(text)

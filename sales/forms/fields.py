"""Fields several forms of sales use."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

# Plain digits only: Python's int() would also take "１", " 1 " and "1_0".
WHOLE = re.compile(r"[0-9]{1,4}\Z", re.ASCII)
AMOUNT = re.compile(r"[0-9]{1,15}(?:\.[0-9]+)?", re.ASCII)


class QuantityField(forms.CharField):
    """A whole number of pieces, from 1 to `most`; anything else gets a sentence beside the field."""

    def __init__(self, *, most: int = 999, least: int = 1, **kwargs: Any) -> None:
        self.most, self.least = most, least
        attributes = {"inputmode": "numeric", "min": least, "max": most, "step": 1, "autocomplete": "off"}
        kwargs.setdefault("widget", forms.NumberInput(attrs=attributes))
        kwargs.setdefault("label", _("Quantity"))
        kwargs.setdefault("initial", least)
        super().__init__(max_length=20, **kwargs)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        """None: a box for numbers has no greatest length."""
        return {}

    def validate(self, value: Any) -> None:
        """An empty box is answered in the same words as a wrong number."""
        if self.required and value in self.empty_values:
            raise self._refusal("required")

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if text in self.empty_values:
            return None
        if not WHOLE.match(text) or not self.least <= int(text) <= self.most:
            raise self._refusal("invalid")
        return int(text)

    def _refusal(self, code: str) -> forms.ValidationError:
        said = _("Enter a whole number from %(least)s to %(most)s.")
        return forms.ValidationError(said, code=code, params={"least": self.least, "most": self.most})


class HundredthsField(forms.DecimalField):
    """An amount such as 12.90 as people write it, held as whole minor units or hundredths of a point."""

    def __init__(self, *, exponent: int = 2, most: int = 10**12, **kwargs: Any) -> None:
        self.exponent = exponent
        highest = Decimal(most).scaleb(-exponent)
        super().__init__(min_value=0, max_value=highest, decimal_places=exponent, **kwargs)

    def to_python(self, value: Any) -> Any:
        # Decimal would also take "1_000", "1e3" and digits of other scripts.
        if isinstance(value, str) and value.strip() and not AMOUNT.fullmatch(value.strip()):
            raise forms.ValidationError(_("Write the amount as digits with a point, such as 12.90."))
        return super().to_python(value)

    def clean(self, value: Any) -> Any:
        amount = super().clean(value)
        return None if amount is None else int(amount.scaleb(self.exponent))

    def prepare_value(self, value: Any) -> Any:
        return Decimal(value).scaleb(-self.exponent) if isinstance(value, int) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)

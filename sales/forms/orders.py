"""How a list of orders is looked at, and taking an order back."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from crispy_forms.layout import Layout
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from common.forms import filters, poster
from sales.forms.cart import submit
from sales.models import Order
from sales.queries.orders import Filters

STATES = (
    ("", _("Any state")),
    (Order.State.PLACED, _("Placed, not paid")),
    (Order.State.PAID, _("Paid")),
    (Order.State.SHIPPED, _("Shipped")),
    (Order.State.CANCELLED, _("Cancelled")),
    ("returned", _("Something returned")),
)
BUYERS = (("", _("Everybody")), ("me", _("Me")), ("customers", _("My customers")))
SORTS = (
    ("-placed", _("Latest first")),
    ("placed", _("Earliest first")),
    ("-total", _("Highest amount first")),
    ("total", _("Lowest amount first")),
    ("number", _("Number")),
)


class FilterForm(forms.Form):
    """State, month and buyer of the orders to show, and their order."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    month = forms.ChoiceField(label=_("Month"), required=False)
    buyer = forms.ChoiceField(label=_("Bought by"), required=False, choices=BUYERS)
    sort = forms.ChoiceField(label=_("In the order of"), required=False, choices=SORTS)

    def __init__(self, *args: Any, months: Sequence[date], asks_buyer: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        month = self.fields["month"]
        if isinstance(month, forms.ChoiceField):
            named = [(f"{first:%Y-%m}", date_format(first, "F Y")) for first in months]
            month.choices = [("", _("Every month")), *named]
        if not asks_buyer:
            del self.fields["buyer"]
        self.helper = filters("orders", *self.fields)

    def filters(self) -> Filters:
        """What was asked for; a value that is not on offer narrows nothing, and has its error beside it."""
        self.is_valid()
        found = self.cleaned_data
        year, _dash, month = found.get("month", "").partition("-")
        return Filters(
            state=found.get("state", ""),
            month=date(int(year), int(month), 1) if month else None,
            buyer=found.get("buyer", ""),
            sort=found.get("sort") or "-placed",
        )


class CancelForm(forms.Form):
    """Nothing to fill in: one decision."""

    def __init__(self, *args: Any, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=action)
        self.helper.layout = Layout(submit(_("Cancel this order"), kind="withdraw"))

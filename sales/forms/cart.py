"""Choosing and ordering."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from common.forms import getter, poster
from sales.forms.fields import QuantityField
from sales.models import Order

SORTS = (("name", _("Name")), ("price", _("Price")), ("number", _("Article number")))
SORTS_WITH_POINTS = (*SORTS, ("points", _("Points, most first")))
PURPOSES = (
    (Order.Purpose.CUSTOMER, _("For a customer"), _("Somebody asked you for it, and you bring it to them.")),
    (Order.Purpose.OWN_USE, _("For my own use"), _("You use it yourself. It is not sold on.")),
    (Order.Purpose.RESALE, _("Stock for resale"), _("You keep it to sell later.")),
)


class SearchForm(forms.Form):
    """Words in a product's name, number or description; empty shows everything."""

    q = forms.CharField(
        label=_("Search the catalogue"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    sort = forms.ChoiceField(label=_("In the order of"), required=False)

    def __init__(self, *args: Any, with_points: bool, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sort = self.fields["sort"]
        if isinstance(sort, forms.ChoiceField):
            sort.choices = SORTS_WITH_POINTS if with_points else SORTS
        self.helper = getter(action=action)
        self.helper.attrs |= {"role": "search"}
        self.helper.layout = Layout("q", "sort", submit(_("Search"), kind="plain", image="search"))


class QuantityForm(forms.Form):
    """How many pieces of one product: to add to the cart, or to change in it."""

    quantity = QuantityField()

    def __init__(
        self, *args: Any, product_id: int, name: str, action: str, button: Any, **kwargs: Any
    ) -> None:
        kwargs.setdefault("auto_id", f"quantity-{product_id}-%s")
        super().__init__(*args, **kwargs)
        self.product_id = product_id
        # Many of these stand on a page: each says for what it is.
        self.fields["quantity"].label = _("Quantity of %(name)s") % {"name": name}
        self.helper = poster(action=action)
        self.helper.label_class = "sr-only"
        self.helper.form_class = "quantity-form"
        self.helper.layout = Layout(
            Div(
                Field("quantity", wrapper_class="mb-0"),
                submit(button, kind="plain", of=product_id),
                css_class="row-start",
            )
        )

    def said_elsewhere(self, product_ids: Sequence[int]) -> str:
        """The errors in one line, where none of these products, beside whose field they would stand, is this one."""
        if self.product_id in product_ids:
            return ""
        return " ".join(str(error) for errors in self.errors.values() for error in errors)


class RemoveForm(forms.Form):
    """Nothing to fill in: take a product out of the cart."""

    def __init__(self, *args: Any, product_id: int, action: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = poster(action=action)
        self.helper.layout = Layout(submit(_("Remove"), kind="quiet", of=product_id))


class OrderForm(forms.Form):
    """The token of the cart that was shown and, for distributors, what the order is for."""

    token = forms.CharField(max_length=64, widget=forms.HiddenInput)
    purpose = forms.ChoiceField(
        label=_("What is this order for"),
        choices=[(value, title) for value, title, _text in PURPOSES],
        widget=forms.RadioSelect,
        error_messages={"required": _("Say what this order is for.")},
    )

    def __init__(self, *args: Any, asks_purpose: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks_purpose:
            del self.fields["purpose"]
        self.helper = poster(action=reverse("cart-order"))
        parts = [HTML('{% include "sales/_purposes.html" %}')] if asks_purpose else []
        # Who buys as a consumer is told on the button itself that it costs.
        word = _("Place the order") if asks_purpose else _("Order with obligation to pay")
        self.helper.layout = Layout(Field("token"), *parts, submit(word, kind="main"))
        self.helper.render_hidden_fields = True

    def purposes(self) -> Sequence[dict[str, Any]]:
        """The choices with what each means, for their template."""
        chosen = self["purpose"].value()
        return [
            {
                "value": value,
                "title": title,
                "text": text,
                "checked": chosen == value,
                "id": f"purpose-{value}",
            }
            for value, title, text in PURPOSES
        ]


def submit(word: Any, *, kind: str, image: str = "", of: int | None = None) -> HTML:
    """A button that says its result; beside `of`'s name for screen readers, where many say the same.

    crispy compiles what HTML() is given as a template: nothing a person has typed may stand in it.
    """
    icon = format_html('{{% icon "{}" %}} ', image) if image else ""
    whose = format_html(' aria-describedby="product-{}"', of) if of is not None else ""
    return HTML(
        format_html('<button class="btn btn-{}" type="submit"{}>{}{}</button>', kind, whose, icon, word)
    )

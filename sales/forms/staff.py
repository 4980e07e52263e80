"""Staff record orders and returns."""

import secrets
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from distributors.queries import people
from sales.forms.fields import QuantityField
from sales.models import Order
from sales.operations.orders import Buyer, Item
from sales.operations.returns import Back
from sales.queries.buyers import customer_by_number
from sales.queries.orders import StandingLine


class BuyerForm(forms.Form):
    """For whom, and what for. The token makes a form that is sent twice one order."""

    token = forms.CharField(max_length=50, widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("Buyer"), choices=[("distributor", _("distributor")), ("customer", _("customer"))]
    )
    number = forms.CharField(label=_("The buyer's number"), max_length=20)
    purpose = forms.ChoiceField(
        label=_("What it is for"),
        choices=Order.Purpose.choices,
        help_text=_("A customer's order is always for a customer."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"token": secrets.token_urlsafe(24)})
        super().__init__(*args, **kwargs)
        self.helper = part()
        self.helper.layout = rows("token", "kind", "number", "purpose")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        number, kind = found.get("number"), found.get("kind")
        if number and kind:
            found["buyer"] = _buyer(kind, number)
            if found["buyer"] is None:
                self.add_error("number", _("There is no %(kind)s with this number.") % {"kind": kind})
        return found


class LineForm(forms.Form):
    """One product and how many pieces; an empty row is left out."""

    product = forms.TypedChoiceField(label=_("Product"), required=False, coerce=int, empty_value=None)
    quantity = QuantityField(required=False, initial=None)

    def __init__(self, *args: Any, products: list[tuple[Any, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product = self.fields["product"]
        if isinstance(product, forms.ChoiceField):
            product.choices = products
        # The table's head names the columns.
        self.helper = part()
        self.helper.label_class = "visually-hidden"
        self.helper.layout = Layout(HTML("<td>"), "product", HTML("</td><td>"), "quantity", HTML("</td>"))

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if found.get("product") and not found.get("quantity") and "quantity" not in self.errors:
            self.add_error("quantity", _("How many?"))
        if found.get("quantity") and not found.get("product") and "product" not in self.errors:
            self.add_error("product", _("Which product?"))
        return found


class BaseLines(forms.BaseFormSet):  # type: ignore[type-arg]
    def clean(self) -> None:
        if not any(self.errors) and not self.items():
            raise forms.ValidationError(_("An order needs at least one product."))

    def items(self) -> list[Item]:
        """The rows that are filled in."""
        rows = [form.cleaned_data for form in self.forms if form.is_valid()]
        return [Item(row["product"], row["quantity"]) for row in rows if row.get("product")]


Lines = forms.formset_factory(LineForm, formset=BaseLines, extra=10, max_num=50, absolute_max=50)


class ReturnForm(forms.Form):
    """How many pieces of each line came back, and why."""

    reason = forms.CharField(label=_("Why it came back"), max_length=200)

    def __init__(self, *args: Any, lines: list[StandingLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            if line.standing:
                label = f"{line.position}. {line.product_name}"
                self.fields[_name(line)] = QuantityField(
                    label=label,
                    least=0,
                    most=line.standing,
                    required=False,
                    help_text=_("%(n)s of %(all)s can come back")
                    % {"n": line.standing, "all": line.quantity},
                )
        self.helper = part()
        names = [name for name in self.fields if name != "reason"]
        self.helper.layout = rows(*names, "reason")

    def back(self) -> list[Back]:
        """What came back, line by line."""
        counts = [(line.order_line_id, self.cleaned_data.get(_name(line)) or 0) for line in self.lines]
        return [Back(pk, count) for pk, count in counts if count]

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.back():
            raise forms.ValidationError(_("Say what came back."))
        return found


def part() -> FormHelper:
    """Part of a form whose tag and button stand in the template."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    return helper


def rows(*names: str) -> Layout:
    """Fields one below the other, dressed as the admin's own."""
    return Layout(*[Field(name, wrapper_class="form-row") for name in names])


def _name(line: StandingLine) -> str:
    return f"line_{line.position}"


def _buyer(kind: str, number: str) -> Buyer | None:
    if kind == "customer":
        customer_id = customer_by_number(number=number)
        return None if customer_id is None else Buyer(customer_id=customer_id)
    distributor_id = people.by_numbers(numbers=[number]).get(number)
    return None if distributor_id is None else Buyer(distributor_id=distributor_id)

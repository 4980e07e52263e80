"""`returns:` — how much of an order came back: a share, so many pieces, or so much of what it counted for."""

from collections.abc import Mapping
from fractions import Fraction

from commissions.core.document import Section
from commissions.core.plan import MILLION, Plan
from commissions.core.scenario.terms import Order
from commissions.core.scenario.values import hint, one_of, read_value, value_in


class ReturnsReader:
    """Reads the shares of orders that came back; the parts of an order together are the order, to the last piece."""

    def __init__(self, plan: Plan, orders: Mapping[str, Order]) -> None:
        self.plan, self.orders = plan, orders
        self.came: dict[str, Fraction] = {}  # by order, so far

    def order(self, section: Section) -> str:
        key = one_of(section, "order", "id")
        name = section.text(key)
        if name not in self.orders:
            section.refuse(key, f"there is no earlier order {name!r}{hint(name, self.orders)}", name)
        return name

    def share(self, section: Section, name: str, named: Mapping[str, tuple[str, str]]) -> int:
        """Millionths of the order. Left out, all that is left of it; `named` are the words for what an order holds."""
        before = self.came.get(name, Fraction(0))
        parts = self._parts(section, self.orders.get(name), named)
        part = next(iter(parts.values()), 1 - before)
        if any(other != part for other in parts.values()):
            key = list(parts)[1]
            section.refuse(key, f"is another share of the order than {next(iter(parts))}", key)
        if parts and part <= 0:
            section.refuse(next(iter(parts)), "must be more than nothing")
        elif before >= 1 or before + part > 1:
            told = (
                "more comes back than is left of the order" if before < 1 else "all of it came back already"
            )
            section.refuse(next(iter(parts), "order"), told, name)
        self.came[name] = min(Fraction(1), before + part)
        return max(1, _millionths(self.came[name]) - _millionths(before))

    def _parts(
        self, section: Section, order: Order | None, named: Mapping[str, tuple[str, str]]
    ) -> dict[str, Fraction]:
        found: dict[str, Fraction] = {}
        if "share" in section.node.items:
            found["share"] = self._said_share(section)
        if "quantity" in section.node.items:
            pieces = section.whole("quantity", 1, 1_000_000)
            if order is not None and not order.quantity:
                section.refuse("quantity", "the order does not say of how many pieces it is: quantity: 4")
            found["quantity"] = Fraction(pieces, order.quantity if order and order.quantity else pieces)
        for word in [word for word in section.node.items if word in named]:
            field, unit = named[word]
            value = value_in(section, word, self.plan, unit)
            whole = order.fields.get(field, 0) if order else 0
            if order is not None and not whole:
                section.refuse(word, "is nothing in that order", word)
            found[word] = Fraction(value, whole or max(1, value))
        return found

    def _said_share(self, section: Section) -> Fraction:
        share = read_value(self.plan, section.text("share"), "rate")
        if share is None or not 0 < share <= MILLION:
            section.refuse("share", "must be a share of the order like 50%, more than 0% and at most 100%")
            return Fraction(1, MILLION)
        return Fraction(share, MILLION)


def _millionths(part: Fraction) -> int:
    return round(part * MILLION)

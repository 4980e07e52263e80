"""One number per order line: fields of it, and expressions over them."""

from collections.abc import Mapping

import numpy as np

from commissions.core.facts import Facts, OrderLines
from commissions.core.language import Expression, Word
from commissions.core.terms import Plan, Volume
from commissions.core.values import Ints, Values, bounded_total, compute


def volumes(*, plan: Plan, facts: Facts) -> dict[str, Ints]:
    """Every named volume, one number per order line: hundredths of a point, or minor units. Raises Overflowing."""
    known: dict[str, Ints] = {}
    for volume in plan.volumes:
        if volume.expression is None:
            values = _counted(volume, facts.lines)
        else:
            values = LineWords(plan, facts, known, {}).value(volume.expression).astype(np.int64)
        bounded_total(values)
        known[volume.name] = values
    return known


def _counted(volume: Volume, lines: OrderLines) -> Ints:
    """A field of the orders that count, with what came back as the volume says."""
    values: Ints = getattr(lines, volume.field)
    if volume.returns_count != "in_period_of_return":
        if volume.returns_count == "not_subtracted" and volume.field in lines.back:
            values = values + lines.back[volume.field]
        values = np.where(lines.reversal, 0, values)
    if volume.orders_of == "self_and_customers":
        return values
    return np.where(lines.by_customer == (volume.orders_of == "customers"), values, 0)


class LineWords:
    """What words mean on an order line: its own fields, its volumes, and what its seller is."""

    def __init__(
        self, plan: Plan, facts: Facts, known: Mapping[str, Ints], people: Mapping[str, Values]
    ) -> None:
        self.plan, self.facts, self.known, self.people = plan, facts, known, people

    def value(self, expression: Expression) -> Values:
        """The expression for every order line."""
        found: Values = np.broadcast_to(compute(expression, self._leaf, self.plan), (len(self.facts.lines),))
        return found

    def _leaf(self, expression: Expression) -> Values:
        if isinstance(expression, Word):
            if expression.prefix == "line":
                return self.line_word(expression.name)
            if expression.prefix == "seller":
                return self.people[expression.name][self.facts.lines.seller]
            return self.known[expression.name]
        raise TypeError(f"{expression} does not stand on an order line")

    def line_word(self, name: str) -> Values:
        """What stands after `line.`; the day of joining is day 0, its calendar month is month 1."""
        lines, joined = self.facts.lines, self.facts.people.joined
        if name in self.known:
            return self.known[name]
        if name == "seller_days":
            return lines.day - joined[lines.seller]
        if name == "seller_month":
            return _months(lines.day) - _months(joined[lines.seller]) + 1
        if name == "order_number" and lines.order_number is None:
            return np.ones(len(lines), np.int64)
        column: Values = getattr(lines, name)
        return column


def _months(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)

"""Names of a plan to numbers, for everybody at once: volumes per order line, measures and statuses per person."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.facts import GOOD, LARGEST_SUM, Facts, OrderLines
from commissions.core.language import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Choose,
    Compare,
    Expression,
    Legs,
    Logic,
    Not,
    Number,
    Word,
)
from commissions.core.network import Network
from commissions.core.plan import Plan

Values = NDArray[Any]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = slice | NDArray[np.int64]

EVERYBODY = slice(None)
COMPARE = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
    "==": np.equal,
    "!=": np.not_equal,
}
LARGEST_INT = 2**63 - 1
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}


class Overflowing(ValueError):
    """A value of the plan leaves the bounds that keep every later product inside 64 bits."""


def volumes(*, plan: Plan, facts: Facts) -> dict[str, Ints]:
    """Every named volume, one number per order line: hundredths of a point, or minor units."""
    known: dict[str, Ints] = {}
    lines = facts.lines
    for volume in plan.volumes:
        if volume.field:
            counted = np.ones(len(lines), bool)
            if volume.orders_of == "self":
                counted = ~lines.by_customer
            elif volume.orders_of == "customers":
                counted = lines.by_customer
            known[volume.name] = np.where(counted, getattr(lines, volume.field), 0)
        elif volume.expression is not None:
            values = LineWords(facts, known, {}).value(volume.expression).astype(np.int64)
            bounded_total(values)
            known[volume.name] = np.broadcast_to(values, (len(lines),))
    return known


class LineWords:
    """What words mean on an order line: its own fields, its volumes, and what its seller is."""

    def __init__(self, facts: Facts, known: Mapping[str, Ints], people: Mapping[str, Values]) -> None:
        self.facts, self.known, self.people = facts, known, people

    def value(self, expression: Expression) -> Values:
        return compute(expression, self._leaf)

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
        if name == "seller_days":
            return lines.day - joined[lines.seller]
        if name == "seller_month":
            return _months(lines.day) - _months(joined[lines.seller]) + 1
        column: Values = getattr(lines, name)
        return column


def _months(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)


class People:
    """What is known of everybody: filled in the plan's own order of need, ranks last (ranks.py)."""

    def __init__(self, plan: Plan, facts: Facts, network: Network, volumes: Mapping[str, Ints]) -> None:
        self.plan, self.facts, self.network = plan, facts, network
        self.good = facts.people.standing == GOOD
        self.words: dict[str, Values] = {
            name: _by_seller(values, facts.lines, len(network)) for name, values in volumes.items()
        }
        self.before = {
            memory.name: facts.people.memory.get(memory.name, np.full(len(network), memory.starts, np.int64))
            for memory in plan.memories.values()
        }
        self.aggregates: dict[Expression, Values] = {}

    def learn(self, names: tuple[str, ...]) -> None:
        """Compute these measures and statuses, in this order. Who is not in good standing is never active."""
        for name in names:
            values = self.value(self.plan.expressions[name])
            if name in self.plan.statuses:
                values = values & self.good if name == self.plan.active else values
            self.words[name] = values

    def remember(self) -> dict[str, Ints]:
        """What each memory becomes; later measures and bonuses know it by its name."""
        after = {m.name: self.value(m.becomes).astype(np.int64) for m in self.plan.memories.values()}
        self.words.update(after)
        return after

    def value(self, expression: Expression, rows: Rows = EVERYBODY) -> Values:
        """The expression for these people. What is summed over others is computed once for everybody."""

        def leaf(part: Expression) -> Values:
            if isinstance(part, Word):
                known = self.words[part.name]
                return known[self.network.sponsor[rows]] if part.prefix == "my" else known[rows]
            if isinstance(part, Before):
                return self.before[part.memory][rows]
            if part not in self.aggregates:
                self.aggregates[part] = self._over_others(part)
            return self.aggregates[part][rows]

        found = compute(expression, leaf)
        size = len(self.network) if rows is EVERYBODY else len(self.network.sponsor[rows])
        return np.broadcast_to(found, (size,))

    def _over_others(self, part: Expression) -> Values:
        network = self.network
        if isinstance(part, Legs):
            return network.legs(self.value(part.test).astype(bool))
        if not isinstance(part, Aggregate):
            raise TypeError(f"{part} does not stand for a person")
        among = np.ones(len(network), bool) if part.where is None else self.value(part.where).astype(bool)
        inner = np.ones(len(network), np.int64) if part.of is None else self.value(part.of).astype(np.int64)
        if part.kind in {"largest", "smallest"}:
            return network.extreme(inner, among, largest=part.kind == "largest")
        values = np.where(among, inner, 0)
        bounded_total(values)
        if part.scope == "everyone":
            summed = np.full(len(network), values.sum(), np.int64)
        elif part.scope == "self":
            summed = values
        else:
            over = {
                "frontline": network.frontline,
                "team": network.team,
                "self and team": network.self_and_team,
            }
            summed = over[part.scope](values)
        return summed > 0 if part.kind == "any" else summed


def compute(expression: Expression, leaf: Any) -> Values:
    """Everything but names and aggregates, which `leaf` answers."""
    match expression:
        case Number():
            return np.asarray(expression.value, np.int64)
        case Not():
            return ~compute(expression.of, leaf)
        case Logic():
            left, right = compute(expression.left, leaf), compute(expression.right, leaf)
            return left & right if expression.operator == "and" else left | right
        case Compare():
            return COMPARE[expression.operator](
                compute(expression.left, leaf), compute(expression.right, leaf)
            )
        case Arithmetic():
            return _arithmetic(
                expression.operator, compute(expression.left, leaf), compute(expression.right, leaf)
            )
        case Choose():
            test = compute(expression.test, leaf)
            return np.where(test, compute(expression.then, leaf), compute(expression.otherwise, leaf))
        case Call():
            return _call(expression, leaf)
        case _:
            found: Values = leaf(expression)
            return found


def _call(call: Call, leaf: Any) -> Values:
    if call.name in {"highest", "lowest"}:
        choose = np.maximum if call.name == "highest" else np.minimum
        found = compute(call.arguments[0], leaf)
        for argument in call.arguments[1:]:
            found = choose(found, compute(argument, leaf))
        return found
    product = call.arguments[0]
    if not isinstance(product, Arithmetic):
        raise TypeError("Only a product with a rate is rounded")
    base = compute(product.left, leaf).astype(np.int64)
    rate = compute(product.right, leaf).astype(np.int64)
    base, rate = (np.atleast_1d(side) for side in np.broadcast_arrays(base, rate))
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    if call.name == "round_down":
        return whole
    return rounding.half_up_sums(whole=whole, micro=micro)


def _by_seller(values: Ints, lines: OrderLines, people: int) -> Ints:
    total = np.zeros(people, np.int64)
    np.add.at(total, lines.seller, values)
    return total


def _arithmetic(operator: str, left: Values, right: Values) -> Values:
    """Exact, or refused: what could leave 64 bits is never computed."""
    sizes = size_of(left), size_of(right)
    if (sizes[0] * sizes[1] if operator == "*" else sum(sizes)) > LARGEST_INT:
        raise Overflowing(f"{sizes[0]} {operator} {sizes[1]} is too large for exact arithmetic")
    found: Values = ARITHMETIC[operator](left, right)
    return found


def size_of(values: Values) -> int:
    """The largest distance from zero."""
    return max(int(values.max()), -int(values.min())) if values.size else 0


def bounded_total(values: Values) -> None:
    """Refuses values of which some sum could leave 64 bits. Raises Overflowing."""
    if (
        size_of(values) * values.size > LARGEST_SUM
        and (int((np.abs(values) >> 20).sum()) << 20) > LARGEST_SUM
    ):
        raise Overflowing("The sum over everybody is too large for exact arithmetic")

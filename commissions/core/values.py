"""From expressions to arrays: operators, tables and exact products. Names and people are asked of a `leaf`."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.facts import LARGEST_SUM
from commissions.core.language import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Capped,
    Choose,
    Compare,
    Expression,
    Legs,
    Logic,
    Lookup,
    Not,
    Number,
    Word,
)
from commissions.core.rounding import MILLION, carried
from commissions.core.terms import Plan, Table

Values = NDArray[Any]
Ints = NDArray[np.int64]
Pair = tuple[Ints, Ints]  # whole units and millionths of one, 0 to 999,999
Leaf = Callable[[Expression], Values]

COMPARE = {
    ">=": np.greater_equal,
    "<=": np.less_equal,
    ">": np.greater,
    "<": np.less,
    "==": np.equal,
    "!=": np.not_equal,
}
ARITHMETIC = {"+": np.add, "-": np.subtract, "*": np.multiply}
COUNTS = frozenset({"level", "generation", "order_number", "seller_month"})  # words that no plan declares
LARGEST_INT = 2**63 - 1
SMALL = 1 << 40


class Overflowing(ValueError):
    """A value of the plan leaves the bounds that keep every later product inside 64 bits."""


def compute(expression: Expression, leaf: Leaf, plan: Plan) -> Values:
    """Everything but names and what is asked of others, which `leaf` answers. Raises Overflowing.

    A table without an argument reads the words of its axes through the same leaf.
    """
    match expression:
        case Number():
            return np.asarray(expression.value, np.int64)
        case Not():
            return np.logical_not(compute(expression.of, leaf, plan))
        case Logic():
            sides = compute(expression.left, leaf, plan), compute(expression.right, leaf, plan)
            return np.logical_and(*sides) if expression.operator == "and" else np.logical_or(*sides)
        case Compare():
            return _compare(expression, leaf, plan)
        case Arithmetic():
            return _arithmetic(expression, leaf, plan)
        case Choose():
            test = compute(expression.test, leaf, plan).astype(bool)
            return np.where(
                test, compute(expression.then, leaf, plan), compute(expression.otherwise, leaf, plan)
            )
        case Call():
            return _call(expression, leaf, plan)
        case Lookup():
            return _lookup(expression, leaf, plan)
    return leaf(expression)


def _compare(compare: Compare, leaf: Leaf, plan: Plan) -> Values:
    sides = (compare.left, compare.right)
    if not any(is_exact(side, plan) for side in sides):
        left, right = (compute(side, leaf, plan) for side in sides)
        found: Values = COMPARE[compare.operator](left, right)
        return found
    (whole, micro), (other, others) = (exact(side, leaf, plan) for side in sides)
    if compare.operator in {"==", "!="}:
        same: Values = (whole == other) & (micro == others)
        return same if compare.operator == "==" else ~same
    # Where the whole units are equal, the millionths decide.
    return np.where(
        whole == other, COMPARE[compare.operator](micro, others), COMPARE[compare.operator[0]](whole, other)
    )


def _arithmetic(sides: Arithmetic, leaf: Leaf, plan: Plan) -> Values:
    """Exact, or refused: what could leave 64 bits is never computed."""
    left, right = compute(sides.left, leaf, plan), compute(sides.right, leaf, plan)
    sizes = size_of(left), size_of(right)
    if (sizes[0] * sizes[1] if sides.operator == "*" else sum(sizes)) > LARGEST_INT:
        raise Overflowing(f"{sizes[0]} {sides.operator} {sizes[1]} is too large for exact arithmetic")
    found: Values = ARITHMETIC[sides.operator](left, right)
    return found


def _call(call: Call, leaf: Leaf, plan: Plan) -> Values:
    if call.name == "whole":
        left, right = (compute(argument, leaf, plan) for argument in call.arguments)
        return np.where(right == 0, 0, left // np.where(right == 0, 1, right))
    if call.name in {"highest", "lowest"}:
        choose = np.maximum if call.name == "highest" else np.minimum
        found = compute(call.arguments[0], leaf, plan)
        for argument in call.arguments[1:]:
            found = choose(found, compute(argument, leaf, plan))
        return found
    whole, micro = exact(call.arguments[0], leaf, plan)
    return whole if call.name == "round_down" else rounding.half_up_sums(whole=whole, micro=micro)


# --- tables -----------------------------------------------------------------------------------------------------------
def _axes(lookup: Lookup, leaf: Leaf, plan: Plan) -> list[Values]:
    by = [axis.by for axis in plan.tables[lookup.table].axes]
    by[: len(lookup.arguments)] = lookup.arguments
    return [compute(expression, leaf, plan) for expression in by]


def _lookup(lookup: Lookup, leaf: Leaf, plan: Plan) -> Values:
    table = plan.tables[lookup.table]
    if table.reading == "marginal":
        return _in_millionths(exact(lookup, leaf, plan))
    return cells(table, _axes(lookup, leaf, plan))


def cells(table: Table, values: list[Values]) -> Values:
    """A table's cell for each row of values, one array for each axis; 0 where nothing is written."""
    places, written = [], np.asarray(True)
    for axis, value in zip(table.axes, values, strict=True):
        keys = np.asarray(axis.keys, np.int64)
        place = np.searchsorted(keys, value, side="right") - 1
        known = place >= 0
        place = np.where(known, place, 0)
        written = written & (known & (keys[place] == value) if axis.exact else known)
        places.append(place)
    found = np.asarray(table.cells, np.int64)[places[0], places[1] if len(places) > 1 else 0]
    return np.where(written, found, 0)


def slices(table: Table, value: Ints) -> list[tuple[Ints, int]]:
    """(part of each value, cell) of every slice of a marginal table, lowest first."""
    keys = table.axes[0].keys
    ends = (*keys[1:], None)
    return [
        (np.maximum((value if end is None else np.minimum(value, end)) - start, 0), row[0])
        for start, end, row in zip(keys, ends, table.cells, strict=True)
    ]


# --- exact products ---------------------------------------------------------------------------------------------------
def is_exact(expression: Expression, plan: Plan) -> bool:
    """Whether a value is in millionths of its unit: a product with a rate, or a marginal table."""
    match expression:
        case Arithmetic("*"):
            sides = {_unit(expression.left, plan), _unit(expression.right, plan)}
            return "rate" in sides and "count" not in sides
        case Arithmetic():
            return is_exact(expression.left, plan) or is_exact(expression.right, plan)
        case Choose():
            return is_exact(expression.then, plan) or is_exact(expression.otherwise, plan)
        case Call("highest" | "lowest", arguments):
            return any(is_exact(argument, plan) for argument in arguments)
        case Lookup(name):
            return plan.tables[name].reading == "marginal"
    return False


def _unit(expression: Expression, plan: Plan) -> str:
    match expression:
        case Number():
            return expression.unit
        case Word():
            if expression.prefix not in {"", "line", "my", "seller", "earner"}:
                return ""  # what another plan closed with: ranks and the like
            return "count" if expression.name in COUNTS else plan.units.get(expression.name, "")
        case Before():
            return plan.memories[expression.memory].unit
        case Lookup(name):
            return plan.tables[name].unit
        case Choose():
            return _unit(expression.then, plan)
        case Arithmetic("*"):
            sides = {_unit(expression.left, plan), _unit(expression.right, plan)}
            return "rate" if sides == {"rate", "count"} else ""
        case Arithmetic():
            return _unit(expression.left, plan)
        case Call("whole"):
            return "count"
        case Call("highest" | "lowest" | "round_half_up" | "round_down", arguments):
            return _rounded_unit(arguments[0], plan)
        case Aggregate() if expression.of is not None:
            return _unit(expression.of, plan)
    return (
        "truth" if isinstance(expression, Compare | Logic | Not) else "count" if _counts(expression) else ""
    )


def _rounded_unit(expression: Expression, plan: Plan) -> str:
    """The unit of a product with a rate, rounded: a rate only when both its sides are."""
    if isinstance(expression, Arithmetic) and expression.operator == "*":
        sides = {_unit(expression.left, plan), _unit(expression.right, plan)}
        return "rate" if sides == {"rate"} else ""
    return _unit(expression, plan)


def _counts(expression: Expression) -> bool:
    return isinstance(expression, Aggregate | Legs | Capped)


def exact(expression: Expression, leaf: Leaf, plan: Plan) -> Pair:
    """A value in millionths of its unit, kept as whole units and millionths apart, since their product can leave 64
    bits where the whole units do not. Raises Overflowing."""
    match expression:
        case Arithmetic("*") if is_exact(expression, plan):
            return product(compute(expression.left, leaf, plan), compute(expression.right, leaf, plan))
        case Arithmetic("+" | "-") if is_exact(expression, plan):
            (whole, micro), (other, others) = (
                exact(side, leaf, plan) for side in (expression.left, expression.right)
            )
            if size_of(whole) + size_of(other) > LARGEST_SUM:
                raise Overflowing(f"{size_of(whole)} {expression.operator} {size_of(other)} is too large")
            if expression.operator == "+":
                return carried(whole=whole + other, micro=micro + others)
            return carried(whole=whole - other, micro=micro - others)
        case Choose() if is_exact(expression, plan):
            test = compute(expression.test, leaf, plan).astype(bool)
            return chosen(test, exact(expression.then, leaf, plan), exact(expression.otherwise, leaf, plan))
        case Call("highest" | "lowest", arguments) if is_exact(expression, plan):
            found = exact(arguments[0], leaf, plan)
            for argument in arguments[1:]:
                other_one = exact(argument, leaf, plan)
                found = chosen(less(found, other_one) ^ (expression.name == "highest"), found, other_one)
            return found
        case Lookup(name) if plan.tables[name].reading == "marginal":
            value = _axes(expression, leaf, plan)[0].astype(np.int64)
            whole, micro = np.zeros_like(value), np.zeros_like(value)
            for part, cell in slices(plan.tables[name], value):
                units, rest = product(part, np.asarray(cell, np.int64))
                whole, micro = whole + units, micro + rest
            return carried(whole=whole, micro=micro)
    value = compute(expression, leaf, plan).astype(np.int64)
    return value // MILLION, value % MILLION


def product(left: Values, right: Values) -> Pair:
    """left × right millionths: one of them is a rate. Raises Overflowing."""
    base, rate = (left, right) if size_of(left) >= size_of(right) else (right, left)
    if (size_of(base) // MILLION + 1) * size_of(rate) > LARGEST_SUM or size_of(rate) > LARGEST_SUM // MILLION:
        raise Overflowing(f"{size_of(base)} × {size_of(rate)} is too large for exact arithmetic")
    sides = np.broadcast_arrays(base.astype(np.int64), rate.astype(np.int64))
    whole, micro = rounding.exact(base=np.ravel(sides[0]), rate_ppm=np.ravel(sides[1]))
    return whole.reshape(sides[0].shape), micro.reshape(sides[0].shape)


def less(one: Pair, other: Pair) -> NDArray[np.bool_]:
    """Where the first is less."""
    found: NDArray[np.bool_] = (one[0] < other[0]) | ((one[0] == other[0]) & (one[1] < other[1]))
    return found


def chosen(test: NDArray[np.bool_], then: Pair, otherwise: Pair) -> Pair:
    return np.where(test, then[0], otherwise[0]), np.where(test, then[1], otherwise[1])


def _in_millionths(pair: Pair) -> Values:
    whole, micro = pair
    if (size_of(whole) + 1) * MILLION > LARGEST_INT:
        raise Overflowing(f"{size_of(whole)} millionths are too many for exact arithmetic")
    return whole * MILLION + micro


# --- bounds -----------------------------------------------------------------------------------------------------------
def size_of(values: Values) -> int:
    """The largest distance from zero."""
    return max(int(values.max()), -int(values.min())) if values.size else 0


def total_size(values: Values) -> int:
    """At least Σ |value|, found without leaving 64 bits; close to it when it is large."""
    rough = size_of(values) * values.size
    return rough if rough < SMALL else (int((np.abs(values) >> 20).sum()) + values.size) << 20


def bounded_total(values: Values) -> None:
    """Refuses values of which some sum could leave 64 bits. Raises Overflowing."""
    if size_of(values) * values.size > LARGEST_SUM and total_size(values) > LARGEST_SUM + (values.size << 20):
        raise Overflowing("The sum over everybody is too large for exact arithmetic")

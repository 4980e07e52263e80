"""Exact money: an expression's value in millionths of a minor unit, kept as whole units and millionths apart, since the
millionths alone can leave 64 bits where the money does not."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.language import Arithmetic, Call, Choose, Expression
from commissions.core.language.syntax import Lookup
from commissions.core.measures import compute
from commissions.core.rounding import MILLION
from commissions.core.terms import Table

Ints = NDArray[np.int64]
Values = NDArray[Any]
Pair = tuple[Ints, Ints]
Leaf = Callable[[Expression], Values]


class Exact:
    """Reads expressions of exact money. `leaf` answers words, `tables` are the plan's."""

    def __init__(self, leaf: Leaf, tables: Any) -> None:
        self.leaf, self.tables = leaf, tables

    def of(self, expression: Expression) -> Pair:
        """Whole minor units and millionths (0 to 999,999)."""
        match expression:
            case Arithmetic("*"):
                return self._product(expression)
            case Arithmetic(sign):
                (whole, micro), (other, others) = self.of(expression.left), self.of(expression.right)
                if sign == "+":
                    return rounding.carried(whole=whole + other, micro=micro + others)
                return rounding.carried(whole=whole - other, micro=micro - others)
            case Choose():
                test = compute(expression.test, self.leaf).astype(bool)
                return _chosen(test, self.of(expression.then), self.of(expression.otherwise))
            case Call(("highest" | "lowest") as name, arguments):
                found = self.of(arguments[0])
                for argument in arguments[1:]:
                    other_pair = self.of(argument)
                    found = _chosen(less(found, other_pair) ^ (name == "highest"), found, other_pair)
                return found
            case Lookup(name) if self.tables[name].reading == "marginal":
                return self._slices(self.tables[name], expression)
        value = np.asarray(compute(expression, self.leaf), np.int64)
        return value // MILLION, value % MILLION

    def _product(self, product: Arithmetic) -> Pair:
        left, right = np.broadcast_arrays(compute(product.left, self.leaf), compute(product.right, self.leaf))
        sides = [np.atleast_1d(side).astype(np.int64) for side in (left, right)]
        base, rate = sorted(sides, key=lambda side: int(np.abs(side).max(initial=0)), reverse=True)
        whole, micro = rounding.exact(base=base, rate_ppm=rate)
        return whole.reshape(left.shape), micro.reshape(left.shape)

    def _slices(self, table: Table, lookup: Lookup) -> Pair:
        by = lookup.arguments[0] if lookup.arguments else table.axes[0].by
        value = np.asarray(compute(by, self.leaf), np.int64)
        keys = table.axes[0].keys
        whole, micro = np.zeros_like(value), np.zeros_like(value)
        for start, end, row in zip(keys, (*keys[1:], None), table.cells, strict=True):
            part = np.maximum((value if end is None else np.minimum(value, end)) - start, 0)
            units, parts = rounding.exact(
                base=np.atleast_1d(part), rate_ppm=np.full(part.size, row[0], np.int64)
            )
            whole, micro = whole + units.reshape(value.shape), micro + parts.reshape(value.shape)
        return rounding.carried(whole=whole, micro=micro)


def less(one: Pair, other: Pair) -> NDArray[np.bool_]:
    """Where the first is less."""
    found: NDArray[np.bool_] = (one[0] < other[0]) | ((one[0] == other[0]) & (one[1] < other[1]))
    return found


def _chosen(test: NDArray[np.bool_], then: Pair, otherwise: Pair) -> Pair:
    return np.where(test, then[0], otherwise[0]), np.where(test, then[1], otherwise[1])

"""From what the bonuses pay to lines in their final order, and from lines to items."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses import Paid
from commissions.core.result import Items, Lines

Ints = NDArray[np.int64]
SIXTEEN_BITS = np.uint16


def lines_of(paid: list[Paid]) -> Lines:
    """All lines, exact, sorted by beneficiary, bonus, source and level. `paid` has one entry per bonus of the plan,
    in its order, and each is sorted by source and level already."""
    bonus = np.repeat(np.arange(len(paid)), [len(one.source) for one in paid])
    beneficiary = _joined([one.beneficiary for one in paid])
    order = _by_person(beneficiary)
    base = _joined([one.base for one in paid])[order]
    rate = _joined([one.rate_ppm for one in paid])[order]
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    return Lines(
        bonus=bonus[order],
        beneficiary=beneficiary[order],
        source=_joined([one.source for one in paid])[order],
        level=_joined([one.level for one in paid])[order],
        depth=_joined([one.depth for one in paid])[order],
        base=base,
        rate_ppm=rate,
        whole=whole,
        micro=micro,
    )


def _joined(columns: list[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *columns])


def _by_person(beneficiary: Ints) -> Ints:
    """A stable order by beneficiary, by sixteen bits at a time: numpy sorts those by counting, several times faster
    than it compares 64 bits."""
    order = np.argsort(beneficiary.astype(SIXTEEN_BITS), kind="stable")
    rest = beneficiary >> 16
    while rest.any():
        order = order[np.argsort(rest.astype(SIXTEEN_BITS)[order], kind="stable")]
        rest >>= 16
    return order


def items_of(lines: Lines) -> Items:
    """Sums of lines per person and bonus, rounded half up once (docs/money.md)."""
    if not len(lines):
        empty = np.empty(0, np.int64)
        return Items(empty, empty, empty, empty)
    new = (np.diff(lines.beneficiary) != 0) | (np.diff(lines.bonus) != 0)
    starts = np.flatnonzero(np.concatenate(([True], new)))
    whole, micro = np.add.reduceat(lines.whole, starts), np.add.reduceat(lines.micro, starts)
    amount = rounding.half_up_sums(whole=whole, micro=micro)
    count = np.diff(np.append(starts, len(lines)))
    kept = amount != 0
    return Items(lines.beneficiary[starts][kept], lines.bonus[starts][kept], amount[kept], count[kept])

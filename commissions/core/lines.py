"""From what the bonuses pay to lines in their final order, and from lines to items."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses import Board, Paid
from commissions.core.result import Items, Lines
from commissions.core.terms import Plan

Ints = NDArray[np.int64]
SIXTEEN_BITS = np.uint16


def lines_of(plan: Plan, board: Board, paid: list[Paid]) -> Lines:
    """All lines, exact, sorted by beneficiary, bonus, source and level. `paid` has one entry per bonus of the plan,
    in its order, and each is sorted by source and level already."""
    beneficiary = _joined([one.beneficiary for one in paid])
    packed = _joined([_packed(at, one) for at, one in enumerate(paid)])[_by_person(beneficiary)]
    beneficiary = np.repeat(
        np.arange(len(board.network)), np.bincount(beneficiary, minlength=len(board.network))
    )
    source, bonus = packed >> 32, packed & 0x1F
    base = _base(plan, board, bonus, source)
    rate = packed >> 12 & 0xFFFFF
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    depth = board.network.depth
    return Lines(
        bonus=bonus,
        beneficiary=beneficiary,
        source=source,
        level=packed >> 5 & 0x7F,
        depth=depth[board.facts.lines.seller][source] - depth[beneficiary],
        base=base,
        rate_ppm=rate,
        whole=whole,
        micro=micro,
    )


def _packed(bonus: int, paid: Paid) -> Ints:
    """Source, rate, level and bonus of a line in one number: 31, 20, 7 and 5 bits.

    Sorting millions of lines is a walk through memory at random; so it is done once and not for each column. A plan
    has at most 32 bonuses, 100 levels and rates of 100 %.
    """
    return paid.source << 32 | paid.rate_ppm << 12 | paid.level << 5 | bonus


def _base(plan: Plan, board: Board, bonus: Ints, source: Ints) -> Ints:
    """The volume that each line's bonus pays on."""
    volumes = np.concatenate([board.volumes[one.on] for one in plan.bonuses] or [source])
    base: Ints = volumes[bonus * len(board.facts.lines) + source]
    return base


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

"""What a bonus gives back: lines, and what it leaves with the company or for the next period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.result import WIDTHS, Kind, Lines, Narrow
from commissions.core.rounding import MILLION, total

Ints = NDArray[np.int64]
COLUMNS = (
    "bonus", "beneficiary", "source", "level", "depth", "base", "rate_ppm", "whole", "micro", "kind", "origin",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Paid:
    """Lines of a walk from sales among people, by far the most: their other columns follow from these."""

    beneficiary: Narrow
    source: Narrow  # index of the order line; rising
    level: Narrow
    rate_ppm: Narrow


@dataclass(frozen=True, slots=True)
class Found:
    """What one bonus pays. Lines stand sorted by source or origin, then as they were met."""

    bulk: Paid | None = None
    along: str = ""  # of bulk: the tree …
    on: str = ""  # … and the volume
    rows: Lines | None = None
    kept: tuple[int, int] = (0, 0)  # what nobody earned: whole minor units, and millionths
    carry: Ints | None = None  # of a pair
    given: Ints | None = None  # of once
    new_positions: Ints | None = None
    fund: int | None = None  # of a pool
    pool: int = 0  # what it carries to the next period


def rows_of(
    *,
    kind: Kind,
    beneficiary: Ints,
    whole: Ints,
    micro: Ints | int = 0,
    source: Ints | int = -1,
    level: Ints | int = 0,
    depth: Ints | int = 0,
    base: Ints | None = None,
    rate_ppm: Ints | int = MILLION,
    origin: Ints | int | None = None,
    bonus: int = 0,
) -> Lines:
    """Lines of one kind. Nothing said: nobody else's, the whole amount at a million millionths."""
    size = len(beneficiary)

    def column(values: Ints | int) -> Ints:
        return np.broadcast_to(np.asarray(values, np.int64), (size,))

    return Lines(
        bonus=column(bonus),
        beneficiary=beneficiary,
        source=column(source),
        level=column(level),
        depth=column(depth),
        base=column(whole if base is None else base),
        rate_ppm=column(rate_ppm),
        whole=column(whole),
        micro=column(micro),
        kind=column(int(kind)),
        origin=column(beneficiary if origin is None else origin),
    )


def amounts(whole: Ints, micro: Ints) -> tuple[int, int]:
    """What exact amounts come to: whole minor units, and millionths."""
    parts = total(micro)
    return total(whole) + parts // MILLION, parts % MILLION


def joined(parts: list[Lines]) -> Lines:
    """Lines one after the other, each column as wide as it may have to be."""
    empty = np.empty(0, np.int8)
    columns = ((name, [empty, *(getattr(part, name) for part in parts)]) for name in COLUMNS)
    return Lines(
        *(np.concatenate(column, dtype=WIDTHS[name], casting="same_kind") for name, column in columns)
    )


def in_order(lines: Lines) -> Lines:
    """Lines of one bonus that come from people, sorted as result.Lines promises."""
    return taken(lines, np.lexsort((lines.base, lines.origin, lines.kind, lines.beneficiary)))


def taken(lines: Lines, rows: Ints | NDArray[np.bool_]) -> Lines:
    """Some of the lines."""
    return Lines(*(getattr(lines, name)[rows] for name in COLUMNS))

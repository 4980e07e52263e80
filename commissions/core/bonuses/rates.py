"""What a step of a walk pays: the rate of whoever is met there, as cheaply as what it depends on allows."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board, Step
from commissions.core.bonuses.sources import Sources
from commissions.core.language.syntax import Lookup
from commissions.core.rounding import MILLION
from commissions.core.terms import Table, Walk

Ints = NDArray[np.int64]


class Rates:
    """Effective rates in millionths of the base (money for a point included), or amounts for each source."""

    def __init__(self, walk: Walk, board: Board) -> None:
        self.walk, self.board = walk, board
        self.needs = board.needs(walk.rate)
        self.slices = marginal(walk, board)
        # A marginal table is read once the base is known: until then everybody it may pay counts.
        self.steady = self.slices is not None or not self.needs & {"step", "line", "seller"}
        self.by_sale = self.slices is None and bool(self.needs & {"line", "seller"})

    def of_people(self, level: int = 0) -> Ints:
        """Everybody's rate; on one level, when it depends on levels."""
        if self.slices is not None:
            return np.full(len(self.board), MILLION, np.int64)
        found = self.board.value_at(self.walk.rate, Step(level=level))
        return self.effective(np.broadcast_to(found, (len(self.board),)))

    def of_ranks(self, level: int) -> Ints:
        """The rate of each rank on one level, when it depends on nothing else."""
        ranks = np.arange(len(self.board.plan.ladder))
        found = self.board.value_at(self.walk.rate, Step(person=ranks[:0], level=level, rank=ranks))
        return self.effective(np.broadcast_to(found, (len(ranks),)))

    def at(self, person: Ints, level: Ints | int, sources: Sources) -> Ints:
        """The rate of each row: a person met on a level of the walk from a source."""
        step = Step(person=person, level=level, line=sources.line, seller=sources.origin)
        return self.effective(np.broadcast_to(self.board.value_at(self.walk.rate, step), (len(person),)))

    def effective(self, values: Ints) -> Ints:
        """Rates of what is walked, what a point is worth included."""
        values = values.astype(np.int64)
        if self.walk.rate_unit != "rate" or self.walk.worth == MILLION:
            return values
        return values * self.walk.worth // MILLION


def marginal(walk: Walk, board: Board) -> Table | None:
    """The table that pays each slice of the base at its own rate, when the rate is one."""
    if not isinstance(walk.rate, Lookup) or walk.rate.arguments:
        return None
    table = board.plan.tables[walk.rate.table]
    return table if table.reading == "marginal" else None


def slices(table: Table, base: Ints, worth: int) -> tuple[Ints, Ints, Ints]:
    """(row of the base, part of it, effective rate) of each slice that a marginal table pays, by row and rate."""
    keys = table.axes[0].keys
    found = []
    for start, end, cells in zip(keys, (*keys[1:], None), table.cells, strict=True):
        part = np.maximum((base if end is None else np.minimum(base, end)) - start, 0)
        row = np.flatnonzero(part) if cells[0] else np.empty(0, np.int64)
        found.append((row, part[row], np.full(len(row), cells[0] * worth // MILLION, np.int64)))
    row, part, rate = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.lexsort((part, rate, row))
    return row[order], part[order], rate[order]

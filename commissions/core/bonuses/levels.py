"""Walks that count levels and need no look at the path: one step up for all sources at once, level after level."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import amounts
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import passes
from commissions.core.bonuses.steps import Steps
from commissions.core.result import Narrow
from commissions.core.rounding import MILLION
from commissions.core.terms import UNLIMITED, Bonus, Walk
from commissions.core.values import product, size_of

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
BLOCK = 1 << 15  # what is in between stays in the processor's cache
MOST_LEVELS = 32  # above, most sources have nobody up there any more


def serves(walk: Walk, rates: Rates) -> bool:
    """Whether a walk is as plain as that: few levels, the whole rate, nobody on the path who matters."""
    plain = walk.counts == "levels" and walk.compression != "skip_not_entitled_at_level"
    free = walk.difference is None and walk.ends_at is None and walk.blocker is None
    return plain and free and not rates.by_sale and UNLIMITED < walk.last <= MOST_LEVELS


class Ladder:
    """What each place is paid on each level; nothing where its owner may not earn."""

    def __init__(self, bonus: Bonus, walk: Walk, board: Board, places: Places, rates: Rates) -> None:
        self.walk, self.places, self.rates = walk, places, rates
        self.skips = passes(walk, board)
        self.board, self.earns = board, board.treated(bonus)
        above = places.parent
        if walk.compression == "skip_inactive":
            above = places.above(self.skips[places.owner])
        # Every step up is a jump through memory at random: half as wide, half as much of it misses the cache.
        self.above = above.astype(np.int32)
        self.by_rank = rates.needs <= {"step", "rank"} and rates.slices is None
        # Whoever is met above passes already; level 0, the seller, must pass like everybody else.
        may = (self.earns & self.skips)[places.owner]
        if self.by_rank:
            ladder = len(board.plan.ladder)
            rank = np.where(may, board.rank[places.owner], ladder)
            self.rank = np.append(rank, ladder).astype(np.min_scalar_type(ladder))
            self.paid = [np.append(rates.of_ranks(level), 0) for level in self._levels()]
        else:
            self.paid = [np.append(np.where(may, paid, 0), 0) for paid in self._by_place()]
        small = max((size_of(paid) for paid in self.paid), default=0) < 1 << 31
        self.kind_of_rate = np.int32 if small else np.int64

    def climb(self, start: Ints) -> Steps:
        """The paid steps above each of these places.

        They are by far the most of what a run holds: written once, into columns no wider than they need. What of the
        columns is not needed was never touched, and takes no memory.
        """
        most = len(start) * len(self._levels())
        found = Steps(
            np.empty(most, np.int32), np.empty(most, np.int32), np.empty(most, np.int16),
            np.empty(most, self.kind_of_rate),
        )  # fmt: skip
        end = 0
        for at in range(0, len(start), BLOCK):
            end = self._block(start[at : at + BLOCK], at, found, end)
        return Steps(found.row[:end], found.place[:end], found.level[:end], found.rate[:end])

    def unearned(self, start: Ints, base: Ints) -> tuple[int, int]:
        """What those would have been paid who fail the gate alone, at rates of the whole base: whole minor units, and
        millionths. The volume itself climbs, summed by place: it does not matter here from which sale it is.
        """
        lost = (~self.earns & self.skips)[self.places.owner]
        if not lost.any():
            return 0, 0
        volume, whole, micro = np.zeros(self.places.nobody + 1, np.int64), 0, 0
        np.add.at(volume, start, base)
        holder: Narrow = np.flatnonzero(volume)
        volume = volume[holder]
        for level, paid in enumerate(self._by_place(), self.walk.first):
            for _ in range(level if level == self.walk.first else 1):
                holder = self.above[holder]
            rate = np.append(np.where(lost, paid, 0), 0)[holder]
            units, parts = product(volume, rate)
            more, rest = amounts(units, parts)
            whole, micro = whole + more, micro + rest
        return whole + micro // MILLION, micro % MILLION

    def _levels(self) -> range:
        return range(self.walk.first, self.walk.last + 1)

    def _by_place(self) -> list[Ints]:
        if self.rates.steady:
            return [self.rates.of_people()[self.places.owner]] * len(self._levels())
        return [self.rates.of_people(level)[self.places.owner] for level in self._levels()]

    def _block(self, holder: Narrow, at: int, found: Steps, end: int) -> int:
        """Writes the steps above some places, the first of which is the row `at`, behind the last ones."""
        width, first = len(self._levels()), self.walk.first
        places = np.empty((len(holder), width), np.int32)
        rates = np.empty((len(holder), width), self.kind_of_rate)
        for level in range(self.walk.last + 1):
            if level > 0:
                holder = self.above[holder]
            if level >= first:
                places[:, level - first] = holder
                paid = self.paid[level - first]
                rates[:, level - first] = paid[self.rank[holder] if self.by_rank else holder]
        steps = np.flatnonzero(rates.ravel())
        row = steps // width
        rows = slice(end, end + len(steps))
        found.row[rows] = row + at
        found.place[rows] = places.ravel()[steps]
        found.level[rows] = steps - row * width + first
        found.rate[rows] = rates.ravel()[steps]
        return rows.stop

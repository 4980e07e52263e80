"""Walks that count levels and need no look at the path: one step up for all sources at once, level after level."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import amounts
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import passes
from commissions.core.bonuses.steps import Steps, joined
from commissions.core.rounding import MILLION
from commissions.core.terms import UNLIMITED, Bonus, Walk
from commissions.core.values import product

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
BLOCK = 1 << 17
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
        self.above = above
        self.by_rank = rates.needs <= {"step", "rank"} and rates.slices is None
        # Whoever is met above passes already; level 0, the seller, must pass like everybody else.
        may = (self.earns & self.skips)[places.owner]
        if self.by_rank:
            ladder = len(board.plan.ladder)
            self.rank = np.append(np.where(may, board.rank[places.owner], ladder), ladder)
            self.paid = [np.append(rates.of_ranks(level), 0) for level in self._levels()]
        else:
            self.paid = [np.append(np.where(may, paid, 0), 0) for paid in self._by_place()]

    def climb(self, start: Ints) -> Steps:
        """The paid steps above each of these places."""
        parts = []
        for at in range(0, max(1, len(start)), BLOCK):
            part = self._block(start[at : at + BLOCK])
            parts.append(Steps(part.row + at, part.place, part.level, part.rate))
        return joined(parts)

    def unearned(self, start: Ints, base: Ints) -> tuple[int, int]:
        """What those would have been paid who fail the gate alone, at rates of the whole base: whole minor units, and
        millionths. The volume itself climbs, summed by place: it does not matter here from which sale it is.
        """
        lost = (~self.earns & self.skips)[self.places.owner]
        if not lost.any():
            return 0, 0
        volume, whole, micro = np.zeros(self.places.nobody + 1, np.int64), 0, 0
        np.add.at(volume, start, base)
        holder = np.flatnonzero(volume)
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

    def _block(self, holder: Ints) -> Steps:
        width, first = len(self._levels()), self.walk.first
        places = np.empty((len(holder), width), np.int64)
        rates = np.empty((len(holder), width), np.int64)
        for level in range(self.walk.last + 1):
            if level > 0:
                holder = self.above[holder]
            if level >= first:
                places[:, level - first] = holder
                paid = self.paid[level - first]
                rates[:, level - first] = paid[self.rank[holder] if self.by_rank else holder]
        found = np.flatnonzero(rates.ravel())
        return Steps(found // width, places.ravel()[found], found % width + first, rates.ravel()[found])

"""Walks in which a level is used up only by who is entitled to it: each level has its own way up."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.path import Levels, ceilings
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import Sources
from commissions.core.bonuses.steps import Steps, by_row, joined
from commissions.core.terms import UNLIMITED, Bonus, Walk

Ints = NDArray[np.int64]


def serves(walk: Walk, rates: Rates) -> bool:
    """Whether who is entitled to a level is the same for every sale."""
    return walk.compression == "skip_not_entitled_at_level" and not rates.by_sale


def climb(bonus: Bonus, walk: Walk, board: Board, places: Places, rates: Rates, sources: Sources) -> Steps:
    """The steps that earners are paid: of each level, the nearest one above who is entitled to it.

    Levels before the first that is paid are used up by whoever stands there; level 0 is the seller's alone.
    """
    start = places.first[sources.origin]
    rows = np.flatnonzero(start < places.nobody)
    lowest = ceilings(walk, board, places, Levels(walk, board, places))[start]
    may = board.treated(bonus)[places.owner]
    parts, place = [], start[rows]
    if walk.first == 0:
        paid = _paid(rates, may, places, 0)[place]
        own = np.flatnonzero(paid)
        parts.append(Steps(rows[own], place[own], np.zeros(len(own), np.int64), paid[own]))
    for _ in range(walk.first - 1):
        place = places.parent[place]
    level = max(walk.first, 1)
    paid = _paid(rates, may, places, level)
    above = places.above(paid[:-1] != 0)
    while len(rows) and (walk.last == UNLIMITED or level <= walk.last):
        place = above[place]
        there = (place < places.nobody) & (places.depth[place] >= lowest[rows])
        rows, place = rows[there], place[there]
        parts.append(Steps(rows, place, np.full(len(rows), level), paid[place]))
        level += 1
        if not rates.steady:
            paid = _paid(rates, may, places, level)
            above = places.above(paid[:-1] != 0)
    return by_row(joined(parts))


def _paid(rates: Rates, may: NDArray[np.bool_], places: Places, level: int) -> Ints:
    """What each place is paid on a level; nothing who is not entitled to it."""
    return np.append(np.where(may, rates.of_people(level)[places.owner], 0), 0)

"""The walk: up from every sale. Unilevel, fast start, stairstep, generations, infinity and matching are walks with
other answers to the same questions: who has which level, who is passed over, who blocks, what is subtracted."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses import climb, entitled, levels, places, sources
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, Paid, amounts, rows_of
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates, slices
from commissions.core.bonuses.sources import Sources
from commissions.core.bonuses.steps import Steps
from commissions.core.result import WIDTHS, Kind, Lines
from commissions.core.rounding import MILLION
from commissions.core.terms import Bonus, Walk
from commissions.core.values import product

Ints = NDArray[np.int64]


def lines(bonus: Bonus, walk: Walk, board: Board, earned: Ints | None = None) -> Found:
    """The lines a walk pays. `earned`, per person: of a walk on earnings, what they earned."""
    where, rates = places.of(board, walk.along), Rates(walk, board)
    start = sources.of(bonus, walk, board, earned)
    if rates.slices is not None:
        pays = np.zeros(len(start), bool)
        pays[slices(rates.slices, start.base, walk.worth)[0]] = True
        start = start.taken(np.flatnonzero(pays))
    if levels.serves(walk, rates):
        steps, kept = _plain(bonus, walk, board, where, rates, start)
    elif entitled.serves(walk, rates):
        steps, kept = entitled.climb(bonus, walk, board, where, rates, start), (0, 0)
    else:
        steps = climb.climb(bonus, walk, board, where, rates, start)
        kept = (0, 0)
        if bonus.hold is None:
            kept = _sum(
                _rows(walk, where, start, climb.unearned(bonus, walk, board, where, rates, start), rates)
            )
    if start.line is not None and walk.rate_unit == "rate" and rates.slices is None and not where.positions:
        line = start.line.astype(WIDTHS["source"])
        bulk = Paid(steps.place, line[steps.row], steps.level, steps.rate)
        return Found(bulk=bulk, along=walk.along, on=walk.on[0], kept=kept)
    return Found(rows=_rows(walk, where, start, steps, rates), kept=kept)


def _plain(
    bonus: Bonus, walk: Walk, board: Board, where: Places, rates: Rates, start: Sources
) -> tuple[Steps, tuple[int, int]]:
    """Walks that count few levels: what they pay, and what nobody earned."""
    ladder, at = levels.Ladder(bonus, walk, board, where, rates), where.first[start.origin]
    steps = ladder.climb(at)
    if bonus.hold is not None:
        return steps, (0, 0)
    if rates.slices is not None:
        missed = climb.unearned(bonus, walk, board, where, rates, start)
        return steps, _sum(_rows(walk, where, start, missed, rates))
    base = start.base if walk.rate_unit == "rate" else np.full(len(start), MILLION, np.int64)
    return steps, ladder.unearned(at, base)


def _rows(walk: Walk, where: Places, start: Sources, steps: Steps, rates: Rates) -> Lines:
    """Steps as whole lines: of people's measures and earnings, of positions, of amounts, of slices."""
    base, rate = start.base[steps.row], steps.rate
    if walk.rate_unit != "rate":
        base, rate = rate, np.full(len(rate), MILLION, np.int64)
    elif rates.slices is not None:
        row, base, rate = slices(rates.slices, base, walk.worth)
        steps = steps.taken(row)
    origin = start.origin[steps.row]
    whole, micro = product(base, rate)
    return rows_of(
        kind=Kind.PERSON if start.line is None else Kind.SALE,
        beneficiary=where.owner[steps.place],
        source=-1 if start.line is None else start.line[steps.row],
        level=steps.level,
        depth=where.depth[where.first[origin]] - where.depth[steps.place],
        base=base,
        rate_ppm=rate,
        whole=whole,
        micro=micro,
        origin=origin,
    )


def _sum(rows: Lines) -> tuple[int, int]:
    return amounts(rows.whole, rows.micro)

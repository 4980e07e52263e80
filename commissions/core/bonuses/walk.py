"""The walk: up from every sale. Unilevel, fast start, stairstep, generations, infinity and matching are walks with other
answers to the same questions: who has which level, who is passed over, who blocks, and what is subtracted."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses import climb, entitled, levels, places, sources
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, Paid, rows_of
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import Sources
from commissions.core.bonuses.steps import Steps
from commissions.core.result import Kind, Lines
from commissions.core.rounding import MILLION
from commissions.core.terms import Bonus, Walk

Ints = NDArray[np.int64]


def lines(bonus: Bonus, walk: Walk, board: Board, earned: Ints | None = None) -> Found:
    """The lines a walk pays. `earned`, per person: of a walk on earnings, what they earned."""
    where, rates = places.of(board, walk.along), Rates(walk, board)
    start = sources.of(bonus, walk, board, earned)
    if levels.serves(walk, rates):
        ladder = levels.Ladder(bonus, walk, board, where, rates)
        of_places = where.first[start.origin]
        steps = ladder.climb(of_places)
        kept = (0, 0) if bonus.hold else ladder.unearned(of_places, _base(walk, start))
    elif entitled.serves(walk, rates):
        steps, kept = entitled.climb(bonus, walk, board, where, rates, start), (0, 0)
    else:
        steps = climb.climb(bonus, walk, board, where, rates, start)
        missed = climb.joined([]) if bonus.hold else climb.unearned(bonus, walk, board, where, rates, start)
        kept = _sum(_base(walk, start)[missed.row], missed.rate)
    plain = walk.source == "volume" and walk.rate_unit == "rate" and rates.slices is None
    if plain and not where.positions:
        bulk = Paid(steps.place, start.line[steps.row], steps.level, steps.rate) if start.line is not None else None
        return Found(bulk=bulk, along=walk.along, on=walk.on[0], kept=kept)
    return Found(rows=_rows(walk, where, start, steps, rates), kept=kept)


def _rows(walk: Walk, where: Places, start: Sources, steps: Steps, rates: Rates) -> Lines:
    """Steps as whole lines: of people's measures and earnings, of positions, of amounts, of slices."""
    base, rate = start.base[steps.row], steps.rate
    if walk.rate_unit != "rate":
        base, rate = rate, np.full(len(rate), MILLION, np.int64)
    elif rates.slices is not None:
        row, base, rate = _slices(rates, base)
        steps = steps.taken(row)
    origin = start.origin[steps.row]
    depth = where.depth[where.first[origin]] - where.depth[steps.place]
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    return rows_of(
        kind=Kind.PERSON if start.line is None else Kind.SALE,
        beneficiary=where.owner[steps.place],
        source=-1 if start.line is None else start.line[steps.row],
        level=steps.level,
        depth=depth,
        base=base,
        rate_ppm=rate,
        whole=whole,
        micro=micro,
        origin=origin,
    )


def _slices(rates: Rates, base: Ints) -> tuple[Ints, Ints, Ints]:
    """(step, part of the base, rate) of each slice that a marginal table pays, by step and rate."""
    table = rates.slices
    if table is None:
        raise TypeError("Only a marginal table has slices")
    keys = table.axes[0].keys
    parts = []
    for start, end, row in zip(keys, (*keys[1:], None), table.cells, strict=True):
        part = np.maximum((base if end is None else np.minimum(base, end)) - start, 0)
        step = np.flatnonzero(part) if row[0] else np.empty(0, np.int64)
        rate = row[0] * rates.walk.worth // MILLION
        parts.append((step, part[step], np.full(len(step), rate, np.int64)))
    step, part, rate = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.lexsort((rate, step))
    return step[order], part[order], rate[order]


def _base(walk: Walk, start: Sources) -> Ints:
    """What a rate is a share of; of an amount for each source, a million millionths."""
    return start.base if walk.rate_unit == "rate" else np.full(len(start), MILLION, np.int64)


def _sum(base: Ints, rate: Ints) -> tuple[int, int]:
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    total = int(micro.sum())
    return int(whole.sum()) + total // MILLION, total % MILLION

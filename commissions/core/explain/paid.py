"""Why a line was paid as it was."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from commissions.core.bonuses import places, sources
from commissions.core.bonuses.board import Board, Step
from commissions.core.bonuses.places import Places
from commissions.core.bonuses.rates import Rates
from commissions.core.bonuses.sources import Bools
from commissions.core.explain.scene import board_of
from commissions.core.facts import Facts
from commissions.core.result import Kind, Result
from commissions.core.terms import Bonus, Plan, Walk


@dataclass(frozen=True, slots=True)
class LineReason:
    """Everything a sentence about a paid line needs."""

    bonus: int
    kind: Kind
    source: int  # index of the order line, -1 without one
    origin: int  # the seller, or the person it comes from
    beneficiary: int
    level: int  # level or generation
    depth: int
    skipped: tuple[int, ...]  # who was passed over between them, the seller's side first
    base: int
    rate_ppm: int
    own_rate: int  # before anything was subtracted
    subtracted: int  # the rate of whoever blocks
    rank: int  # the beneficiary's, paid-as
    rate_from: int  # the lowest rank that has this rate there, all else being equal
    exact: int  # millionths of a minor unit

    @property
    def seller(self) -> int:
        return self.origin


def why_line(plan: Plan, facts: Facts, result: Result, line: int) -> LineReason:
    """Why this line (index in result.lines) was paid as it was."""
    return why_lines(plan, facts, result, [line])[0]


def why_lines(plan: Plan, facts: Facts, result: Result, lines: Sequence[int]) -> list[LineReason]:
    """The same for many lines, such as those of a statement, looking at the tree once."""
    board = board_of(plan, facts, result)
    views = [
        _View(bonus, bonus.how, board) if isinstance(bonus.how, Walk) else None for bonus in plan.bonuses
    ]
    return [_why(board, result, line, views[int(result.lines.bonus[line])]) for line in lines]


class _View:
    """What a walk asks of everybody, and where they stand."""

    def __init__(self, bonus: Bonus, walk: Walk, board: Board) -> None:
        self.walk = walk
        self.places: Places = places.of(board, walk.along)
        self.passes: Bools = sources.passes(walk, board)
        self.rates = Rates(walk, board)


def _why(board: Board, result: Result, line: int, view: _View | None) -> LineReason:
    lines = result.lines
    at = {
        name: int(getattr(lines, name)[line]) for name in ("bonus", "source", "beneficiary", "level", "depth")
    }
    rate, origin = int(lines.rate_ppm[line]), int(lines.origin[line])
    rank = int(result.rank[at["beneficiary"]])
    own, low = rate, rank
    skipped: tuple[int, ...] = ()
    walked = int(lines.kind[line]) in {Kind.SALE, Kind.PERSON}
    if view is not None and walked:
        skipped = _skipped(view, origin, at["beneficiary"], at["depth"])
        if view.walk.rate_unit == "rate" and view.rates.slices is None:
            by_rank = _rates_by_rank(board, view, at, origin)
            own = by_rank[rank]
            while low > 0 and by_rank[low - 1] == own:
                low -= 1
    return LineReason(
        bonus=at["bonus"],
        kind=Kind(int(lines.kind[line])),
        source=at["source"],
        origin=origin,
        beneficiary=at["beneficiary"],
        level=at["level"],
        depth=at["depth"],
        skipped=skipped,
        base=int(lines.base[line]),
        rate_ppm=rate,
        own_rate=own,
        subtracted=own - rate,
        rank=rank,
        rate_from=low,
        exact=int(lines.whole[line]) * 1_000_000 + int(lines.micro[line]),
    )


def _skipped(view: _View, origin: int, beneficiary: int, depth: int) -> tuple[int, ...]:
    """Who stands between them and did not use up a level."""
    where, met = view.places, []
    at = int(where.first[origin])
    for _ in range(max(0, depth - 1)):
        at = int(where.parent[at])
        met.append(int(where.owner[at]))
    return tuple(person for person in met if not view.passes[person])


def _rates_by_rank(board: Board, view: _View, at: dict[str, int], origin: int) -> list[int]:
    """What the beneficiary would be paid there at each rank, all else being equal."""
    ranks = np.arange(len(board.plan.ladder))

    def same(value: int) -> sources.Ints:
        return np.full(len(ranks), value)

    step = Step(
        person=same(at["beneficiary"]),
        level=same(at["level"]),
        line=same(at["source"]) if at["source"] >= 0 else None,
        seller=same(origin),
        rank=ranks,
    )
    found: list[int] = view.rates.effective(
        np.broadcast_to(board.value_at(view.walk.rate, step), (len(ranks),))
    ).tolist()
    return found

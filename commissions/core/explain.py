"""Why a line was paid, why an order paid nothing, and what the next rank still needs: for one person, on demand.

Nothing is computed anew: people's ranks, statuses and measures are those of the result. So the facts may be cut
down to a person's own team, with the person as its root, and the result to those people.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from commissions.core import network
from commissions.core.bonuses import Board, walk
from commissions.core.facts import GOOD, Facts
from commissions.core.measures import LineWords, People, Values
from commissions.core.plan import Bonus, Plan, Requirement
from commissions.core.run import Result

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
LONG_AGO = 100_000  # days (and months) since joining: past every window a plan can have


class Why(StrEnum):
    """Why an order in somebody's team, or their own, paid them nothing under a bonus. Closed: pages have a sentence
    for each."""

    NOT_GOOD_STANDING = "not_good_standing"  # suspended or gone
    BEYOND_LAST_LEVEL = "beyond_last_level"
    FAST_START_WINDOW = (
        "fast_start_window"  # the seller joined so recently that another bonus pays this order
    )
    NO_VOLUME = "no_volume"  # the order counts for nothing under this bonus
    SELLER_SKIPPED = "seller_skipped"  # the plan drops what the skipped sell
    SKIPPED_INACTIVE = "skipped_inactive"  # the person was passed over; somebody above was paid
    NOT_QUALIFIED = "not_qualified"  # what the bonus asks of an earner was not met; the company keeps it
    RANK_NOT_PAID_AT_LEVEL = "rank_not_paid_at_level"


REASONS = tuple(Why)


@dataclass(frozen=True, slots=True)
class Reason:
    """One order line that paid one person nothing under one bonus."""

    bonus: int  # index in plan.bonuses
    source: int  # index in facts.lines
    level: int  # where the person stands or would stand, after compression
    depth: int  # the real distance
    why: Why
    base: int  # minor units
    rank: int | None  # for `rank_not_paid_at_level`: the first rank that would have been paid
    rate_ppm: int | None  # what would have been paid had the reason not stood; None where that has no meaning
    would_have: int | None  # base × rate, in millionths of a minor unit


@dataclass(frozen=True, slots=True)
class LineReason:
    """Everything a sentence about a paid line needs."""

    bonus: int
    source: int
    seller: int
    beneficiary: int
    level: int
    depth: int
    skipped: tuple[int, ...]  # who was passed over between them, the seller's side first
    base: int
    rate_ppm: int
    rank: int  # the beneficiary's, paid-as
    rate_from: int  # the lowest rank that has this rate on this level
    exact: int  # millionths of a minor unit


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement with what somebody has and lacks, all in its own unit."""

    requirement: Requirement
    have: int
    need: int
    missing: int


def why_line(plan: Plan, facts: Facts, result: Result, line: int) -> LineReason:
    """Why this line (index in result.lines) was paid as it was."""
    return why_lines(plan, facts, result, [line])[0]


def why_lines(plan: Plan, facts: Facts, result: Result, lines: Sequence[int]) -> list[LineReason]:
    """The same for many lines, such as those of a statement, looking at the tree once."""
    board = _board(plan, facts, result)
    passes = [walk.passes(bonus, board) for bonus in plan.bonuses]
    return [_why_line(plan, facts, result, line, passes) for line in lines]


def _why_line(plan: Plan, facts: Facts, result: Result, line: int, passes: list[Bools]) -> LineReason:
    lines = result.lines
    bonus, source = int(lines.bonus[line]), int(lines.source[line])
    seller, beneficiary = int(facts.lines.seller[source]), int(lines.beneficiary[line])
    level, rank = int(lines.level[line]), int(result.rank[beneficiary])
    between = _between(facts.people.sponsor, seller, beneficiary)
    return LineReason(
        bonus=bonus,
        source=source,
        seller=seller,
        beneficiary=beneficiary,
        level=level,
        depth=int(lines.depth[line]),
        skipped=tuple(met for met in between if not passes[bonus][met]),
        base=int(lines.base[line]),
        rate_ppm=int(lines.rate_ppm[line]),
        rank=rank,
        rate_from=rate_from(bonus=plan.bonuses[bonus], level=level, rank=rank),
        exact=int(lines.whole[line]) * 1_000_000 + int(lines.micro[line]),
    )


def rate_from(*, bonus: Bonus, level: int, rank: int) -> int:
    """The lowest rank (index in the ladder) that has the rate of this rank on this level."""
    rate = bonus.rates.rate(level=level, rank=rank)
    while rank > 0 and bonus.rates.rate(level=level, rank=rank - 1) == rate:
        rank -= 1
    return rank


def why_not(plan: Plan, facts: Facts, result: Result, person: int) -> list[Reason]:
    """Every order of a person's team, and their own, that paid them nothing under a bonus, and why.

    Left out is what a bonus is not about: orders that its `only` leaves out for another reason than a newcomer's
    window, own orders where levels begin at 1, the team's orders where a bonus pays own sales alone, and returns.
    Sorted by bonus, then by the order line's key.
    """
    board = _board(plan, facts, result)
    return [
        reason
        for at, bonus in enumerate(plan.bonuses)
        for reason in _why_not(bonus, at, board, result, person)
    ]


def missing_for(plan: Plan, result: Result, person: int, *, rank: int | None = None) -> tuple[Missing, ...]:
    """What a person has and lacks for a rank, the next above the one held when none is named; empty at the top."""
    step = int(result.rank[person]) + 1 if rank is None else rank
    return missing_of(plan=plan, rank=step, have=result.have[person].tolist())


def missing_of(*, plan: Plan, rank: int, have: Sequence[int]) -> tuple[Missing, ...]:
    """The same from a stored row of `Result.have`."""
    return tuple(
        Missing(requirement, had, requirement.need, max(0, requirement.need - had))
        for requirement, had in zip(plan.requirements, have, strict=True)
        if requirement.rank == rank
    )


def _board(plan: Plan, facts: Facts, result: Result) -> Board:
    """The engine's board as it stood when the bonuses were paid, from the result."""
    tree = network.of(facts.people.sponsor)
    people = People(plan, facts, tree, result.volumes)
    for known in (result.measures, result.statuses, result.memory_after, {"rank": result.rank}):
        people.words.update(known)
    return Board(facts, tree, people, result.volumes, result.rank)


def _between(sponsor: Ints, seller: int, beneficiary: int) -> list[int]:
    met, at = [], seller
    while at != beneficiary and at >= 0:
        at = int(sponsor[at])
        met.append(at)
    return met[:-1]


def _why_not(bonus: Bonus, at: int, board: Board, result: Result, person: int) -> list[Reason]:
    passes = walk.passes(bonus, board)
    inside, level_of = _team(board, passes, person)
    source = _unpaid(bonus, at, board, result, person, inside)
    seller = board.facts.lines.seller[source]
    level, depth = level_of[seller], (board.network.depth[seller] - board.network.depth[person])
    rank = int(board.rank[person])
    paying = np.array([_rate_and_rank(bonus, step, rank) for step in range(bonus.last + 1)])
    rate, first_paid = paying[np.minimum(level, bonus.last)].T if len(source) else (level, level)
    base = board.volumes[bonus.on][source]
    in_window = ~_only(bonus, board)[source]
    reasons = np.select(
        [
            np.full(len(source), board.facts.people.standing[person] != GOOD),
            (level > bonus.last) | (first_paid < 0),
            in_window,
            base <= 0,
            (bonus.volume_of_the_skipped == "dropped") & ~passes[seller],
            np.full(len(source), not passes[person]),
            np.full(len(source), not walk.earners(bonus, board)[person]),
        ],
        list(range(7)),
        7,
    )
    return [
        _reason(at, REASONS[why], *row)
        for why, *row in zip(
            reasons.tolist(), source.tolist(), level.tolist(), depth.tolist(), base.tolist(), rate.tolist(),
            first_paid.tolist(), strict=True,
        )
    ]  # fmt: skip


def _reason(
    bonus: int, why: Why, source: int, level: int, depth: int, base: int, rate: int, first: int
) -> Reason:
    """`rate` is what the person's rank would get on this level, or the first paid rank's where that is nothing."""
    lacks_rank = why == Why.RANK_NOT_PAID_AT_LEVEL
    meaningful = rate > 0 and base > 0 and (lacks_rank or why in WOULD_HAVE)
    return Reason(
        bonus=bonus,
        source=source,
        level=level,
        depth=depth,
        why=why,
        base=base,
        rank=first if lacks_rank else None,
        rate_ppm=rate if meaningful else None,
        would_have=base * rate if meaningful else None,
    )


WOULD_HAVE = frozenset({Why.NOT_GOOD_STANDING, Why.SKIPPED_INACTIVE, Why.NOT_QUALIFIED})


def _rate_and_rank(bonus: Bonus, level: int, rank: int) -> tuple[int, int]:
    """The rate of this rank on a level and the rank itself, or those of the first higher rank that is paid there."""
    cells = bonus.rates.cells.get(level, ())
    for step in range(rank, len(cells)):
        if cells[step]:
            return cells[step], step
    return 0, -1


def _team(board: Board, passes: Bools, person: int) -> tuple[Bools, Ints]:
    """Who stands at or below a person, and on which level of theirs; 0 is the person."""
    tree = board.network
    inside = np.zeros(len(tree), bool)
    level = np.zeros(len(tree), np.int64)
    inside[person] = True
    for rows in tree.levels[int(tree.depth[person]) + 1 :]:
        sponsor = tree.sponsor[rows]
        inside[rows] = inside[sponsor]
        level[rows] = np.where(sponsor == person, 1, level[sponsor] + passes[sponsor])
    return inside, level


def _unpaid(bonus: Bonus, at: int, board: Board, result: Result, person: int, inside: Bools) -> Ints:
    """The order lines that the bonus is about and that paid the person nothing."""
    lines, facts = result.lines, board.facts
    start, stop = np.searchsorted(lines.beneficiary, [person, person + 1])
    paid = lines.source[start:stop][lines.bonus[start:stop] == at]
    about = inside[facts.lines.seller] & ~facts.lines.reversal & _only(bonus, board, long_ago=True)
    own = facts.lines.seller == person
    about &= own if bonus.last == 0 else ~own if bonus.first > 0 else True
    about[paid] = False
    return np.flatnonzero(about)


def _only(bonus: Bonus, board: Board, *, long_ago: bool = False) -> Bools:
    """The lines that `only` keeps; with `long_ago`, those it would keep had their sellers joined long ago, and those
    it keeps now."""
    if bonus.only is None:
        return np.ones(len(board.facts.lines), bool)
    kept = board.line_words().value(bonus.only).astype(bool)
    if long_ago:
        kept |= _LongAgo(board.facts, board.volumes, board.people.words).value(bonus.only).astype(bool)
    return np.broadcast_to(kept, (len(board.facts.lines),))


class _LongAgo(LineWords):
    """Order lines as if everybody had joined long ago."""

    def line_word(self, name: str) -> Values:
        if name in {"seller_days", "seller_month"}:
            return np.full(len(self.facts.lines), LONG_AGO, np.int64)
        return super().line_word(name)

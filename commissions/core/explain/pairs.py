"""What stood in the two legs of a person's positions, and what is carried on."""

from dataclasses import dataclass, replace

import numpy as np

from commissions.core.bonuses import pair, places
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.pair import Ints, Legs
from commissions.core.explain.scene import board_of
from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.core.rounding import MILLION
from commissions.core.terms import Bonus, Pair, Plan


@dataclass(frozen=True, slots=True)
class MatchedLegs:
    """The legs of one position, first slot first, in the volume's smallest unit."""

    ordinal: int  # which of the owner's positions it is, from 1
    before: tuple[int, int]  # carried from earlier periods
    total: tuple[int, int]  # that, and what this period brought: what was matched
    carried: tuple[int, int]  # to the next period
    uncapped: int  # what would have been paid without a cap, in millionths of a minor unit


def matched_legs(plan: Plan, facts: Facts, result: Result, bonus: Bonus, person: int) -> list[MatchedLegs]:
    """Of each position of a person in the tree of a pair bonus, in the order in which they were taken."""
    how = bonus.how
    if not isinstance(how, Pair):
        raise TypeError(f"{bonus.name} matches no legs")
    board = board_of(plan, facts, result)
    where = places.of(board, how.along)
    legs, after = Legs(bonus, how, board, where), result.state_after.carry[bonus.name].sum(axis=2)
    before, ordinal = legs.carried.sum(axis=2), places.ordinals(where.owner, len(board))
    mine, full = np.flatnonzero(where.owner == person), _uncapped(bonus, how, board, person)
    return [
        MatchedLegs(
            int(ordinal[row]),
            _two(before[row]),
            _two(legs.total[row]),
            _two(after[row]),
            full.get(int(ordinal[row]), 0),
        )
        for row in mine[np.argsort(ordinal[mine])].tolist()
    ]


def _uncapped(bonus: Bonus, how: Pair, board: Board, person: int) -> dict[int, int]:
    """By position, what the same legs would have paid without a cap."""
    rows = pair.lines(bonus, replace(how, cap=None), board).rows
    if rows is None:
        return {}
    mine = np.flatnonzero(rows.beneficiary == person).tolist()
    return {int(rows.level[row]): int(rows.whole[row]) * MILLION + int(rows.micro[row]) for row in mine}


def _two(legs: Ints) -> tuple[int, int]:
    return int(legs[0]), int(legs[1])

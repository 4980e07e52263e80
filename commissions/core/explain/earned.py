"""What people earned of the bonuses that a match is on, from a result."""

import numpy as np

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.sources import Ints
from commissions.core.result import Kind, Result
from commissions.core.rounding import rounded_sums
from commissions.core.terms import Walk

TAKEN = (Kind.MOST, Kind.GROUP, Kind.HELD, Kind.RELEASED)


def earned_of(walk: Walk, board: Board, result: Result) -> Ints:
    """Per person: what a match looks at. After caps: without what a group rule took; before them: rounded lines."""
    plan, lines = board.plan, result.lines
    found = np.zeros(len(board), np.int64)
    taken = TAKEN if walk.taken == "before_caps" else (Kind.GROUP, Kind.RELEASED)
    for at, bonus in enumerate(plan.bonuses):
        if bonus.name in walk.on:
            rows = (lines.bonus == at) & ~np.isin(lines.kind, taken)
            whole, micro = (np.zeros(len(board), np.int64) for _ in range(2))
            np.add.at(whole, lines.beneficiary[rows], lines.whole[rows])
            np.add.at(micro, lines.beneficiary[rows], lines.micro[rows])
            found += rounded_sums(whole=whole, micro=micro, how=plan.ledger.round)
    return found

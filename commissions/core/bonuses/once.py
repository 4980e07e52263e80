"""Once: the first time that a test holds, so much money, a new position, or both."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.amount import kept
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, rows_of
from commissions.core.result import Kind
from commissions.core.terms import Bonus, Once

Ints = NDArray[np.int64]
NEVER, HELD, LOST = 0, 1, 2  # of State.given


def lines(bonus: Bonus, once: Once, board: Board) -> Found:
    """The lines an event pays, and who has had it.

    Who does not pass the gate is not given it, and has not had it: it can still come. `again: after_losing_it` gives it
    to those who had it and lost it since; whoever had it is noted as holding or as having lost it.
    """
    before = board.facts.state.given.get(bonus.name, np.zeros(len(board), np.int64))
    if not board.in_campaign(bonus):
        return Found(given=before)
    holds = board.test(once.test)
    due = holds & ((before == NEVER) | ((before == LOST) & (once.again == "after_losing_it")))
    given = due & board.treated(bonus)
    seen = np.where(before == NEVER, NEVER, np.where(holds, HELD, LOST))
    after = np.where(given, HELD, np.where(due, before, seen))
    who = np.flatnonzero(given)
    found = Found(given=after, new_positions=who if once.then == "new_position" else None)
    if once.gives is None:
        return found
    amount = board.value(once.gives).astype(np.int64)
    paid, missed = who[amount[who] > 0], np.flatnonzero(due & ~given & (amount > 0))
    rows = rows_of(kind=Kind.ONCE, beneficiary=paid, whole=amount[paid])
    none = np.zeros(len(missed), np.int64)
    return Found(
        rows=rows, given=after, new_positions=found.new_positions, kept=kept(bonus, amount[missed], none)
    )

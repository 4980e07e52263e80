"""What was not earned and waits: held until the test of the hold is met, then released, or lapsed."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import rows_of
from commissions.core.result import Kind, Lines
from commissions.core.terms import NEVER, Bonus, Hold

Ints = NDArray[np.int64]
Waiting = tuple[tuple[int, int, int], ...]  # (person, minor units, age in periods)


@dataclass(frozen=True, slots=True)
class Held:
    """What a hold changes, and what it leaves for the next period."""

    lines: list[Lines]
    items: Ints  # what is earned in this period, once what waits is taken out
    waiting: Waiting
    lapsed: int


def settle(bonus: Bonus, hold: Hold, board: Board, items: Ints) -> Held:
    """Holds back the items of those who do not pass the gate, and releases what waited for those who meet the test now.

    `items`, per person: this period's, as if everybody passed. A release is no earning of this period: a match does not
    see it.
    """
    kept_back = np.flatnonzero((items > 0) & ~board.gate(bonus))
    away = rows_of(kind=Kind.HELD, beneficiary=kept_back, whole=-items[kept_back])
    earned = items.copy()
    earned[kept_back] = 0
    before = np.array(board.facts.state.held.get(bonus.name, ()), np.int64).reshape(-1, 3)
    met = (board.good() & board.test(hold.until))[before[:, 0]]
    released = np.zeros(len(items), np.int64)
    np.add.at(released, before[met, 0], before[met, 1])
    who = np.flatnonzero(released)
    back = rows_of(kind=Kind.RELEASED, beneficiary=who, whole=released[who])
    waits = before[~met]
    lapses = np.zeros(len(waits), bool) if hold.lapses_after == NEVER else waits[:, 2] >= hold.lapses_after
    new = np.stack([kept_back, items[kept_back], np.zeros(len(kept_back), np.int64)], axis=1)
    stays = np.concatenate([waits[~lapses], new])
    stays[:, 2] += 1
    stays = stays[np.lexsort(stays.T[::-1])]
    waiting = tuple((person, amount, age) for person, amount, age in stays.tolist())
    return Held([away, back], earned, waiting, int(waits[lapses, 1].sum()))

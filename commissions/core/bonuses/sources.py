"""What a walk starts from: order lines, people's measures, or what people earned by other bonuses."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board, Step
from commissions.core.terms import Amount, Bonus, Walk

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Sources:
    """One element per walk that starts, in the order of lines or of people."""

    line: Ints | None  # index of the order line; none when people themselves are the source
    origin: Ints  # the seller, or the person
    base: Ints

    def __len__(self) -> int:
        return len(self.origin)

    def taken(self, rows: Ints) -> "Sources":
        """Some of the sources."""
        return Sources(None if self.line is None else self.line[rows], self.origin[rows], self.base[rows])


def lines(bonus: Bonus, how: Walk | Amount, volume: str, board: Board) -> Sources:
    """The order lines with a positive volume that `only` keeps, booked in the campaign, and that are no reversals."""
    values, all_lines = board.volumes[volume], board.facts.lines
    keeps: Bools = (values > 0) & ~all_lines.reversal
    if bonus.valid is not None:
        keeps &= (all_lines.day >= bonus.valid[0]) & (all_lines.day < bonus.valid[1])
    if how.only is not None:
        keeps &= board.of_lines(how.only).astype(bool)
    kept = np.flatnonzero(keeps)
    return Sources(kept, all_lines.seller[kept], values[kept])


def of(bonus: Bonus, walk: Walk, board: Board, earned: Ints | None) -> Sources:
    """The walk's sources. `earned`, per person: of a walk on earnings, what they earned."""
    if walk.source == "volume":
        found = lines(bonus, walk, walk.on[0], board)
    else:
        base = board.people.words[walk.on[0]] if earned is None else earned
        keeps = (base > 0) & board.in_campaign(bonus)
        if walk.only is not None:
            step = Step(seller=np.arange(len(board)))
            keeps = keeps & board.value_at(walk.only, step).astype(bool)
        origin = np.flatnonzero(keeps)
        found = Sources(None, origin, base[origin])
    if walk.volume_of_the_skipped == "dropped" and walk.skip_test is not None:
        return found.taken(np.flatnonzero(passes(walk, board)[found.origin]))
    return found


def passes(walk: Walk, board: Board) -> Bools:
    """Who uses up a level; nobody suspended or gone does, where levels are compressed."""
    if walk.compression != "skip_inactive" or walk.skip_test is None:
        return np.ones(len(board), bool)
    return board.good() & board.test(walk.skip_test)

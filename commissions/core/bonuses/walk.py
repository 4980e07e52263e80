"""The walk: up from every sale, level by level. Unilevel, fast start and retail profit are walks with other answers."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board, Paid
from commissions.core.facts import GOOD
from commissions.core.plan import Bonus

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
BLOCK = 1 << 17


def lines(bonus: Bonus, board: Board) -> Paid:
    """The lines a walk pays.

    `skip_inactive`: a level is used up only by those who pass `skip_test`, which the field calls standard
    compression; the volume of the skipped is paid to those above, or dropped. With `none` a level is a place in
    the tree, and what its holder does not earn stays with the company.
    """
    sources = np.flatnonzero(walked(bonus, board))
    steps = _Steps(bonus, board)
    blocks = [steps.climb(sources[at : at + BLOCK]) for at in range(0, max(1, len(sources)), BLOCK)]
    beneficiary, source, level, rate = (np.concatenate(column) for column in zip(*blocks, strict=True))
    return Paid(beneficiary, source, level, rate)


class _Steps:
    """Climbs for a block of order lines at a time, so that memory does not grow with the number of lines × levels.

    An index one past the last person stands for nobody, and a rank one past the highest for whoever earns nothing:
    with them no array has to be cut shorter on the way up.
    """

    def __init__(self, bonus: Bonus, board: Board) -> None:
        nobody, ladder = len(board.network), len(board.people.plan.ladder)
        above = _next_up(bonus, board)
        self.first, self.last, self.seller = bonus.first, bonus.last, board.facts.lines.seller
        self.above = np.append(np.where(above < 0, nobody, above), nobody)
        # Whoever is met above passes already; level 0, the seller, must pass like everybody else.
        earns = earners(bonus, board) & passes(bonus, board)
        self.rank = np.append(np.where(earns, board.rank, ladder), ladder)
        levels = range(bonus.first, bonus.last + 1)
        self.rates = np.array(
            [[*(bonus.rates.rate(level=level, rank=rank) for rank in range(ladder)), 0] for level in levels]
        )

    def climb(self, sources: Ints) -> tuple[Ints, Ints, Ints, Ints]:
        """(beneficiary, source, level, rate) of every paid step, sorted by source and level."""
        width = self.last - self.first + 1
        holders = np.empty((len(sources), width), np.int64)
        rates = np.empty((len(sources), width), np.int64)
        holder = self.seller[sources]
        for level in range(self.last + 1):
            if level > 0:
                holder = self.above[holder]
            if level >= self.first:
                holders[:, level - self.first] = holder
                rates[:, level - self.first] = self.rates[level - self.first][self.rank[holder]]
        paid = np.flatnonzero(rates.ravel())
        return holders.ravel()[paid], sources[paid // width], paid % width + self.first, rates.ravel()[paid]


def walked(bonus: Bonus, board: Board) -> Bools:
    """The order lines that start a walk: those with a positive base that `only` keeps and that are no reversals."""
    keeps: Bools = (board.volumes[bonus.on] > 0) & ~board.facts.lines.reversal
    if bonus.only is not None:
        keeps &= board.line_words().value(bonus.only).astype(bool)
    if bonus.volume_of_the_skipped == "dropped":
        keeps &= passes(bonus, board)[board.facts.lines.seller]
    return keeps


def earners(bonus: Bonus, board: Board) -> Bools:
    """Who may earn: in good standing, and what the plan asks of an earner."""
    gate: Bools = board.people.good
    if bonus.earner is None:
        return gate
    found: Bools = np.logical_and(gate, board.people.value(bonus.earner).astype(bool))
    return found


def passes(bonus: Bonus, board: Board) -> Bools:
    """Who uses up a level; nobody suspended or gone does, where levels are compressed."""
    if bonus.skip_test is None:
        return np.ones(len(board.network), bool)
    good = board.facts.people.standing == GOOD
    found: Bools = np.logical_and(good, board.people.value(bonus.skip_test).astype(bool))
    return found


def _next_up(bonus: Bonus, board: Board) -> Ints:
    if bonus.compression == "none":
        return board.network.sponsor
    return board.network.nearest_above(passes(bonus, board))

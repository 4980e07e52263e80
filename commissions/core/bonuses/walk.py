"""The walk: up from every sale, level by level. Unilevel, fast start and retail profit are walks with other answers."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board, Paid
from commissions.core.facts import GOOD
from commissions.core.plan import Bonus

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def lines(bonus: Bonus, board: Board) -> list[Paid]:
    """The lines a walk pays, a batch for each level.

    `skip_inactive`: a level is used up only by those who pass `skip_test`, which the field calls standard
    compression; the volume of the skipped is paid to those above, or dropped. With `none` a
    level is a place in the tree, and what its holder does not earn stays with the company.
    """
    source = np.flatnonzero(walked(bonus, board))
    # Whoever is met above passes already; level 0, the seller, must pass like everybody else.
    earns = earners(bonus, board) & passes(bonus, board)
    above = _next_up(bonus, board)
    seller = board.facts.lines.seller[source]
    base = board.volumes[bonus.on][source]
    depth = board.network.depth
    holder, found = seller, []
    for level in range(bonus.last + 1):
        if level > 0:
            holder = above[holder]
            stays = holder >= 0
            source, seller, base, holder = source[stays], seller[stays], base[stays], holder[stays]
        if level < bonus.first or not len(source):
            continue
        rates = np.array(
            [bonus.rates.rate(level=level, rank=step) for step in range(len(board.people.plan.ladder))]
        )
        rate = rates[board.rank[holder]]
        paid = earns[holder] & (rate > 0)
        found.append(
            Paid(
                beneficiary=holder[paid],
                source=source[paid],
                level=level,
                depth=(depth[seller] - depth[holder])[paid],
                base=base[paid],
                rate_ppm=rate[paid],
            )
        )
    return found


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

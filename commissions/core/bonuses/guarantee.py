"""A guarantee: who received a bonus must have sent a minimum up; what is missing is taken out of what they received."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, in_order, joined, rows_of
from commissions.core.result import Kind
from commissions.core.terms import Bonus, Guarantee

Ints = NDArray[np.int64]


def lines(bonus: Bonus, guarantee: Guarantee, board: Board, items: Ints) -> Found:
    """What is passed up, deepest first: a negative line for the sender, a positive one for the receiver.

    It goes to the nearest one above who may earn it. `items`, per person: what they received of the bonus.
    """
    if not board.in_campaign(bonus):
        return Found()
    network = board.people.tree(guarantee.along)
    above = network.nearest_above(board.gate(bonus))
    missing = _missing(guarantee, board)
    stays = guarantee.nobody_above == "stays_with_sender"
    received, sent = items.copy(), np.zeros(len(items), np.int64)
    for level in reversed(network.levels):
        gives = np.maximum(received[level], 0)
        if missing is not None:
            gives = np.minimum(gives, missing[level])
        if stays:
            gives = np.where(above[level] < 0, 0, gives)
        sent[level] = gives
        up = above[level] >= 0
        np.add.at(received, above[level][up], gives[up])
    who = np.flatnonzero(sent)
    to = above[who]
    away = rows_of(kind=Kind.GUARANTEE, beneficiary=who, whole=-sent[who], origin=to)
    arrives = rows_of(
        kind=Kind.GUARANTEE, beneficiary=to[to >= 0], whole=sent[who][to >= 0], origin=who[to >= 0]
    )
    return Found(rows=in_order(joined([away, arrives])), kept=(int(sent[who][to < 0].sum()), 0))


def _missing(guarantee: Guarantee, board: Board) -> Ints | None:
    """What each must still send, in whole minor units; None is all they have."""
    if guarantee.minimum is None:
        return None
    minimum = np.broadcast_to(board.value(guarantee.minimum), (len(board),)).astype(np.int64)
    if guarantee.already_sent is None:
        return np.maximum(minimum, 0)
    whole, micro = board.exact(guarantee.already_sent)
    # minimum − already sent, rounded as an item is.
    whole, micro = rounding.carried(whole=minimum - whole, micro=-micro)
    return np.maximum(rounding.rounded_sums(whole=whole, micro=micro, how=board.plan.ledger.round), 0)

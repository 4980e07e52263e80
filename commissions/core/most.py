"""The most an earner gets of one bonus, of each seller or of all: what is over stays with the company."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, joined, rows_of
from commissions.core.result import Kind, Lines
from commissions.core.terms import Most
from commissions.core.values import product

Ints = NDArray[np.int64]


def over(most: Most, board: Board, found: Found, items: Ints) -> Lines:
    """A negative line for what is over. `items`, per person: the rounded sums of the bonus."""
    amount = np.maximum(np.broadcast_to(board.value(most.amount), (len(board),)).astype(np.int64), 0)
    if most.of == "all":
        who = np.flatnonzero(items > amount)
        return rows_of(kind=Kind.MOST, beneficiary=who, whole=amount[who] - items[who])
    beneficiary, origin, sums = _by_seller(board, found)
    rows = np.flatnonzero(sums > amount[beneficiary])
    who = beneficiary[rows]
    return rows_of(kind=Kind.MOST, beneficiary=who, whole=amount[who] - sums[rows], origin=origin[rows])


def _by_seller(board: Board, found: Found) -> tuple[Ints, Ints, Ints]:
    """(earner, seller, rounded sum of the lines from that seller), sorted."""
    if found.bulk is not None:
        bulk = found.bulk
        beneficiary, origin = bulk.beneficiary, board.facts.lines.seller[bulk.source]
        whole, micro = product(board.volumes[found.on][bulk.source], bulk.rate_ppm)
    else:
        rows = joined([] if found.rows is None else [found.rows])
        beneficiary, origin, whole, micro = rows.beneficiary, rows.origin, rows.whole, rows.micro
    pair = beneficiary.astype(np.int64) * len(board) + origin
    pairs, row = np.unique(pair, return_inverse=True)
    units, parts = np.zeros(len(pairs), np.int64), np.zeros(len(pairs), np.int64)
    np.add.at(units, row, whole)
    np.add.at(parts, row, micro)
    how = board.plan.ledger.round
    return pairs // len(board), pairs % len(board), rounding.rounded_sums(whole=units, micro=parts, how=how)

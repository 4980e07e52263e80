"""An amount: so much for a person, or for an order line to its seller. Retail profit is one."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses import sources
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, Paid, amounts, rows_of
from commissions.core.result import Kind
from commissions.core.rounding import MILLION
from commissions.core.terms import Amount, Bonus
from commissions.core.values import Pair, product

Ints = NDArray[np.int64]


def lines(bonus: Bonus, amount: Amount, board: Board) -> Found:
    """The lines an amount pays: of an order line the whole volume, on level 0; of a person what the plan says. What is
    not more than nothing pays nothing."""
    if amount.amount is None:
        return _of_lines(bonus, amount, board)
    whole, micro = _worth(board.exact(amount.amount), amount.worth)
    asked = (whole >= 0) & ((whole > 0) | (micro > 0)) & board.in_campaign(bonus)
    earns = board.treated(bonus)
    paid, missed = np.flatnonzero(asked & earns), np.flatnonzero(asked & ~earns)
    rows = rows_of(kind=Kind.AMOUNT, beneficiary=paid, whole=whole[paid], micro=micro[paid])
    return Found(rows=rows, kept=kept(bonus, whole[missed], micro[missed]))


def _worth(found: Pair, worth: int) -> Pair:
    """Points as money; what is below a millionth of a minor unit is dropped."""
    if worth == MILLION:
        return found
    (whole, rest), (more, _) = (product(part, np.asarray(worth, np.int64)) for part in found)
    millionths = rest + more
    return whole + millionths // MILLION, millionths % MILLION


def kept(bonus: Bonus, whole: Ints, micro: Ints) -> tuple[int, int]:
    """What stays with the company of what nobody earned; what waits does not."""
    if bonus.hold is not None:
        return 0, 0
    return amounts(whole, micro)


def _of_lines(bonus: Bonus, amount: Amount, board: Board) -> Found:
    found = sources.lines(bonus, amount, amount.volume, board)
    earns = board.treated(bonus)[found.origin]
    line = found.line if found.line is not None else np.empty(0, np.int64)
    paid = Paid(
        beneficiary=found.origin[earns],
        source=line[earns],
        level=np.zeros(int(earns.sum()), np.int64),
        rate_ppm=np.full(int(earns.sum()), amount.worth, np.int64),
    )
    missed = product(found.base[~earns], np.asarray(amount.worth, np.int64))
    tree = board.plan.main_tree
    return Found(bulk=paid, along=tree, on=amount.volume, kept=kept(bonus, *missed))

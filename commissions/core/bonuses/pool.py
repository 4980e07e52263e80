"""A pool: a fund divided by shares, or of which everybody has a fraction."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import Found, amounts, rows_of
from commissions.core.result import Kind
from commissions.core.rounding import MILLION
from commissions.core.terms import Bonus, Pool
from commissions.core.values import product

Ints = NDArray[np.int64]


def lines(bonus: Bonus, pool: Pool, board: Board, produced: Ints | None = None) -> Found:
    """The lines a pool pays. `produced`, per person: the shares that another bonus paid."""
    carried = board.facts.state.pools.get(bonus.name, 0)
    if not board.in_campaign(bonus):
        return Found(fund=0, pool=carried)
    fund = max(0, carried + _fund(pool, board))
    shares = _shares(pool, board, produced)
    who = np.flatnonzero(board.treated(bonus) & (shares > 0))
    if not len(who) or fund <= 0:
        stays = pool.nobody_qualifies == "carried_to_next" and not len(who)
        return Found(fund=fund, pool=fund if stays else 0, kept=(0 if stays or len(who) else fund, 0))
    if pool.shares_are == "fraction_of_fund":
        return _fractions(pool, fund, who, shares[who])
    ties = board.facts.people.number[who]
    amount = divided(pool, fund, shares[who], ties)
    paid = np.flatnonzero(amount)
    rows = rows_of(kind=Kind.POOL, beneficiary=who[paid], whole=amount[paid])
    return Found(rows=rows, fund=fund, kept=(fund - int(amount.sum()), 0))


def divided(pool: Pool, fund: int, shares: Ints, ties: NDArray[np.generic]) -> Ints:
    """The fund in whole units, by largest remainder. Who would get more than the most gets the most; the rest stays, or
    is divided again among the others until nobody gets too much."""
    most = fund * pool.most_per_person // MILLION
    amount = rounding.split(total=fund, shares=shares, ties=ties)
    if pool.most_per_person == MILLION:
        return amount
    if pool.over != "shared_by_others":
        return np.minimum(amount, most)
    others, left = np.arange(len(shares)), fund
    while len(others):
        too_much = rounding.above(total=left, shares=shares[others], most=most)
        if not too_much.any():
            amount[others] = rounding.split(total=left, shares=shares[others], ties=ties[others])
            break
        amount[others[too_much]] = most
        left -= most * int(too_much.sum())
        others = others[~too_much]
    return amount


def _fund(pool: Pool, board: Board) -> int:
    whole, _ = board.exact(pool.fund)
    return int(whole[0]) if len(whole) else 0


def _shares(pool: Pool, board: Board, produced: Ints | None) -> Ints:
    if produced is not None:
        return produced
    if pool.shares is None:
        return np.zeros(len(board), np.int64)
    return np.broadcast_to(board.value(pool.shares), (len(board),)).astype(np.int64)


def _fractions(pool: Pool, fund: int, who: Ints, shares: Ints) -> Found:
    """Everybody's own part of the fund; together they may be more than it, or less."""
    whole, micro = product(np.full(len(who), fund), shares)
    most = fund * pool.most_per_person // MILLION
    kept = (0, 0)
    if pool.most_per_person != MILLION:
        over = whole >= most
        kept = amounts(whole[over] - most, micro[over])
        whole, micro = np.where(over, most, whole), np.where(over, 0, micro)
    paid = np.flatnonzero((whole > 0) | (micro > 0))
    rows = rows_of(kind=Kind.POOL, beneficiary=who[paid], whole=whole[paid], micro=micro[paid])
    return Found(rows=rows, fund=fund, kept=kept)

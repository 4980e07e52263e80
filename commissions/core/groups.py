"""Rules over several bonuses together: caps, and the better of alternatives. Each works on items as they stand."""

import numpy as np
from numpy.typing import NDArray

from commissions.core import rounding
from commissions.core.bonuses.board import Board
from commissions.core.bonuses.found import joined, rows_of
from commissions.core.result import Kind, Lines
from commissions.core.terms import BetterOf, Cap

Ints = NDArray[np.int64]


def apply(board: Board, items: dict[int, Ints]) -> Lines:
    """Negative lines for what the plan's group rules take away, rule after rule. `items`, by bonus: per person."""
    index = {bonus.name: at for at, bonus in enumerate(board.plan.bonuses)}
    found = []
    for at, rule in enumerate(board.plan.group_rules):
        names = rule.among if isinstance(rule, BetterOf) else rule.over
        bonuses = [index[name] for name in names]
        table = np.stack([items[bonus] for bonus in bonuses], axis=1)
        if isinstance(rule, BetterOf):
            left = _better(table)
        elif rule.of == "each_person":
            left = _each_person(rule, board, table, bonuses)
        else:
            left = _everyone(rule, board, table, bonuses)
        for column, bonus in enumerate(bonuses):
            cut = left[:, column] - table[:, column]
            who = np.flatnonzero(cut)
            found.append(rows_of(kind=Kind.GROUP, beneficiary=who, whole=cut[who], level=at, bonus=bonus))
            items[bonus] = left[:, column]
    return joined(found)


def _better(table: Ints) -> Ints:
    """[person, bonus]: only the largest stays, of equal ones the first."""
    best = np.argmax(table, axis=1)
    return np.where(np.arange(table.shape[1]) == best[:, None], table, 0)


def _limit(rule: Cap, board: Board) -> Ints:
    whole, micro = board.exact(rule.limit)
    return np.maximum(rounding.rounded_sums(whole=whole, micro=micro, how=board.plan.ledger.round), 0)


def _everyone(rule: Cap, board: Board, table: Ints, bonuses: list[int]) -> Ints:
    """[person, bonus]: everybody's items together brought under the limit. Only what is positive is cut."""
    limit = _limit(rule, board)
    excess = int(table.sum()) - (int(limit[0]) if len(limit) else 0)
    if excess <= 0:
        return table
    left = table.copy()
    if rule.method == "pro_rata":
        _cut(left, list(range(len(bonuses))), excess, board, bonuses)
        return left
    columns = [rule.over.index(name) for name in rule.order]
    for column in columns:
        excess -= _cut(left, [column], excess, board, bonuses)
    return left


def _cut(left: Ints, columns: list[int], excess: int, board: Board, bonuses: list[int]) -> int:
    """Cuts these columns pro rata by so much, or by all they have; returns what was cut. Of equal remainders the lower
    number of a distributor gets more, then the earlier bonus."""
    among = left[:, columns]
    person, column = np.nonzero(among > 0)
    amounts = among[person, column]
    total = int(amounts.sum())
    taken = min(excess, total)
    if taken <= 0:
        return 0
    order = np.argsort(np.array(bonuses)[columns][column], kind="stable")
    order = order[np.argsort(board.facts.people.number[person[order]], kind="stable")]
    ties = np.empty(len(order), np.int64)
    ties[order] = np.arange(len(order))
    left[person, np.array(columns)[column]] = rounding.split(total=total - taken, shares=amounts, ties=ties)
    return taken


def _each_person(rule: Cap, board: Board, table: Ints, bonuses: list[int]) -> Ints:
    """[person, bonus]: each person's items together brought under their own limit."""
    limit = _limit(rule, board)
    excess = np.maximum(table.sum(axis=1) - limit, 0)
    left = table.copy()
    if rule.method == "pro_rata":
        order = np.argsort(bonuses, kind="stable")
        left[:, order] = _shared(left[:, order], excess)
        return left
    for name in rule.order:
        column = rule.over.index(name)
        taken = np.minimum(np.maximum(left[:, column], 0), excess)
        left[:, column] -= taken
        excess = excess - taken
    return left


def _shared(table: Ints, excess: Ints) -> Ints:
    """Each row cut by its excess, pro rata of what is positive in it; of equal remainders the first gets more."""
    rows = np.flatnonzero(excess)
    amounts = np.maximum(table[rows], 0)
    total = amounts.sum(axis=1)
    to_share = np.maximum(total - excess[rows], 0)
    large = len(rows) and int(to_share.max()) * int(amounts.max()) > rounding.LARGEST_INT
    products = amounts.astype(object) * to_share[:, None] if large else amounts * to_share[:, None]
    whole = np.maximum(total, 1)[:, None]
    parts, rests = (products // whole).astype(np.int64), products % whole
    place = np.argsort(np.argsort(-rests, axis=1, kind="stable"), axis=1, kind="stable")
    parts = parts + (place < (to_share - parts.sum(axis=1))[:, None])
    left = table.copy()
    left[rows] = np.where(amounts > 0, parts, table[rows])
    return left

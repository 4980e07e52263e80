"""Made-up companies for the engine's benchmark: as many order lines as people, every tree that a plan asks for."""

import numpy as np

from commissions.core.facts import Facts, Ints, OrderLines, People, Positions, depths
from commissions.core.terms import Plan, Tree

FIRST_DAY = 20_393  # 2025-11-01
DAYS = {"day": 1, "week": 7, "4 weeks": 28, "month": 30}


def company(plan: Plan, people: int, seed: int = 1) -> Facts:
    """A tree that is a few dozen levels deep, one order line per person, about every third inactive."""
    random = np.random.default_rng(seed)
    sponsor = _tree(random, people)
    numbers = np.char.zfill(np.arange(people).astype(np.str_), 9)
    others = [tree for tree in plan.trees.values() if not tree.slots and tree.name != plan.main_tree]
    days = DAYS[plan.period]
    return Facts(
        period="2025-11",
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + days,
        people=People(
            number=numbers,
            sponsor=sponsor,
            joined=FIRST_DAY - random.integers(0, 900, people),
            standing=(random.random(people) < 0.02).astype(np.int8),
            memory={},
            parents={tree.name: sponsor for tree in others},
        ),
        lines=_lines(random, people, days),
        positions={tree.name: _positions(tree, numbers) for tree in plan.placements},
    )


def _tree(random: np.random.Generator, people: int) -> Ints:
    """Early members sponsor more: parents before children, sorted by depth."""
    chosen = (random.random(people) ** 1.2 * np.arange(people)).astype(np.int64)
    chosen[0] = -1
    order = np.argsort(depths(chosen), kind="stable")
    place = np.empty(people, np.int64)
    place[order] = np.arange(people)
    return np.where(chosen[order] >= 0, place[chosen[order]], -1)


def _positions(tree: Tree, numbers: np.ndarray) -> Positions:
    """One position for each person, filled level by level; a forced matrix that is full is followed by the next."""
    width, count = len(tree.slots), len(numbers)
    size = sum(width**level for level in range(tree.depth + 1)) if tree.depth else count
    inside = np.arange(count) % size
    parent = np.where(inside == 0, -1, np.arange(count) - inside + (inside - 1) // width)
    order = np.argsort(depths(parent), kind="stable")
    place = np.empty(count, np.int64)
    place[order] = np.arange(count)
    return Positions(
        key=numbers[order],
        owner=order,
        parent=np.where(parent[order] >= 0, place[parent[order]], -1),
        slot=np.where(inside == 0, -1, (inside - 1) % width)[order],
    )


def _lines(random: np.random.Generator, count: int, days: int) -> OrderLines:
    points = random.integers(4_000, 40_000, count)
    return OrderLines(
        key=np.char.add(np.char.zfill(np.arange(count).astype(np.str_), 9), "/1"),
        seller=random.integers(0, count, count),
        by_customer=random.random(count) < 0.4,
        qualifying=points,
        commissionable=points * 8 // 10,
        price=points * 3 // 2,
        list_price=points * 3 // 2,
        distributor_price=points,
        day=FIRST_DAY + random.integers(0, days, count),
        reversal=np.zeros(count, bool),
    )

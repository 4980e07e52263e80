"""Facts the engine refuses: out of shape, order or bounds. Each refusal names the column and the element."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.columns import (
    AMOUNTS,
    GOOD,
    LARGEST,
    LARGEST_SUM,
    LEFT,
    MOST_LINES,
    FactsError,
    Ints,
    OrderLines,
    People,
    Positions,
    State,
    depths,
)


# --- people -----------------------------------------------------------------------------------------------------------
def people(people: People) -> None:
    """Raises FactsError."""
    count = len(people)
    for name in ("sponsor", "joined", "standing"):
        _same_length("people." + name, getattr(people, name), count)
    if len(set(people.number.tolist())) != count:
        raise FactsError("A distributor's number stands twice in the facts")
    _parents_first(people.sponsor, people.number, "after the sponsor")
    _in_order(depths(people.sponsor), people.number, "People", "number")
    wrong = np.flatnonzero((people.standing < GOOD) | (people.standing > LEFT))
    if len(wrong):
        raise FactsError(f"{people.number[wrong[0]]} has a standing that is not known")
    for group in ("memory", "inputs", "others"):
        for name, values in getattr(people, group).items():
            _same_length(f"{group}.{name}", values, count)
            _bounded(f"{group}.{name}", values, people.number, LARGEST_SUM)
    for name, parent in people.parents.items():
        _other_tree(name, parent, people)


def _other_tree(name: str, parent: Ints, people: People) -> None:
    _same_length("parents." + name, parent, len(people))
    stray = np.flatnonzero((parent < -1) | (parent >= len(people)))
    if len(stray):
        raise FactsError(f"{people.number[stray[0]]} stands under nobody in the tree {name}")
    try:
        depths(parent)
    except FactsError as circle:
        raise FactsError(f"The tree {name} goes round in a circle") from circle


def _parents_first(parent: Ints, names: NDArray[np.str_], where: str) -> None:
    late = np.flatnonzero((parent >= np.arange(len(parent))) | (parent < -1))
    if len(late):
        raise FactsError(f"{names[late[0]]} does not stand {where}")


def _in_order(depth: Ints, names: NDArray[np.str_], what: str, by: str) -> None:
    if (np.diff(depth) < 0).any():
        raise FactsError(f"{what} are not sorted by their depth in the tree")
    if ((names[:-1] > names[1:]) & (np.diff(depth) == 0)).any():
        raise FactsError(f"{what} of one depth are not sorted by their {by}")


# --- order lines ------------------------------------------------------------------------------------------------------
def lines(lines: OrderLines, people: int) -> None:
    """Raises FactsError."""
    count = len(lines)
    for name in ("seller", "by_customer", *AMOUNTS, "day", "reversal"):
        _same_length("lines." + name, getattr(lines, name), count)
    if count > MOST_LINES:
        raise FactsError(f"A period has at most {MOST_LINES} order lines")
    if (lines.key[:-1] >= lines.key[1:]).any():
        raise FactsError("Order lines are not sorted by their key, or a key stands twice")
    stray = np.flatnonzero((lines.seller < 0) | (lines.seller >= people))
    if len(stray):
        raise FactsError(f"Order line {lines.key[stray[0]]} is credited to nobody in the facts")
    for name in AMOUNTS:
        column: Ints = getattr(lines, name)
        _amounts(name, column, lines)
        if name in lines.back:
            _same_length("back." + name, lines.back[name], count)
            _amounts(f"{name} that came back", lines.back[name], lines)
            _total(name, np.abs(column) + lines.back[name])
        wrong = np.flatnonzero((column < 0) & ~lines.reversal)
        if len(wrong):
            raise FactsError(f"Order line {lines.key[wrong[0]]}: {name} is negative")
    _numbers_and_returns(lines)


def _amounts(name: str, column: Ints, lines: OrderLines) -> None:
    far = np.flatnonzero((column > LARGEST) | (column < -LARGEST))
    if len(far):
        raise FactsError(f"Order line {lines.key[far[0]]}: {name} is beyond {LARGEST}")
    _total(name, column)


def _total(name: str, column: Ints) -> None:
    # In halves, so that the check itself cannot overflow.
    if int((np.abs(column) >> 20).sum()) << 20 > LARGEST_SUM:
        raise FactsError(f"The sum of {name} is beyond 64 bits")


def _numbers_and_returns(lines: OrderLines) -> None:
    unknown = set(lines.back) - set(AMOUNTS)
    if unknown:
        raise FactsError(f"back.{min(unknown)} is not an amount of an order line")
    for name, column in lines.back.items():
        wrong = np.flatnonzero(column < 0)
        if len(wrong):
            raise FactsError(f"Order line {lines.key[wrong[0]]}: {name} that came back is negative")
    if lines.order_number is not None:
        _same_length("lines.order_number", lines.order_number, len(lines))
        wrong = np.flatnonzero(lines.order_number < 1)
        if len(wrong):
            raise FactsError(f"Order line {lines.key[wrong[0]]}: a seller's first order is number 1")


# --- positions and state ----------------------------------------------------------------------------------------------
def positions(tree: str, there: Positions, people: int) -> None:
    """Raises FactsError."""
    count = len(there)
    for name in ("owner", "parent", "slot"):
        _same_length(f"{tree}.{name}", getattr(there, name), count)
    if len(set(there.key.tolist())) != count:
        raise FactsError(f"A position's key stands twice in the tree {tree}")
    stray = np.flatnonzero((there.owner < 0) | (there.owner >= people))
    if len(stray):
        raise FactsError(f"Position {there.key[stray[0]]} belongs to nobody in the facts")
    _parents_first(there.parent, there.key, f"after the position above in the tree {tree}")
    _in_order(depths(there.parent), there.key, f"Positions of the tree {tree}", "key")
    wrong = np.flatnonzero((there.parent < 0) != (there.slot < 0))
    if len(wrong):
        raise FactsError(f"Position {there.key[wrong[0]]}: a slot and a position above go together")
    order = np.lexsort((there.slot, there.parent))
    parent, slot = there.parent[order], there.slot[order]
    twice = np.flatnonzero((np.diff(parent) == 0) & (np.diff(slot) == 0) & (parent[1:] >= 0))
    if len(twice):
        raise FactsError(f"Position {there.key[order[twice[0] + 1]]} stands in a slot that is taken")


def state(state: State, people: int, positions: set[int]) -> None:
    """`positions`: how many there are in each tree. Raises FactsError."""
    for name, carry in state.carry.items():
        if carry.ndim != 3 or carry.shape[0] not in positions:
            raise FactsError(f"carry.{name} is not one row of slots and periods for each position")
        if carry.size and (int(carry.min()) < 0 or int(carry.max()) > LARGEST_SUM):
            raise FactsError(f"carry.{name} has a leg that is negative or beyond {LARGEST_SUM}")
    for name, kept in state.windows.items():
        if kept.ndim != 2:
            raise FactsError(f"windows.{name} is not one row of periods for each person")
        _same_length("windows." + name, kept, people)
    for name, given in state.given.items():
        _same_length("given." + name, given, people)
        if given.size and (int(given.min()) < 0 or int(given.max()) > 2):
            raise FactsError(f"given.{name} has a state that is not known")
    for name, rows in state.held.items():
        if any(
            not 0 <= person < people or abs(amount) > LARGEST_SUM or age < 1 for person, amount, age in rows
        ):
            raise FactsError(f"held.{name} has an amount for nobody, or one that is out of bounds")
        if list(rows) != sorted(rows):
            raise FactsError(f"held.{name} is not sorted")
    for name, size in state.pools.items():
        if not 0 <= size <= LARGEST_SUM:
            raise FactsError(f"pools.{name} is negative or beyond {LARGEST_SUM}")


def _bounded(name: str, values: Ints, numbers: NDArray[np.str_], most: int) -> None:
    far = np.flatnonzero((values > most) | (values < -most))
    if len(far):
        raise FactsError(f"{name} of {numbers[far[0]]} is beyond {most}")


def _same_length(name: str, values: NDArray[np.generic], count: int) -> None:
    if len(values) != count:
        raise FactsError(f"{name} has {len(values)} elements, not {count}")

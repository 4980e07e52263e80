"""Small organisations built to be expensive: everybody in one line, or everybody with two below; ranks and activity are
assumed, not earned."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts, OrderLines, People, Positions
from commissions.core.given import given_inputs
from commissions.core.terms import MILLION, Pair, Plan, Walk

Ints = NDArray[np.int64]
LONG_AGO = 1_000  # days
MOST_PROFILES = 12  # of ranks, of statuses: the first and the last ones are looked at
LARGE = 10**8  # minor units: so large that fixed amounts do not count
TOP = 10**6  # a step above every ladder
ENOUGH = 10**6  # of every number that orders cannot tell


@dataclass(frozen=True, slots=True)
class Shape:
    told: str
    parent: tuple[int, ...]
    height: tuple[int, ...]  # people between each and the lowest, who sell


@dataclass(frozen=True, slots=True)
class Sale:
    told: str
    newcomer: bool
    by_customer: bool
    size: int  # minor units


@dataclass(frozen=True, slots=True)
class Profile:
    """What is assumed of a person who stands so high above the sellers."""

    told: str
    given: Callable[[int], dict[str, int]]


def line_of(people: int) -> Shape:
    """One below the other; the lowest sells."""
    heights = tuple(reversed(range(people)))
    return Shape(
        f"{people} people, one below the other; the lowest sells", tuple(range(-1, people - 1)), heights
    )


def tree_of(levels: int) -> Shape:
    """Everybody has two below, who all sell on the lowest level."""
    people = 2**levels - 1
    heights = tuple(levels - (at + 1).bit_length() for at in range(people))
    told = f"{people} people on {levels} levels, everybody with two below; the lowest level sells"
    return Shape(told, tuple((at - 1) // 2 for at in range(people)), heights)


# --- what is assumed --------------------------------------------------------------------------------------------------
def assumed_names(plan: Plan) -> set[str]:
    """Ranks, titles, statuses, and what tables are read by."""
    found = set(plan.statuses) | {
        name for name, memory in plan.memories.items() if memory.becomes is not None
    }
    found |= {name for name in _read_by(plan) if name in plan.expressions}
    return found | ({"rank"} if len(plan.ladder) > 1 else set())


def _read_by(plan: Plan) -> dict[str, tuple[int, ...]]:
    """Names of people that tables are read by, with the keys of their rows."""
    return {
        axis.by.name: axis.keys
        for table in plan.tables.values()
        for axis in table.axes
        if hasattr(axis.by, "name") and not getattr(axis.by, "prefix", "")
    }


def profiles(plan: Plan) -> list[Profile]:
    """Everybody at the top; a ladder; the seller below everybody; each rank; each status missing."""
    top = plan.ladder[-1].label
    found = [Profile(f"everybody {top}, everything met", _steady(plan, TOP))]
    if len(plan.ladder) > 1 or _read_by(plan):
        found.append(
            Profile("ranks and rates rise by one with each step up", lambda height: _at(plan, height))
        )
        found.append(
            Profile("the seller lowest, everybody above at the top", lambda height: _at(plan, TOP * height))
        )
    for step, rank in _some(list(enumerate(plan.ladder))[:-1]):
        found.append(Profile(f"everybody {rank.label}", _steady(plan, step)))
    for status in _some(sorted(plan.statuses)):
        found += _without(plan, status)
    return found


def _steady(plan: Plan, step: int) -> Callable[[int], dict[str, int]]:
    return lambda height: _at(plan, step)


def _without(plan: Plan, status: str) -> list[Profile]:
    """Everything at the top but one status, which nobody, or not the seller, or only every second one has."""
    label, all_met = plan.labels.get(status, status), _at(plan, TOP)
    return [
        Profile(f"nobody {label}", lambda height: all_met | {status: 0}),
        Profile(f"the seller alone not {label}", lambda height: all_met | {status: min(height, 1)}),
        Profile(f"every second one {label}", lambda height: all_met | {status: height % 2}),
    ]


def _some(values: list[Any]) -> list[Any]:
    half = MOST_PROFILES // 2
    return values if len(values) <= MOST_PROFILES else [*values[:half], *values[-half:]]


def _at(plan: Plan, step: int) -> dict[str, int]:
    """Everything as it is on a step: the rank, each table's row, statuses true."""
    read_by, found = _read_by(plan), {}
    for name in assumed_names(plan):
        unit = plan.memories[name].unit if name in plan.memories else plan.units.get(name, "rank")
        if name in plan.statuses or unit == "truth":
            found[name] = 1
        elif unit == "rank":
            found[name] = min(step, len(plan.ladder) - 1)
        elif name in read_by:
            found[name] = read_by[name][min(step, len(read_by[name]) - 1)]
    return found


# --- the facts --------------------------------------------------------------------------------------------------------
def sales(plan: Plan) -> Iterator[Sale]:
    """Newcomers or not, customers or not; of a size at which fixed amounts vanish, and of the size of a pair."""
    sizes = {LARGE}
    for bonus in plan.bonuses:
        if isinstance(bonus.how, Pair) and max(bonus.how.unit):
            sizes.add(max(bonus.how.unit) * bonus.how.worth // MILLION or 1)
    for size in sorted(sizes):
        for newcomer in (False, True):
            for by_customer in (False, True):
                who = "a customer of " if by_customer else ""
                seller = f"{who}a distributor who joined {'this period' if newcomer else 'long ago'}"
                told = f"{seller} buys for {money(plan, size)}"
                yield Sale(told, newcomer, by_customer, size)


def money(plan: Plan, amount: int) -> str:
    """An amount with the plan's currency."""
    whole, rest = divmod(amount, 10**plan.exponent)
    decimals = f".{rest:0{plan.exponent}}" if plan.exponent else ""
    return f"{whole:,}{decimals} {plan.currency}"


def facts_of(plan: Plan, shape: Shape, sale: Sale, profile: Profile, first_day: int) -> Facts:
    """The organisation, its one sale by each of the lowest, and what is assumed of everybody."""
    count = len(shape.parent)
    numbers = tuple(f"{at:06}" for at in range(count))
    parent = np.array(shape.parent, np.int64)
    sellers = np.array([at for at in range(count) if not shape.height[at]], np.int64)
    lowest = np.array(shape.height) == 0
    joined = np.where(lowest & sale.newcomer, first_day, first_day - LONG_AGO).astype(np.int64)
    names = assumed_names(plan)
    given = {number: profile.given(height) for number, height in zip(numbers, shape.height, strict=True)}
    inputs = {name: [1 if unit == "truth" else ENOUGH] * count for name, unit in plan.inputs.items()}
    inputs |= given_inputs(given, names, numbers)
    top = np.full(count, len(plan.ladder) - 1, np.int64)
    people = People(
        number=np.array(numbers),
        sponsor=parent,
        joined=joined,
        standing=np.zeros(count, np.int8),
        memory={},
        parents={
            name: parent for name, tree in plan.trees.items() if not tree.slots and name != plan.main_tree
        },
        inputs={name: np.array(values, np.int64) for name, values in inputs.items()},
        others={f"{prefix}.rank": top for prefix in plan.other_plans},
    )
    return Facts(
        period="worst",
        first_day=first_day,
        last_day=first_day + 28,
        people=people,
        lines=_lines(plan, sale, sellers, first_day),
        positions={
            tree.name: _positions(shape, np.array(numbers), len(tree.slots)) for tree in plan.placements
        },
    )


def _lines(plan: Plan, sale: Sale, sellers: Ints, first_day: int) -> OrderLines:
    count = len(sellers)
    worths = [how.worth for how in (bonus.how for bonus in plan.bonuses) if isinstance(how, Walk | Pair)]
    worth = max((each for each in worths if each != MILLION), default=MILLION)
    amount = np.full(count, sale.size, np.int64)
    return OrderLines(
        key=np.array([f"{at:06}/1" for at in range(count)]),
        seller=sellers,
        by_customer=np.full(count, sale.by_customer),
        qualifying=np.full(count, sale.size * MILLION // worth, np.int64),
        commissionable=amount,
        price=amount,
        list_price=amount,
        distributor_price=amount,
        day=np.full(count, first_day + 1, np.int64),
        reversal=np.zeros(count, np.bool_),
        order_number=np.full(count, 1 if sale.newcomer else 9, np.int64),
    )


def _positions(shape: Shape, numbers: NDArray[np.str_], slots: int) -> Positions:
    """Everybody has the position that the shape gives them, as far as there are slots."""
    taken: dict[int, int] = {}
    slot = []
    for above in shape.parent:
        slot.append(taken.get(above, 0) if above >= 0 else -1)
        taken[above] = taken.get(above, 0) + 1
    kept = [at for at, place in enumerate(slot) if place < slots]
    return Positions(
        key=numbers[kept],
        owner=np.array(kept, np.int64),
        parent=np.array([shape.parent[at] for at in kept], np.int64),
        slot=np.array([slot[at] for at in kept], np.int64),
    )

"""The parallel arrays that facts are made of: one element per person, per order line, per position."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]


class Column(Protocol):
    """An array, or what is read like one."""

    def __len__(self) -> int: ...
    def __getitem__(self, rows: slice, /) -> NDArray[Any]: ...


# Every amount and volume is at most this, so that no product or sum of the engine leaves 64 bits (docs/money.md).
LARGEST = 10**15
# Σ of a column is bounded too: a subtree's volume is a partial sum of it.
LARGEST_SUM = 4 * 10**18
MOST_LINES = 2**31 - 1
AT_A_TIME = 1 << 16
GOOD, SUSPENDED, LEFT = 0, 1, 2


class FactsError(ValueError):
    """Facts the engine refuses, naming the column and the element."""


@dataclass(frozen=True, slots=True)
class People:
    """n people, parents before children: sorted by depth, then by number."""

    number: Texts  # business key, unique
    sponsor: Ints  # index of the sponsor in these arrays, -1 for a root; sponsor[i] < i
    joined: Ints  # company-calendar day, days since 1970-01-01
    standing: NDArray[np.int8]  # 0 in good standing, 1 suspended, 2 left
    # Each memory's value when the period starts; a missing name begins as the plan says.
    memory: Mapping[str, Ints]
    # Parents in the plan's other trees of people: index, -1 for a root. `sponsor` above is the plan's main tree.
    parents: Mapping[str, Ints] = field(default_factory=dict)
    inputs: Mapping[str, Ints] = field(default_factory=dict)  # what orders cannot tell; missing is 0
    # The same people's last closed values under another plan: "monthly.rank" (index in this plan's ladder).
    others: Mapping[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.number)


@dataclass(frozen=True, slots=True)
class OrderLines:
    """m order lines that count in this period, sorted by key."""

    key: Texts  # "ORDER/position"
    seller: Ints  # index of the credited distributor
    by_customer: Bools  # placed by a retail or preferred customer
    qualifying: Ints  # hundredths of a point, the whole line, net of what came back inside the period
    commissionable: Ints  # hundredths: minor units where the plan counts it as money of exponent 2
    price: Ints  # paid, minor units
    list_price: Ints  # at retail price, minor units
    distributor_price: Ints  # at distributor's price, minor units
    day: Ints  # company-calendar day the line was booked
    # The negative line of a return of an earlier period's order: counted in volumes, never walked.
    reversal: Bools
    # Which order of the seller this is, from 1, counted over all periods; None: not known, all are the first.
    order_number: Ints | None = None
    # What came back inside the period, by field, as positive amounts: the columns above are net of it. A volume whose
    # returns are not_subtracted adds it again. A missing field is 0.
    back: Mapping[str, Ints] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.key)


AMOUNTS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")


@dataclass(frozen=True, slots=True)
class Positions:
    """p positions of one placement tree, parents before children: sorted by depth, then by key."""

    key: Texts  # business key, unique: "U1" or "U1#2"
    owner: Ints  # index of the person; the first position of an owner is where their own volume stands
    parent: Ints  # index of the position above, -1 for a root
    slot: Ints  # index of the slot under the parent; -1 for a root

    def __len__(self) -> int:
        return len(self.key)


@dataclass(frozen=True, slots=True)
class State:
    """What crosses from one period to the next besides memories. Stored with a run, so that a run again gives the same.

    Keys are business keys: a bonus's name, a position's index in `Facts.positions`, a person's index.
    """

    # Of each pair bonus: what is carried, [position, slot, age]; age 0 was gathered in the last period. Without
    # expiry there is one age.
    carry: Mapping[str, Ints] = field(default_factory=dict)
    # Of each memory that keeps periods: [person, period], the latest last.
    windows: Mapping[str, Ints] = field(default_factory=dict)
    # Of each once bonus: 0 never given, 1 given and the test held in the last period, 2 given and lost since.
    given: Mapping[str, Ints] = field(default_factory=dict)
    # Of each bonus that holds: (person, minor units, age in periods: 1 was held in the last period), sorted.
    held: Mapping[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)  # carried to the next period: minor units

    def feed(self, digest: "hashlib._Hash") -> None:
        """Adds everything to a digest, in the order of names."""
        for values in (self.carry, self.windows, self.given):
            feed_named(digest, values)
        feed_named(digest, {name: np.array(rows, np.int64) for name, rows in self.held.items()})
        feed_named(digest, {name: np.array([size], np.int64) for name, size in self.pools.items()})


def feed(digest: "hashlib._Hash", *columns: Column) -> None:
    """Adds columns to a digest: texts as UTF-8 with separators, numbers as 64-bit little-endian.

    People stand in the order of depth and number, lines and positions in that of their key, so an index is a business
    key too. Some rows at a time: there may be a hundred million of them.
    """
    for column in columns:
        for start in range(0, len(column), AT_A_TIME):
            part = column[start : start + AT_A_TIME]
            if part.dtype.kind == "U":
                digest.update(("\n" * (start > 0) + "\n".join(part.tolist())).encode())
            else:
                digest.update(np.ascontiguousarray(part, dtype="<i8").data)
        digest.update(b"\0")


def feed_named(digest: "hashlib._Hash", columns: Mapping[str, NDArray[np.generic]]) -> None:
    """Adds columns with their names and shapes, in the order of names; where they end is told too."""
    for name in sorted(columns):
        digest.update(f"{name} {columns[name].shape}\n".encode())
        feed(digest, columns[name])
    digest.update(b"\0")


def depths(parent: Ints) -> Ints:
    """How far below a root each node stands. Doubling: one pass per bit of the deepest depth.

    Raises FactsError when nodes stand in a circle.
    """
    depth = np.where(parent < 0, 0, 1).astype(np.int64)
    jump, passes = parent.copy(), 0
    while (jump >= 0).any():
        if passes > len(parent).bit_length():
            raise FactsError("A tree goes round in a circle")
        up = np.where(jump >= 0, jump, 0)
        depth = depth + np.where(jump >= 0, depth[up], 0)
        jump, passes = np.where(jump >= 0, jump[up], -1), passes + 1
    return depth

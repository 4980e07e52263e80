"""What a period is computed from: parallel arrays, one element per person, one per order line."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.str_]

# Every amount and volume is at most this, so that no product or sum of the engine leaves 64 bits (docs/money.md).
LARGEST = 10**15
# Σ of a column is bounded too: a subtree's volume is a partial sum of it.
LARGEST_SUM = 4 * 10**18
MOST_LINES = 2**31 - 1
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


@dataclass(frozen=True, slots=True)
class Facts:
    period: str  # "2026-10"
    first_day: int  # half-open company-calendar days [first_day, last_day)
    last_day: int
    people: People
    lines: OrderLines
    positions: Mapping[str, Positions] = field(default_factory=dict)  # of each tree with slots
    state: State = field(default_factory=State)

    def __post_init__(self) -> None:
        """Refuses facts that are out of shape, order or bounds. Raises FactsError."""
        _check_people(self.people)
        _check_lines(self.lines, len(self.people))
        if self.first_day >= self.last_day:
            raise FactsError(f"The period {self.period} has no day")

    def input_hash(self) -> str:
        """SHA-256 over business keys and integers in a fixed order: equal on every database and machine."""
        digest = hashlib.sha256(f"{self.period} {self.first_day} {self.last_day}\n".encode())
        people, lines = self.people, self.lines
        sponsors = (
            np.where(people.sponsor < 0, "", people.number[people.sponsor]) if len(people) else people.number
        )
        feed(digest, people.number, sponsors, people.joined, people.standing)
        for name in sorted(people.memory):
            digest.update(name.encode())
            feed(digest, people.memory[name])
        amounts = [getattr(lines, name) for name in AMOUNTS]
        feed(digest, lines.key, lines.seller, lines.by_customer, *amounts, lines.day, lines.reversal)
        return digest.hexdigest()


def feed(digest: "hashlib._Hash", *columns: NDArray[np.generic]) -> None:
    """Adds columns to a digest: texts as UTF-8 with separators, numbers as 64-bit little-endian.

    People stand in the order of depth and number, lines in that of their key, so an index is a business key too.
    """
    for column in columns:
        if column.dtype.kind == "U":
            digest.update("\n".join(column.tolist()).encode())
        else:
            digest.update(np.ascontiguousarray(column, dtype="<i8").tobytes())
        digest.update(b"\0")


def _check_people(people: People) -> None:
    count = len(people)
    for name in ("sponsor", "joined", "standing"):
        _same_length("people." + name, getattr(people, name), count)
    for name, values in people.memory.items():
        _same_length(f"memory.{name}", values, count)
    if len(set(people.number.tolist())) != count:
        raise FactsError("A distributor's number stands twice in the facts")
    late = np.flatnonzero((people.sponsor >= np.arange(count)) | (people.sponsor < -1))
    if len(late):
        raise FactsError(f"{people.number[late[0]]} does not stand after the sponsor")
    depth = depths(people.sponsor)
    if count and (np.diff(depth) < 0).any():
        raise FactsError("People are not sorted by their depth in the tree")
    if count and ((people.number[:-1] > people.number[1:]) & (np.diff(depth) == 0)).any():
        raise FactsError("People of one depth are not sorted by their number")
    wrong = np.flatnonzero((people.standing < GOOD) | (people.standing > LEFT))
    if len(wrong):
        raise FactsError(f"{people.number[wrong[0]]} has a standing that is not known")


def depths(sponsor: Ints) -> Ints:
    """How far below a root each person stands. Doubling: one pass per bit of the deepest depth."""
    depth = np.where(sponsor < 0, 0, 1).astype(np.int64)
    jump = sponsor.copy()
    while (jump >= 0).any():
        up = np.where(jump >= 0, jump, 0)
        depth = depth + np.where(jump >= 0, depth[up], 0)
        jump = np.where(jump >= 0, jump[up], -1)
    return depth


def _check_lines(lines: OrderLines, people: int) -> None:
    count = len(lines)
    for name in ("seller", "by_customer", *AMOUNTS, "day", "reversal"):
        _same_length("lines." + name, getattr(lines, name), count)
    if not count:
        return
    if count > MOST_LINES:
        raise FactsError(f"A period has at most {MOST_LINES} order lines")
    if (lines.key[:-1] >= lines.key[1:]).any():
        raise FactsError("Order lines are not sorted by their key, or a key stands twice")
    stray = np.flatnonzero((lines.seller < 0) | (lines.seller >= people))
    if len(stray):
        raise FactsError(f"Order line {lines.key[stray[0]]} is credited to nobody in the facts")
    for name in AMOUNTS:
        column: Ints = getattr(lines, name)
        far = np.flatnonzero((column > LARGEST) | (column < -LARGEST))
        if len(far):
            raise FactsError(f"Order line {lines.key[far[0]]}: {name} is beyond {LARGEST}")
        # In halves, so that the check itself cannot overflow.
        whole = int((np.abs(column) >> 20).sum()) << 20
        if whole > LARGEST_SUM:
            raise FactsError(f"The sum of {name} is beyond 64 bits")
        wrong = np.flatnonzero((column < 0) & ~lines.reversal)
        if len(wrong):
            raise FactsError(f"Order line {lines.key[wrong[0]]}: {name} is negative")


def _same_length(name: str, values: NDArray[np.generic], count: int) -> None:
    if len(values) != count:
        raise FactsError(f"{name} has {len(values)} elements, not {count}")

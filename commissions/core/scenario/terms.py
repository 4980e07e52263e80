"""What a scenario says, once it is read: people, and period by period what was ordered, returned and expected."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from commissions.core.document import Mapped, Node
from commissions.core.facts import GOOD
from commissions.core.plan import Plan

FIELDS = ("qualifying", "commissionable", "price", "list_price", "distributor_price")
STANDINGS = ("good", "suspended", "left")
LONG_AGO = 0  # 1970-01-01: who names no day of joining stands outside every newcomer's window


@dataclass(frozen=True, slots=True)
class Place:
    """Where a position was taken: under a position ("Uma" or "Uma#2"; '' for the top), in a slot (-1: where `fill`
    finds one)."""

    under: str
    slot: int


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    parents: Mapping[str, str]  # by tree of people; '' for a root
    places: Mapping[str, tuple[Place, ...]] = field(default_factory=dict)  # by tree of positions
    joined: int = LONG_AGO
    standing: int = GOOD
    orders_before: int = 0  # orders of before the scenario, for line.order_number
    inputs: Mapping[str, int] = field(default_factory=dict)
    line: int = 1  # of the document, for messages


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    seller: str
    by_customer: bool
    day: int
    fields: Mapping[str, int]
    quantity: int = 0  # of how many pieces it is; 0 when nobody says


@dataclass(frozen=True, slots=True)
class Return:
    order: str
    day: int
    share: int  # millionths of the order


@dataclass(frozen=True, slots=True)
class Change:
    """What is different about a person from this period on."""

    standing: int | None
    parents: Mapping[str, str]
    line: int = 1  # of the document, for messages


@dataclass(frozen=True, slots=True)
class Pinned:
    """Names that are given instead of computed."""

    values: Mapping[str, Mapping[str, int]]  # person, name


@dataclass(frozen=True, slots=True)
class Before:
    """How things stand when the first period starts, by person."""

    memory: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # memory, person
    windows: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)  # the latest last
    carry: Mapping[str, Mapping[str, tuple[int, ...]]] = field(default_factory=dict)  # bonus, position, slots
    given: Mapping[str, frozenset[str]] = field(default_factory=dict)  # bonus, who was given it already
    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # bonus, person
    owes: Mapping[str, int] = field(default_factory=dict)
    waiting: Mapping[str, int] = field(default_factory=dict)
    pools: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Period:
    key: str
    first_day: int
    last_day: int  # half-open
    orders: tuple[Order, ...]
    returns: tuple[Return, ...]
    inputs: Mapping[str, Mapping[str, int]]  # person, name
    given: Mapping[str, Mapping[str, int]]  # person, name
    changes: Mapping[str, Change]
    expect: Mapped | None


@dataclass(frozen=True, slots=True)
class Scenario:
    plan: Plan
    says: str
    source: str
    people: tuple[Person, ...]  # in the order in which they joined
    periods: tuple[Period, ...]
    before: Before


@dataclass(frozen=True, slots=True)
class Parts:
    """A document taken apart: the plan, and the scenarios written with it."""

    plan: Mapped
    scenarios: tuple[Mapped, ...]
    several: bool  # they stand in a list
    refused: Node | None  # what the document's problems must name, when it is expected to be refused

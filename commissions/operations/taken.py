"""What is taken back of earlier lines and items, in the shape in which it is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

from commissions.models import Line

MICRO = 1_000_000
AT_A_TIME = 500
NOBODY = 0  # keys of the database begin at 1
# What changes an item once it is rounded: whole amounts, which are not rounded with its other lines.
WHOLE = (Line.Kind.GUARANTEE, Line.Kind.MOST, Line.Kind.GROUP, Line.Kind.HELD, Line.Kind.RELEASED)
T = TypeVar("T")


class ItemKey(NamedTuple):
    """Whose payment, by which bonus, in which run that counts."""

    run_id: int
    distributor_id: int
    bonus: str


@dataclass(frozen=True, slots=True)
class BackLine:
    """What changes about an earlier line: below zero where it is taken back."""

    item: ItemKey
    period: str
    order_line_id: int | None  # None of what a cap had taken off
    order_key: str  # "ORDER/position", empty of no order
    level: int
    depth: int
    base: int
    rate_ppm: int
    exact: int  # millionths of a minor unit
    corrects_id: int | None  # None where the run that is corrected had no such line
    origin_id: int  # whose sale it was; NOBODY of what comes from nobody
    kind: int


@dataclass(frozen=True, slots=True)
class BackItem:
    """What changes about an earlier item, in minor units: below zero where it is taken back."""

    item: ItemKey
    period: str
    amount: int
    line_count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Whose held money of which bonus and age, in periods."""

    bonus: str
    distributor_id: int
    age: int


@dataclass(frozen=True, slots=True)
class Corrections:
    """What a run takes back of earlier periods: of what was paid, and of what still waits (minor units to add)."""

    lines: list[BackLine] = field(default_factory=list)
    items: list[BackItem] = field(default_factory=list)
    waits: Mapping[Waiting, int] = field(default_factory=dict)


def parts(values: Iterable[T]) -> Iterator[list[T]]:
    """Some at a time: as many as a query takes."""
    source = iter(values)
    while part := list(islice(source, AT_A_TIME)):
        yield part


def key_of(line: Line) -> ItemKey:
    """The item a line of a run that counts belongs to."""
    return ItemKey(line.run_id, line.distributor_id, line.bonus)

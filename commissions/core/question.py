"""What one sum over people asks of each person met, and on which paths it goes down to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from commissions.core.language import (
    Aggregate,
    Capped,
    Expression,
    Legs,
    LegsOnce,
    Mine,
    Word,
    children,
)
from commissions.core.network import Bools, Ints, Rows
from commissions.core.rising import LARGEST, SMALLEST, SUM, Look, Reduce
from commissions.core.seats import Seats
from commissions.core.terms import Plan
from commissions.core.values import Values

About = Aggregate | Legs | LegsOnce
OF_OTHERS = (Aggregate, Legs, LegsOnce, Capped)
EVERYBODY = slice(None)


@dataclass(frozen=True, slots=True)
class Asked:
    """Of whom an expression is asked. `my` is who asks, inside a sum: one for each row, or one for all of them."""

    rows: Rows = field(default_factory=lambda: EVERYBODY)
    my: Ints | None = None
    paired: bool = False  # there is one asker for each row, so that mine() can be told
    level: int = 0  # of the tree a group rises in: only who is below it is known to the end
    it: Ints | None = None  # a value of a memory that keeps periods


class Asking(Protocol):
    """Who knows what an expression comes to."""

    plan: Plan

    def ask(self, expression: Expression, asked: Asked) -> Values: ...

    def ask_name(self, name: str, asked: Asked) -> Values: ...

    def rises(self, expression: Expression) -> bool: ...

    def seats(self, tree: str) -> Seats: ...

    def above(self, tree: str) -> Ints: ...

    def __len__(self) -> int: ...


def words_of(expression: Expression, prefix: str) -> Iterator[str]:
    """The words with this prefix that are asked of the person met, not of people whom that person asks about."""
    if isinstance(expression, Word) and expression.prefix == prefix:
        yield expression.name
    if not isinstance(expression, OF_OTHERS):
        for inner in children(expression):
            yield from words_of(inner, prefix)


def whose(expression: Expression) -> Iterator[str]:
    """The trees in which it is told whose the person met is."""
    if isinstance(expression, Mine):
        yield expression.tree
    if not isinstance(expression, OF_OTHERS):
        for inner in children(expression):
            yield from whose(inner)


def tests_of(part: About) -> tuple[Expression, ...]:
    """Everything a part asks of the people met."""
    if isinstance(part, Legs):
        return (part.test,)
    if isinstance(part, LegsOnce):
        return part.tests
    return tuple(test for test in (part.of, part.where, part.until, part.skipping) if test is not None)


@dataclass(frozen=True)
class Question:
    """A sum, asked by everybody; by those like one example, where its tests ask who asks."""

    asking: Asking
    part: Aggregate
    rising: bool  # whether it needs what is known only of people below
    asker: Ints | None = None  # the example

    @cached_property
    def seats(self) -> Seats:
        return self.asking.seats(self.part.tree)

    @cached_property
    def slot(self) -> int:
        """The index of the slot that is looked into."""
        tree = self.asking.plan.trees[self.part.tree or self.asking.plan.main_tree]
        return tree.slots.index(self.part.scope.slot)

    def in_slot(self, nodes: Ints) -> Bools:
        slots = self.seats.network.slot
        assert slots is not None, "a leg is looked into where there are slots"  # noqa: S101
        found: Bools = slots[nodes] == self.slot
        return found

    @property
    def reduce(self) -> Reduce:
        return {"largest": LARGEST, "smallest": SMALLEST}.get(self.part.kind, SUM)

    def values(self, asked: Asked) -> Ints:
        """What each person adds; nothing where `where` does not hold."""
        part, size = self.part, size_of_rows(asked.rows, len(self.asking))
        if part.of is None:
            found: Values = np.ones(size, np.int64)
        else:
            found = np.broadcast_to(self.asking.ask(part.of, asked), (size,)).astype(np.int64)
        if part.kind == "any":
            found = (found != 0).astype(np.int64)
        if part.where is not None:
            met = self.asking.ask(part.where, asked).astype(bool)
            found = np.where(met, found, self.reduce.nothing)
        return found

    def on(self, nodes: Rows, asked: Asked) -> Look:
        """What is seen on nodes: nobody counts or stops a path where an owner's further position is."""
        empty, size = self.seats.empty(nodes), size_of_rows(nodes, len(self.seats.network))
        value = self.values(asked)

        def holds(test: Expression | None) -> Bools | None:
            if test is None:
                return None
            found = np.broadcast_to(self.asking.ask(test, asked).astype(bool), (size,))
            return found if empty is None else found & ~empty

        if empty is not None:
            value = np.where(empty, self.reduce.nothing, value)
        return Look(value, holds(self.part.until), holds(self.part.skipping))

    def look(self, level: int) -> Look:
        """What a sweep sees on a level. What everybody is known for already is asked at once."""
        rows = self.seats.network.levels[level]
        if self.rising:
            return self.on(rows, Asked(self.seats.people(rows), self.asker, level=level))
        whole = self._whole
        cut = [None if column is None else column[rows] for column in (whole.stops, whole.passed)]
        return Look(whole.value[rows], *cut)

    @cached_property
    def _whole(self) -> Look:
        return self.on(EVERYBODY, Asked(self.seats.people(EVERYBODY), self.asker))


def size_of_rows(rows: Rows, among: int) -> int:
    return len(range(*rows.indices(among))) if isinstance(rows, slice) else len(rows)

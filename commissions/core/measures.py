"""What every name of a plan means for everybody: volumes, measures, statuses, memories and ranks, in order of need."""

import weakref
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np

from commissions.core import seats as standing
from commissions.core import windows
from commissions.core.facts import GOOD, Facts, OrderLines
from commissions.core.have import Have
from commissions.core.language import (
    Aggregate,
    Before,
    Capped,
    Expression,
    Legs,
    LegsOnce,
    Lookup,
    Mine,
    Word,
    parts,
)
from commissions.core.network import Bools, Ints, Network, Rows
from commissions.core.others import Others
from commissions.core.question import EVERYBODY, Asked, size_of_rows
from commissions.core.seats import Seats
from commissions.core.terms import Group, Plan
from commissions.core.values import Overflowing, Values, bounded_total, compute, size_of
from commissions.core.volumes import LineWords, volumes

__all__ = [
    "EVERYBODY",
    "LineWords",
    "Overflowing",
    "People",
    "bounded_total",
    "compute",
    "size_of",
    "volumes",
]


class People:
    """What is known of everybody, filled by `learn` in the plan's own order of need."""

    def __init__(self, plan: Plan, facts: Facts, volumes: Mapping[str, Ints]) -> None:
        self.plan, self.facts = plan, facts
        self.good = facts.people.standing == GOOD
        self.words: dict[str, Values] = {
            name: _by_seller(values, facts.lines, len(self)) for name, values in volumes.items()
        }
        for name in plan.inputs:
            self.words[name] = facts.people.inputs.get(name, np.zeros(len(self), np.int64))
        self.words.update(facts.people.others)
        self.before = {
            memory.name: facts.people.memory.get(memory.name, np.full(len(self), memory.starts, np.int64))
            for memory in plan.memories.values()
        }
        self.windows: dict[str, Ints] = {}  # of memories that keep periods: [person, period], this one last
        self.have = Have(len(self), [requirement.have for requirement in plan.requirements])
        # Without a circle, so that what a run no longer needs is gone at once: it is hundreds of megabytes.
        self.others = Others(weakref.proxy(self))
        self._group: frozenset[str] = frozenset()  # the names that are being found bottom-up
        self._settled: list[Bools] | None = None  # for each rank, who has what is known for everybody at once
        self._trees: dict[str, Seats] = {}
        self._needs: dict[Expression, frozenset[str]] = {}

    def __len__(self) -> int:
        return len(self.facts.people)

    # --- what may be asked ---
    @property
    def network(self) -> Network:
        return self.seats("").network

    def tree(self, name: str) -> Network:
        """A tree of the plan: of people, or of the positions of a tree with slots."""
        return self.seats(name).network

    def seats(self, tree: str) -> Seats:
        name = tree or self.plan.main_tree
        if name not in self._trees:
            self._trees[name] = standing.of(self.plan, self.facts, name)
        return self._trees[name]

    def above(self, tree: str) -> Ints:
        """Whose each person is in a tree: who owns the place above their own; -1 without one."""
        seats = self.seats(tree)
        parent = seats.network.parent
        if seats.first is None or seats.owner is None:
            return parent
        if not len(parent):
            return np.full(len(self), -1, np.int64)
        high = np.where(seats.first < 0, -1, parent[seats.first])
        return np.where(high < 0, -1, seats.owner[high])

    def value(self, expression: Expression, rows: Rows = EVERYBODY) -> Values:
        """The expression for these people. What is summed over others is computed once for everybody."""
        found: Values = np.broadcast_to(self.ask(expression, Asked(rows)), (size_of_rows(rows, len(self)),))
        return found

    def ask(self, expression: Expression, asked: Asked) -> Values:
        """The same where more is known than of whom it is asked; one value where it is the same for all."""

        def leaf(part: Expression) -> Values:
            match part:
                case Word():
                    return self._word(part, asked)
                case Before():
                    return self.before[part.memory][asked.rows]
                case Mine():
                    return self._mine(part, asked)
                case Aggregate() if part.scope.memory:
                    return self._over_periods(part, asked)
                case Aggregate() | Legs() | LegsOnce() | Capped():
                    return self.others.answer(part, asked)
            raise TypeError(f"{part} does not stand for a person")

        return compute(expression, leaf, self.plan)

    def ask_name(self, name: str, asked: Asked) -> Values:
        """What a name means for these people."""
        return self.words[name][asked.rows]

    def rises(self, expression: Expression) -> bool:
        """Whether it needs a name that is being found bottom-up."""
        if not self._group:
            return False
        if expression not in self._needs:
            self._needs[expression] = self._names_in(expression)
        return not self._group.isdisjoint(self._needs[expression])

    # --- learning ---
    def learn(self) -> None:
        """Everything the plan names, each after what it needs. Raises Overflowing."""
        for group in self.plan.order:
            if group.tree:
                self._rise(group)
            else:
                self._find(group.names[0])
        self.others.forget()
        self._settled = None

    def _find(self, name: str) -> None:
        values = np.broadcast_to(self._answer(name, Asked()), (len(self),))
        self.words[name] = values if name in self.plan.statuses else values.astype(np.int64)

    def _rise(self, group: Group) -> None:
        """Names that need each other through people below: all of them on the deepest level, then on the next."""
        seats = self.seats(group.tree)
        for name in group.names:
            self.words[name] = np.zeros(len(self), bool if name in self.plan.statuses else np.int64)
        self._group = frozenset(group.names)
        levels = list(enumerate(seats.network.levels))
        rising = [
            (len(levels), seats.homeless),
            *((at, seats.standing(nodes)) for at, nodes in reversed(levels)),
        ]
        for level, rows in rising:
            for name in group.names:
                self.words[name][rows] = self._answer(name, Asked(rows, level=level))
        self._group = frozenset()

    def _answer(self, name: str, asked: Asked) -> Values:
        plan, memory = self.plan, self.plan.memories.get(name)
        if name == "rank":
            return self._rank(asked)
        if memory is not None and memory.keeps:
            return self._window(name, asked)
        if memory is not None and memory.becomes is not None:
            return self.ask(memory.becomes, asked)
        if name in plan.caps:
            return self.ask(Capped(name), asked)
        found = self.ask(plan.expressions[name], asked)
        if name not in plan.statuses:
            return found
        return np.logical_and(found, self.good[asked.rows]) if name == plan.active else found.astype(bool)

    def _rank(self, asked: Asked) -> Ints:
        """The highest rank of which everything it needs is there. What each has for it is kept."""
        if self._settled is None:
            self._settled = self._settle()
        met = [enough[asked.rows].copy() for enough in self._settled]
        for at in self.have.first():
            if self.rises(self.plan.requirements[at].have):
                self.have.column(at)[asked.rows] = self.ask(self.plan.requirements[at].have, asked)
        for at, requirement in enumerate(self.plan.requirements):
            if self.rises(requirement.have):
                met[requirement.rank] &= self.have.column(at)[asked.rows] >= requirement.need
        rank = np.zeros(len(met[0]), np.int64)
        for step, enough in enumerate(met):
            rank[enough] = step
        return rank

    def _settle(self) -> list[Bools]:
        """For each rank, who has all of it that needs no ranks below: found for everybody at once."""
        for at in self.have.first():
            if not self.rises(self.plan.requirements[at].have):
                self.have.column(at)[:] = self.value(self.plan.requirements[at].have)
        met = [np.ones(len(self), bool) for _ in self.plan.ladder]
        for at, requirement in enumerate(self.plan.requirements):
            if not self.rises(requirement.have):
                met[requirement.rank] &= self.have.column(at) >= requirement.need
        return met

    def _window(self, name: str, asked: Asked) -> Ints:
        """This period's value of a memory that keeps periods, and behind it the ones that are kept."""
        memory = self.plan.memories[name]
        assert memory.of is not None  # noqa: S101  (a memory keeps values of something)
        if name not in self.windows:
            self.windows[name] = windows.opened(self.facts.state.windows.get(name), memory.keeps, len(self))
        found = np.broadcast_to(self.ask(memory.of, asked), (size_of_rows(asked.rows, len(self)),)).astype(
            np.int64
        )
        self.windows[name][asked.rows, -1] = found
        return found

    # --- leaves ---
    def _word(self, word: Word, asked: Asked) -> Values:
        if word.prefix == "my":
            return self.words[word.name][asked.my]
        if word.prefix:  # what the same people closed with under another plan: monthly.rank
            known = self.words.get(f"{word.prefix}.{word.name}")
            return np.asarray(0, np.int64) if known is None else known[asked.rows]
        if word.name == "it" and asked.it is not None:
            return asked.it
        return self.words[word.name][asked.rows]

    def _mine(self, mine: Mine, asked: Asked) -> Values:
        if not asked.paired:
            return np.asarray(False)
        found: Values = self.above(mine.tree)[asked.rows] == asked.my
        return found

    def _over_periods(self, part: Aggregate, asked: Asked) -> Values:
        name, memory = part.scope.memory, self.plan.memories[part.scope.memory]
        if part.scope.before:
            stored = self.facts.state.windows.get(name)
            kept = np.zeros((len(self), 0), np.int64) if stored is None else stored[:, -memory.keeps :]
        else:
            if name not in self.windows:
                self._window(name, Asked())
            kept = self.windows[name]
        return windows.over(part, kept[asked.rows], lambda inner, it: self.ask(inner, replace(asked, it=it)))

    def _names_in(self, expression: Expression) -> frozenset[str]:
        """Every name an expression needs, in tables and capped legs too."""
        return frozenset(self._walk_names(expression))

    def _walk_names(self, expression: Expression) -> Iterator[str]:
        for part in parts(expression):
            match part:
                case Word() if part.prefix not in self.plan.other_plans:
                    yield part.name
                case Capped():
                    cap = self.plan.caps[part.name]
                    yield from (part.name, cap.leg, cap.own)
                case Aggregate() if part.scope.memory and not part.scope.before:
                    yield part.scope.memory
                case Lookup():
                    for axis in self.plan.tables[part.table].axes[len(part.arguments) :]:
                        yield from self._names_in(axis.by)


def _by_seller(values: Ints, lines: OrderLines, people: int) -> Ints:
    total = np.zeros(people, np.int64)
    np.add.at(total, lines.seller, values)
    return total

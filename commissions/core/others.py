"""Answers what an expression asks about other people, and remembers the sweeps the answers came from."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from commissions.core.downward import CappedLegs, Downward, Frontline, LegCount, MineBelow
from commissions.core.language import Aggregate, Capped, Legs, LegsOnce
from commissions.core.network import Ints, Rows
from commissions.core.question import About, Asked, Asking, Question, size_of_rows, tests_of, whose, words_of
from commissions.core.rising import LARGEST, SMALLEST, SUM, Levels, Team
from commissions.core.values import Values, bounded_total

Sweep = Team | Levels | Downward
WITH_SELF = ("self", "self and team")


@dataclass
class Others:
    asking: Asking
    sweeps: dict[object, Sweep] = field(default_factory=dict)
    known: dict[object, Values] = field(default_factory=dict)  # of sweeps that went through the whole tree

    def forget(self) -> None:
        """Lets go of the sweeps: what is asked again is found again."""
        self.sweeps.clear()
        self.known.clear()

    def answer(self, part: About | Capped, asked: Asked) -> Values:
        """What a part comes to for the people asked."""
        rising = self.asking.rises(part)
        asked = replace(asked, level=asked.level if rising else 0)
        if isinstance(part, Capped):
            cap = self.asking.plan.caps[part.name]
            return self._told(part, asked.level, lambda: CappedLegs(self.asking, part, cap))[asked.rows]
        if isinstance(part, Aggregate) and part.scope.name == "everyone":
            return self._everyone(part)
        names = (
            ()
            if _asked_by_one(part)
            else sorted({name for test in tests_of(part) for name in words_of(test, "my")})
        )
        found = (
            self._by_kind(part, rising, asked, names) if names else self._below(part, rising, asked, None, ())
        )
        return _finished(part, found)

    def _everyone(self, part: Aggregate) -> Values:
        if part not in self.known:
            question = Question(self.asking, part, rising=False)
            values = question.values(Asked())
            if question.reduce is SUM:
                bounded_total(values)
            found = question.reduce.by.reduce(values, initial=question.reduce.nothing)
            self.known[part] = _finished(part, np.asarray(found, np.int64))
        return self.known[part]

    def _by_kind(self, part: About, rising: bool, asked: Asked, names: list[str]) -> Ints:
        """One sweep for each kind of asker that the tests tell apart."""
        rows = self._indexes(asked.rows)
        values = np.stack(
            [self.asking.ask_name(name, replace(asked, rows=rows)).astype(np.int64) for name in names]
        )
        kinds, first, kind = np.unique(values, axis=1, return_index=True, return_inverse=True)
        found = np.zeros(len(rows), np.int64)
        for at, example in enumerate(rows[first].tolist()):
            among = np.flatnonzero(kind.ravel() == at)
            key = tuple(kinds[:, at].tolist())
            one_kind = replace(asked, rows=rows[among])
            found[among] = self._below(part, rising, one_kind, np.asarray(example), key)
        return found

    def _below(
        self, part: About, rising: bool, asked: Asked, asker: Ints | None, kind: tuple[int, ...]
    ) -> Ints:
        """What the sweep of one kind of asker, or of everybody, tells those asked."""
        if isinstance(part, Legs | LegsOnce):
            told = self._told(
                (part, kind), asked.level, lambda: LegCount(self.asking, part, rising=rising, asker=asker)
            )
            return self.asking.seats(part.tree if isinstance(part, Legs) else "").at(told, asked.rows, 0)
        question = Question(self.asking, part, rising, asker)
        reduce, seats = question.reduce, question.seats
        found: Ints = np.full(size_of_rows(asked.rows, len(self.asking)), reduce.nothing, np.int64)
        if part.scope.name in WITH_SELF or (part.scope.name == "levels" and part.scope.first == 0):
            rows = self._indexes(asked.rows)
            own = question.values(replace(asked, rows=rows, my=rows, paired=True))
            found = np.where(seats.nodes(rows) >= 0, own, reduce.nothing)
        if part.scope.name == "self" or (part.scope.name == "levels" and part.scope.last == 0):
            return found
        told = self._told((part, kind), asked.level, lambda: _sweep(question))
        found = reduce.by(found, seats.at(told, asked.rows, reduce.nothing))
        if part.scope.name != "frontline" and any(list(whose(test)) for test in tests_of(part)):
            mine = self._told((part, "mine"), asked.level, lambda: MineBelow(question))
            found = reduce.by(found, seats.at(mine, asked.rows, reduce.nothing))
        return found

    def _told(self, key: object, level: int, make: Callable[[], Sweep]) -> Values:
        if key in self.known:
            return self.known[key]
        sweep = self.sweeps.setdefault(key, make()) if key not in self.sweeps else self.sweeps[key]
        sweep.through(level)
        if level == 0:
            self.known[key] = self.sweeps.pop(key).found
        return sweep.found

    def _indexes(self, rows: Rows) -> Ints:
        return np.arange(len(self.asking))[rows] if isinstance(rows, slice) else rows


def _asked_by_one(part: About) -> bool:
    """Whether each person met has one asker."""
    return isinstance(part, Aggregate) and part.scope.name in {"self", "frontline"}


def _sweep(question: Question) -> Sweep:
    part, network = question.part, question.seats.network
    if part.scope.name == "frontline":
        return Frontline(question)
    if part.scope.name == "levels":
        return Levels(
            network,
            question.reduce,
            question.look,
            part.scope.first,
            part.scope.last,
            inclusive=part.inclusive,
        )
    slot = question.slot if part.scope.name == "leg" else None
    return Team(network, question.reduce, question.look, inclusive=part.inclusive, slot=slot)


def _finished(part: About, found: Values) -> Values:
    if isinstance(part, LegsOnce) or (isinstance(part, Aggregate) and part.kind == "any"):
        return np.greater(found, 0)
    if isinstance(part, Aggregate) and part.kind in {"largest", "smallest"}:
        return np.where((found == LARGEST.nothing) | (found == SMALLEST.nothing), 0, found)
    return found

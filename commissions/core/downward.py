"""What is asked of those right below, when a level is asked: the front line, legs, capped legs, and who is whose."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from commissions.core.language import Aggregate, Capped, Expression, Legs, LegsOnce, Scope
from commissions.core.network import Bools, Ints, Network
from commissions.core.question import Asked, Asking, Question, whose
from commissions.core.rising import SUM, Budget, Rising, Team
from commissions.core.terms import LegCap
from commissions.core.values import product


class Downward(Rising):
    """A sweep in which each level asks those right below it, who are known by then."""

    found: Ints

    def __init__(self, network: Network) -> None:
        super().__init__(network)
        self.risen = len(network.levels)

    def through(self, level: int) -> None:
        """Let a level ask, and every level below it."""
        while self.risen > level:
            self.risen -= 1
            self.tell(self.risen)


class Frontline(Downward):
    """Each person right below is asked by the one above: there is one asker for each."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.seats.network)
        self.question, self.budget = question, Budget()
        self.found = np.full(len(self.network), question.reduce.nothing, np.int64)

    def tell(self, level: int) -> None:
        below, seats, reduce = self.network.below(level), self.question.seats, self.question.reduce
        above = self.network.parent[below]
        askers = above if seats.owner is None else seats.owner[above]
        asked = Asked(seats.people(below), askers, paired=True, level=level + 1)
        value = self.question.on(below, asked).value
        if reduce is SUM:
            self.budget.spend(value)
        reduce.by.at(self.found, above, value)


class LegCount(Downward):
    """How many legs hold somebody of each kind; with several kinds, whether there are enough when none serves twice.

    There are enough when for every group of kinds the legs that hold at least one of them are as many as the group
    needs together (Hall's theorem).
    """

    def __init__(self, asking: Asking, part: Legs | LegsOnce, *, rising: bool, asker: Ints | None) -> None:
        tests = part.tests if isinstance(part, LegsOnce) else (part.test,)
        self.needs = part.counts if isinstance(part, LegsOnce) else ()
        tree = part.tree if isinstance(part, Legs) else ""
        team = Scope("team")
        self.questions = [
            Question(asking, Aggregate("any", test, team, tree=tree), rising, asker) for test in tests
        ]
        super().__init__(self.questions[0].seats.network)
        self.teams = [Team(self.network, SUM, question.look) for question in self.questions]
        self.mine = [
            MineBelow(question) if list(whose(test)) else None
            for question, test in zip(self.questions, tests, strict=True)
        ]
        self.found = np.zeros(len(self.network), np.int64)

    def tell(self, level: int) -> None:
        below = self.network.below(level)
        above = self.network.parent[below]
        kinds = np.zeros(len(above), np.int64)
        for at, (team, mine) in enumerate(zip(self.teams, self.mine, strict=True)):
            team.through(level)
            held = team.branch[below]
            if mine is not None:
                held = held + mine.of_heads(level)[below]
            kinds |= (held > 0).astype(np.int64) << at
        if not self.needs:
            np.add.at(self.found, above, kinds)
            return
        self._all_served(level, above, kinds)

    def _all_served(self, level: int, above: Ints, kinds: Ints) -> None:
        rows = self.network.levels[level]
        served = np.ones(len(self.network.parent[rows]), bool)
        for group in range(1, 1 << len(self.needs)):
            legs = np.zeros(len(self.network), np.int64)
            np.add.at(legs, above, (kinds & group > 0).astype(np.int64))
            served &= legs[rows] >= sum(need for at, need in enumerate(self.needs) if group >> at & 1)
        self.found[rows] = served


class CappedLegs(Downward):
    """Each leg up to a share: of what is needed, of everything, or of itself. A share is cut down to a whole unit."""

    def __init__(self, asking: Asking, part: Capped, cap: LegCap) -> None:
        super().__init__(asking.seats("").network)
        self.asking, self.part, self.cap, self.budget = asking, part, cap, Budget()
        self.found = np.zeros(len(self.network), np.int64)

    def tell(self, level: int) -> None:
        rows, below = self.network.levels[level], self.network.below(level)
        above, cap = self.network.parent[below], self.cap
        legs = self._word(cap.leg, Asked(below, level=level + 1), len(above))
        own = self._word(cap.own, Asked(rows, level=level), len(self.network.parent[rows]))
        if cap.own_volume == "excluded":
            own = np.zeros_like(own)
        self.budget.spend(legs)
        self.budget.spend(own)
        whole = np.zeros(len(self.network), np.int64)
        if cap.base == "requirement":
            whole[rows] = self.part.need or 0
        elif cap.base == "actual_total":
            np.add.at(whole, above, legs)
            whole[rows] += own
        np.add.at(self.found, above, self._counted(legs, whole[above]))
        capped = self._counted(own, whole[rows]) if cap.own_volume == "capped_like_a_leg" else own
        self.found[rows] += capped

    def _counted(self, values: Ints, whole: Ints) -> Ints:
        base = values if self.cap.base == "that_leg" else whole
        return np.minimum(values, product(base, np.asarray(self.cap.cap, np.int64))[0])

    def _word(self, name: str, asked: Asked, size: int) -> Ints:
        return np.broadcast_to(self.asking.ask_name(name, asked), (size,)).astype(np.int64)


class MineBelow(Downward):
    """Corrects a sum in which nobody is anybody's, for those met who are the asker's in some tree.

    There is at most one asker for each such person and tree, so they are looked at pair by pair: from the person up to
    the asker, who may not stand above at all.
    """

    def __init__(self, question: Question) -> None:
        super().__init__(question.seats.network)
        self.question, self.reduce = question, question.reduce
        self.found = np.full(len(self.network), self.reduce.nothing, np.int64)
        self.heads = np.zeros(len(self.network), np.int64)
        self.person, self.asker = self._pairs()
        depth = self.network.depth[question.seats.nodes(self.asker)]
        order = np.argsort(depth, kind="stable")
        self.person, self.asker = self.person[order], self.asker[order]
        self.starts = np.searchsorted(depth[order], np.arange(len(self.network.levels) + 1))

    def of_heads(self, level: int) -> Ints:
        """By the first node of each leg, what those of a level add to the leg's own sum."""
        self.through(level)
        return self.heads

    def tell(self, level: int) -> None:
        pairs = slice(int(self.starts[level]), int(self.starts[level + 1]))
        person, asker = self.person[pairs], self.asker[pairs]
        if not len(person):
            return
        seats, question = self.question.seats, self.question
        asked = Asked(person, asker, paired=True, level=level + 1)
        node = seats.nodes(person)
        look = question.on(node, asked)
        head, steps, met = self._climb(node, asker, level)
        met &= self._in_scope(head, steps)
        if look.stops is not None and not question.part.inclusive:
            met &= ~look.stops
        if look.passed is not None:
            met &= ~look.passed
        value = look.value
        if self.reduce is SUM:
            value = value - question.values(replace(asked, paired=False))
        value = np.where(met, value, self.reduce.nothing)
        self.reduce.by.at(self.found, seats.nodes(asker), value)
        if self.reduce is SUM:
            np.add.at(self.heads, head, value)

    def _pairs(self) -> tuple[Ints, Ints]:
        """Everybody and the one whose they are, once for each such one; both stand in the tree, the asker higher."""
        asking, seats = self.question.asking, self.question.seats
        trees = sorted({tree for test in _tests(self.question.part) for tree in whose(test)})
        found = [(np.flatnonzero(asking.above(tree) >= 0), asking.above(tree)) for tree in trees]
        pairs = np.concatenate([np.stack([person, above[person]]) for person, above in found], axis=1)
        if len(trees) > 1:
            pairs = np.unique(pairs, axis=1)
        node, high = seats.nodes(pairs[0]), seats.nodes(pairs[1])
        depth = np.append(self.network.depth, -1)
        there = (node >= 0) & (high >= 0) & (depth[node] > depth[high])
        return pairs[0][there], pairs[1][there]

    def _climb(self, node: Ints, asker: Ints, level: int) -> tuple[Ints, Ints, Bools]:
        """From each person up to right below their asker: (that node, the person's level, whether they are met)."""
        question, network, part = self.question, self.network, self.question.part
        at, steps, met = node.copy(), np.ones(len(node), np.int64), np.ones(len(node), bool)
        rows = np.flatnonzero(network.depth[at] > level + 1)
        while len(rows):
            at[rows] = network.parent[at[rows]]
            steps[rows] += 1
            if part.until is not None or part.skipping is not None:
                asked = Asked(question.seats.people(at[rows]), asker[rows], paired=True, level=level + 1)
                look = question.on(at[rows], asked)
                if look.stops is not None:
                    met[rows] &= ~look.stops
                if look.passed is not None:
                    steps[rows] -= look.passed
            rows = rows[network.depth[at[rows]] > level + 1]
        return at, steps, met & (network.parent[at] == question.seats.nodes(asker))

    def _in_scope(self, head: Ints, steps: Ints) -> Bools:
        scope = self.question.part.scope
        if scope.name == "leg":
            return self.question.in_slot(head)
        if scope.name == "levels":
            return (scope.first <= steps) & (steps <= scope.last)
        return np.ones(len(head), bool)


def _tests(part: Aggregate) -> Sequence[Expression]:
    return [test for test in (part.of, part.where) if test is not None]

"""What every bonus may look at: what the plan's names mean for everybody, and expressions asked at a step of a walk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts
from commissions.core.language import Expression, Word, parts
from commissions.core.language.syntax import Aggregate, Before, Capped, Legs, LegsOnce, Lookup, Mine
from commissions.core.measures import EVERYBODY, LineWords, People, compute
from commissions.core.terms import Bonus, Plan
from commissions.core.values import Pair, exact

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Values = NDArray[Any]
# What is known of a person as a whole: its words are asked of others, not at the step.
OF_PERSONS = (Aggregate, Legs, LegsOnce, Mine, Before, Capped)
STEPS = ("level", "generation")


@dataclass(frozen=True, slots=True)
class Step:
    """Where an expression is asked: of whom, on which level or generation, from which sale. One element per row."""

    person: Ints | None = None  # plain words; everybody when it is not given
    level: Ints | int = 0  # `level` and `generation`
    line: Ints | None = None  # `line.`
    seller: Ints | None = None  # `seller.`
    earner: Ints | None = None  # `earner.`; the person when it is not given
    rank: Ints | None = None  # asked of ranks instead of people

    @property
    def rows(self) -> Ints | slice:
        """Whom plain words are asked of."""
        return EVERYBODY if self.person is None else self.person


@dataclass(frozen=True, slots=True)
class Board:
    """What every bonus may look at: people and their words, volumes of lines, ranks."""

    people: People
    volumes: Mapping[str, Ints]  # per order line
    rank: Ints  # paid-as, per person
    columns: dict[str, Values] = field(default_factory=dict)  # what `line.` words are, once they were asked

    @property
    def plan(self) -> Plan:
        """The plan that is computed."""
        return self.people.plan

    @property
    def facts(self) -> Facts:
        """What it is computed from."""
        return self.people.facts

    def __len__(self) -> int:
        return len(self.people.network)

    def value(self, expression: Expression) -> Values:
        """An expression, asked of everybody."""
        return self.people.value(expression)

    def test(self, expression: Expression) -> Bools:
        """A condition, asked of everybody."""
        found: Bools = self.people.value(expression).astype(bool)
        return found

    def value_at(self, expression: Expression, step: Step) -> Values:
        """An expression, asked at the rows of a step."""

        def leaf(part: Expression) -> Values:
            if isinstance(part, Word):
                return self._word(part, step)
            return self.people.value(part, step.rows)

        return compute(expression, leaf, self.plan)

    def exact(self, expression: Expression) -> Pair:
        """Exact money, asked of everybody: whole minor units, and millionths."""
        step = Step()
        whole, micro = exact(expression, lambda part: self.value_at(part, step), self.plan)
        return np.broadcast_to(whole, (len(self),)), np.broadcast_to(micro, (len(self),))

    def of_lines(self, expression: Expression) -> Values:
        """An expression, asked of every order line: plain words are its volumes."""
        words = self._line_words()
        found: Values = np.broadcast_to(words.value(expression), (len(self.facts.lines),))
        return found

    def good(self) -> Bools:
        """Who is in good standing: nobody else ever earns."""
        good: Bools = self.people.good
        return good

    def gate(self, bonus: Bonus) -> Bools:
        """Who may earn a bonus: in good standing, and what the plan asks of an earner."""
        return self.good() if bonus.earner is None else self.good() & self.test(bonus.earner)

    def treated(self, bonus: Bonus) -> Bools:
        """Who is treated as an earner while it is computed: with a hold also those whose money will wait."""
        return self.good() if bonus.hold is not None else self.gate(bonus)

    def in_campaign(self, bonus: Bonus) -> bool:
        """Whether a bonus that does not look at single order lines is paid in this period."""
        return bonus.valid is None or bonus.valid[0] <= self.facts.first_day < bonus.valid[1]

    def tree_depths(self, name: str) -> Ints:
        """How far below a root everybody stands in a tree of people."""
        depth: Ints = self.people.tree(name).depth
        return depth

    def asked(self, expression: Expression) -> Iterator[Expression]:
        """The words and sums that an expression asks for, those of its tables' axes included."""
        inside = parts(expression)
        for part in inside:
            if isinstance(part, OF_PERSONS):
                for _ in range(sum(1 for _ in parts(part)) - 1):
                    next(inside)
                yield part
            elif isinstance(part, Lookup):
                for axis in self.plan.tables[part.table].axes[len(part.arguments) :]:
                    yield from self.asked(axis.by)
            elif isinstance(part, Word):
                yield part

    def needs(self, expression: Expression) -> set[str]:
        """Of what an expression depends: step, line, seller, earner, rank, person."""
        return {_need(part) for part in self.asked(expression)}

    def _word(self, word: Word, step: Step) -> Values:
        words = self.people.words
        if word.prefix == "line":
            return self._line_word(word.name)[step.line]
        if word.prefix == "seller":
            return words[word.name][step.seller]
        if word.prefix == "earner":
            return words[word.name][step.rows if step.earner is None else step.earner]
        if not word.prefix and word.name in STEPS:
            return np.asarray(step.level)
        if not word.prefix and word.name == "rank" and step.rank is not None:
            return step.rank
        return self.people.value(word, step.rows)

    def _line_word(self, name: str) -> Values:
        if name not in self.columns:
            known = self.volumes.get(name)
            self.columns[name] = self._line_words().line_word(name) if known is None else known
        return self.columns[name]

    def _line_words(self) -> LineWords:
        return LineWords(self.plan, self.facts, self.volumes, self.people.words)


def _need(part: Expression) -> str:
    if not isinstance(part, Word):
        return "person"
    if part.prefix in {"line", "seller", "earner"}:
        return part.prefix
    if part.prefix:  # another plan's last closed rank: monthly.rank
        return "person"
    if part.name in STEPS:
        return "step"
    return "rank" if part.name == "rank" else "person"

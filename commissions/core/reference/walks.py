"""The walk: up from a sale or a person, one step at a time, asking each upline what the plan asks."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from commissions.core.language.syntax import Expression, Lookup
from commissions.core.reference.arithmetic import MILLION, slices
from commissions.core.reference.company import Asked, Company
from commissions.core.reference.lines import Line
from commissions.core.reference.trees import NOBODY
from commissions.core.result import Kind
from commissions.core.terms import UNLIMITED, Bonus, Table, Walk


class Source(NamedTuple):
    """What is walked up from: an order line, or a person's measure or earnings."""

    line: int
    person: int
    base: int


class Step(NamedTuple):
    """One who may be paid from a source; `earned` is false when only the gate stands in the way."""

    earner: int
    level: int
    depth: int
    earned: bool


@dataclass
class Walking:
    """A walk bonus of a company. `earned` is what everybody earned of the bonuses that it is on."""

    company: Company
    bonus: Bonus
    walk: Walk
    at: int
    earned: dict[int, int] = field(default_factory=dict)

    # --- from where -----------------------------------------------------------------------------------------------
    def sources(self) -> Iterator[Source]:
        for source in self._all_sources():
            dropped = self.walk.volume_of_the_skipped == "dropped" and not self.passes(source.person)
            if source.base > 0 and not dropped:
                yield source

    def _all_sources(self) -> Iterator[Source]:
        company, walk = self.company, self.walk
        if walk.source == "volume":
            for line in sale_lines(company, self.bonus, walk.only):
                seller = int(company.facts.lines.seller[line])
                yield Source(line, seller, company.volume(walk.on[0], line))
        elif runs_now(company, self.bonus):
            for person in company.everybody:
                asked = Asked(person=person, seller=person)
                if walk.only is None or company.value(walk.only, asked):
                    measure = walk.source == "measure"
                    base = company.ask(person, walk.on[0]) if measure else self.earned.get(person, 0)
                    yield Source(-1, person, base)

    # --- to whom --------------------------------------------------------------------------------------------------
    def steps(self, source: Source) -> Iterator[Step]:
        """Everybody on the way up who has a level that the bonus pays."""
        tree = self.company.tree(self.walk.along)
        people = [tree.owner[node] for node in tree.path(source.person)]
        taken: set[int] = set()
        used = 0
        for depth, earner in enumerate(people):
            below = people[:depth]  # the seller first
            if depth and (self.ended(below, earner) or self.blocked(below, earner)):
                continue
            if self.walk.compression == "skip_not_entitled_at_level" and depth:
                level = used + 1
                entitled = level < self.walk.first or self.entitled(source, earner, level)
                used += entitled
                if not entitled:
                    continue
            else:
                level = self.level(below, earner)
            if level == NOBODY or not self.pays(level):
                continue
            if self.walk.each_step_pays == "first_earner" and level in taken:
                continue
            earned = self.gate(earner)
            if earned and self.rate(source, earner, level):
                taken.add(level)
            yield Step(earner, level, depth, earned)

    def level(self, below: list[int], earner: int) -> int:
        """Which level or generation an earner has above a seller; NOBODY when they have none."""
        walk = self.walk
        if not below:
            return self._own_level(earner)
        if walk.counts == "nothing":
            return len(below)
        if walk.counts == "levels":
            if walk.compression != "skip_inactive":
                return len(below)
            return self.seen_from(below) if self.passes(earner) else NOBODY
        between = below if walk.convention == "starts_at_leader" else below[1:]
        leaders = sum(self.company.holds(walk.leader, person, earner) for person in between)
        return leaders if walk.convention == "starts_at_leader" else 1 + leaders

    def _own_level(self, seller: int) -> int:
        """Whether sellers are paid on their own orders."""
        walk = self.walk
        if walk.counts == "levels":
            skipped = walk.compression == "skip_inactive" and not self.passes(seller)
            return NOBODY if walk.first > 0 or skipped else 0
        return 0 if walk.own_volume == "pays_seller" else NOBODY

    def seen_from(self, below: list[int]) -> int:
        """The level on which the seller, the first of those below, is seen from who is above them all."""
        return 1 + sum(self.passes(person) for person in below[1:])

    def pays(self, level: int) -> bool:
        walk = self.walk
        return walk.counts == "nothing" or (
            walk.first <= level and (walk.last == UNLIMITED or level <= walk.last)
        )

    def passes(self, person: int) -> bool:
        """Whether a person uses up a level where the inactive are skipped."""
        if self.walk.compression != "skip_inactive":
            return True
        return self.company.good(person) and self.company.holds(self.walk.skip_test, person)

    def ended(self, below: list[int], earner: int) -> bool:
        ends = self.walk.ends_at
        return ends is not None and any(self.company.holds(ends, person, earner) for person in below)

    def blocked(self, below: list[int], earner: int) -> bool:
        """A blocker below the earner stands too far above the seller."""
        blocker = self.walk.blocker
        if blocker is None:
            return False
        blockers = [at for at, person in enumerate(below) if self.company.holds(blocker, person, earner)]
        return any(self._levels_to(below, at) > self.walk.tail for at in blockers)

    def _levels_to(self, below: list[int], at: int) -> int:
        """How many levels the blocker is above the seller; 0 for the seller's own."""
        counted = self.walk.counts == "levels" and self.walk.compression == "skip_inactive"
        return self.seen_from(below[:at]) if at and counted else at

    # --- who may earn it ------------------------------------------------------------------------------------------
    def gate(self, person: int) -> bool:
        """With a hold everybody in good standing walks as if they had earned it; what was not earned waits."""
        if not self.company.good(person):
            return False
        return self.bonus.hold is not None or self.company.holds(self.bonus.earner, person)

    def entitled(self, source: Source, earner: int, level: int) -> bool:
        return self.gate(earner) and bool(self.rate(source, earner, level))

    # --- how much -------------------------------------------------------------------------------------------------
    def rate(self, source: Source, person: int, level: int) -> int:
        """A person's own rate for a source; of a marginal table, what its slices come to."""
        table = self.marginal()
        if table is not None:
            return sum(abs(cell) for _, cell in slices(table, source.base))
        return self.company.value(
            self.walk.rate,
            Asked(
                person, earner=person, seller=source.person, line=source.line, level=level, generation=level
            ),
        )

    def marginal(self) -> Table | None:
        """The table, when each slice of the base has a rate of its own."""
        rate = self.walk.rate
        if isinstance(rate, Lookup) and not rate.arguments:
            table = self.company.plan.tables[rate.table]
            return table if table.reading == "marginal" else None
        return None

    def blocking_rate(self, source: Source, step: Step) -> int:
        """What is subtracted from the earner's rate."""
        difference = self.walk.difference
        if difference is None or step.depth == 0:
            return 0
        tree = self.company.tree(self.walk.along)
        below = [tree.owner[node] for node in tree.path(source.person)][: step.depth]
        chosen = {"front_line": below[-1:], "seller_only": below[:1], "highest_on_path": below}
        rates = [
            self.rate(source, person, step.level)
            if difference.blockers == "everyone" or self.gate(person)
            else 0
            for person in chosen[difference.who_blocks]
        ]
        return max(rates)

    def lines_of(self, source: Source, step: Step) -> list[Line]:
        """What a step pays: one line, or one for each slice of a marginal table."""
        table = self.marginal()
        if table is not None:
            return [self.line(source, step, part, cell) for part, cell in slices(table, source.base) if cell]
        own = self.rate(source, step.earner, step.level)
        rate = own - self.blocking_rate(source, step) if own else 0
        difference = self.walk.difference
        if difference is not None and difference.negative_gap == "zero_per_leg":
            rate = max(0, rate)
        return [self.line(source, step, source.base, rate)] if rate else []

    def line(self, source: Source, step: Step, base: int, rate: int) -> Line:
        walk = self.walk
        if walk.rate_unit == "rate":
            rate = rate * walk.worth // MILLION  # what a point is worth makes a rate that is whole too
            amount = base * rate
        else:  # so much for each source, whatever its size
            base, rate, amount = rate, MILLION, rate * MILLION
        kind = Kind.SALE if walk.source == "volume" else Kind.PERSON
        return Line(
            self.at, step.earner, source.line, step.level, step.depth, base, rate, amount, kind, source.person
        )

    # --- everything -----------------------------------------------------------------------------------------------
    def all(self) -> tuple[list[Line], int]:
        """Every line, and what stays with the company because nobody earned it, in millionths."""
        paid, lost = [], 0
        for source in self.sources():
            for step in self.steps(source):
                lines = self.lines_of(source, step)
                if step.earned:
                    paid += lines
                elif self._only_theirs():
                    lost += sum(line.amount for line in lines)
        return paid, lost

    def _only_theirs(self) -> bool:
        """Whether the company's figure counts what a person does not earn: where it can reach nobody else, and nobody
        far above every sale has to be asked."""
        walk, difference = self.walk, self.walk.difference
        if walk.compression == "skip_not_entitled_at_level" or walk.each_step_pays == "first_earner":
            return False
        if difference is None:
            return walk.counts == "levels" and walk.last != UNLIMITED
        gap = difference.blockers == "everyone" and difference.negative_gap == "zero_per_leg"
        return gap and difference.who_blocks != "seller_only"


def sale_lines(company: Company, bonus: Bonus, only: Expression | None) -> Iterator[int]:
    """The order lines that a bonus looks at: no reversals, those that `only` keeps, inside a campaign."""
    lines = company.facts.lines
    for line in range(len(lines)):
        inside = bonus.valid is None or bonus.valid[0] <= int(lines.day[line]) < bonus.valid[1]
        if inside and not lines.reversal[line] and (only is None or company.of_line(line, only)):
            yield line


def runs_now(company: Company, bonus: Bonus) -> bool:
    """Whether the period begins inside the campaign."""
    return bonus.valid is None or bonus.valid[0] <= company.facts.first_day < bonus.valid[1]

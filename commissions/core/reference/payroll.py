"""From bonuses to items: the most, what waits, guarantees, earnings of earnings, and the rules over groups."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from commissions.core.reference.arithmetic import MILLION, rounded, shared
from commissions.core.reference.company import Asked, Company
from commissions.core.reference.lines import COMPUTED, Line, flat
from commissions.core.reference.pairs import pair
from commissions.core.reference.shapes import amount, guarantee, once, pool
from commissions.core.reference.walks import Walking
from commissions.core.result import Kind
from commissions.core.terms import NEVER, Amount, BetterOf, Bonus, Cap, Guarantee, Once, Pair, Pool, Walk

Held = tuple[int, int, int]


@dataclass
class Payroll:
    """Everything the bonuses of a period pay, keep, hold and carry."""

    company: Company
    lines: list[Line] = field(default_factory=list)
    before_caps: dict[tuple[int, int], int] = field(default_factory=dict)  # (bonus, person)
    kept: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # millionths
    funds: dict[str, int] = field(default_factory=dict)
    shares: dict[str, list[int]] = field(default_factory=dict)
    carry: dict[str, list[list[list[int]]]] = field(default_factory=dict)
    given: dict[str, list[int]] = field(default_factory=dict)
    held: dict[str, list[Held]] = field(default_factory=dict)
    pools: dict[str, int] = field(default_factory=dict)
    wanted: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def run(self) -> None:
        """Every bonus after those it needs, then the rules over groups of them."""
        company, plan = self.company, self.company.plan
        for at in plan.bonus_order:
            bonus = plan.bonuses[at]
            computed = self._computed(bonus, at)
            self.lines += computed
            if isinstance(bonus.how, Guarantee):
                self.before_caps |= {(at, p): self.item(at, p) for p in company.everybody}
                continue
            self._capped(bonus, at, computed)
            if bonus.hold is not None:
                self._hold(bonus, at)
        for at, rule in enumerate(plan.group_rules):
            self._cap(rule, at) if isinstance(rule, Cap) else self._better_of(rule, at)

    # --- one bonus ------------------------------------------------------------------------------------------------
    def _computed(self, bonus: Bonus, at: int) -> list[Line]:
        company, name, how = self.company, bonus.name, bonus.how
        lost = 0
        match how:
            case Walk():
                lines, lost = Walking(company, bonus, how, at, self._earned(how)).all()
                if how.pays_in == "shares":
                    self.shares[name] = [
                        self._rounded(line for line in lines if line.beneficiary == person)
                        for person in company.everybody
                    ]
                    return []
            case Amount():
                lines, lost = amount(company, bonus, how, at)
            case Once():
                lines, lost, self.given[name], wanted = once(company, bonus, how, at)
                self.wanted[how.tree] += wanted
            case Pair():
                lines, self.carry[name] = pair(company, bonus, how, at)
            case Pool():
                walked = self.shares.get(how.shares_of, [])
                lines, kept, self.funds[name], self.pools[name] = pool(company, bonus, how, at, walked)
                lost = kept * MILLION
            case Guarantee():
                names = [one.name for one in company.plan.bonuses]
                received = {p: self.item(names.index(how.of), p) for p in company.everybody}
                lines, kept = guarantee(company, bonus, how, at, received)
                lost = kept * MILLION
        if bonus.hold is None:
            self.kept[name] += lost
        return lines

    def _earned(self, walk: Walk) -> dict[int, int]:
        """What everybody earned of the bonuses that a match is on."""
        plan = self.company.plan
        wanted = {at for at, bonus in enumerate(plan.bonuses) if bonus.name in walk.on}
        if walk.taken == "before_caps":
            return {p: sum(self.before_caps.get((at, p), 0) for at in wanted) for p in self.company.everybody}
        wanted |= {
            at
            for at, bonus in enumerate(plan.bonuses)
            if isinstance(bonus.how, Guarantee) and bonus.how.of in walk.on
        }
        return {p: sum(self.item(at, p, released=False) for at in wanted) for p in self.company.everybody}

    def _mine(self, at: int, person: int) -> list[Line]:
        return [line for line in self.lines if line.bonus == at and line.beneficiary == person]

    def item(self, at: int, person: int, *, released: bool = True) -> int:
        """What a bonus pays a person so far: what was computed, rounded once, and what whole units changed it."""
        lines = self._mine(at, person)
        computed = self._rounded(line for line in lines if line.kind in COMPUTED)
        whole = [
            line for line in lines if line.kind not in COMPUTED and (released or line.kind != Kind.RELEASED)
        ]
        return computed + sum(line.amount // MILLION for line in whole)

    def _rounded(self, lines: Iterable[Line]) -> int:
        exact = Fraction(sum(line.amount for line in lines), MILLION)
        return rounded(exact, self.company.plan.ledger.round)

    def _capped(self, bonus: Bonus, at: int, computed: list[Line]) -> None:
        """No item below nothing, and none over the most."""
        company = self.company
        for person in sorted({line.beneficiary for line in computed}):
            item = self._rounded(line for line in computed if line.beneficiary == person)
            if not self._waits(bonus, person):
                self.before_caps[at, person] = max(0, item)
            parts = {} if bonus.most is None else self._parts(bonus, person, item, computed)
            most = 0 if bonus.most is None else max(0, company.of(person, bonus.most.amount))
            for origin, got in parts.items():
                if got > most:
                    self.lines.append(flat(Kind.MOST, at, person, (most - got) * MILLION, origin=origin))
                    self.kept[bonus.name] += (got - most) * MILLION
                    item -= got - most
            if item < 0:
                self.lines.append(flat(Kind.MOST, at, person, -item * MILLION))

    def _parts(self, bonus: Bonus, person: int, item: int, computed: list[Line]) -> dict[int, int]:
        """What the most is compared with: everything, or what came from each seller."""
        assert bonus.most is not None  # noqa: S101
        if bonus.most.of == "all":
            return {person: item}
        origins = sorted({line.origin for line in computed if line.beneficiary == person})
        return {
            origin: self._rounded(
                line for line in computed if line.beneficiary == person and line.origin == origin
            )
            for origin in origins
        }

    # --- what waits -----------------------------------------------------------------------------------------------
    def _waits(self, bonus: Bonus, person: int) -> bool:
        return bonus.hold is not None and not self.company.holds(bonus.earner, person)

    def _hold(self, bonus: Bonus, at: int) -> None:
        """What was not earned waits; what waited is released, lapses, or waits on."""
        assert bonus.hold is not None  # noqa: S101
        company, hold = self.company, bonus.hold
        still: list[Held] = []
        released: dict[int, int] = defaultdict(int)
        for person, size, age in company.facts.state.held.get(bonus.name, ()):
            if company.good(person) and company.holds(hold.until, person):
                released[person] += size
            elif hold.lapses_after == NEVER or age < hold.lapses_after:
                still.append((person, size, age + 1))
            else:
                self.kept[bonus.name] += size * MILLION
        for person in company.everybody:
            item = self.item(at, person)
            if item and self._waits(bonus, person):
                self.lines.append(flat(Kind.HELD, at, person, -item * MILLION))
                still.append((person, item, 1))
            if released[person]:
                self.lines.append(flat(Kind.RELEASED, at, person, released[person] * MILLION))
        self.held[bonus.name] = sorted(still)

    # --- the rules over groups ------------------------------------------------------------------------------------
    def _take(self, rule: int, at: int, person: int, size: int) -> None:
        if size:
            self.lines.append(flat(Kind.GROUP, at, person, -size * MILLION, level=rule))

    def _better_of(self, rule: BetterOf, level: int) -> None:
        """Each person keeps the largest; among equals the first named."""
        names = [bonus.name for bonus in self.company.plan.bonuses]
        among = [names.index(name) for name in rule.among]
        for person in self.company.everybody:
            items = [self.item(at, person) for at in among]
            best = items.index(max(items))
            for place, at in enumerate(among):
                if place != best:
                    self._take(level, at, person, items[place])

    def _cap(self, rule: Cap, level: int) -> None:
        everybody = list(self.company.everybody)
        if rule.of == "each_person":
            for person in everybody:
                self._cut(rule, level, [person], Asked(person=person))
        else:
            self._cut(rule, level, everybody, Asked())

    def _cut(self, rule: Cap, level: int, people: list[int], asked: Asked) -> None:
        """Brings what these people get of the bonuses together down to the limit."""
        company = self.company
        names = [bonus.name for bonus in company.plan.bonuses]
        items = {(at, p): self.item(at, p) for at in map(names.index, rule.over) for p in people}
        exact = Fraction(company.value(rule.limit, asked), MILLION)
        over = sum(items.values()) - max(0, rounded(exact, company.plan.ledger.round))
        cut_first = [[names.index(name)] for name in rule.order]
        for group in cut_first if rule.method == "cut_in_order" else [list(map(names.index, rule.over))]:
            keys = [key for key, item in items.items() if key[0] in group and item > 0]
            there = sum(items[key] for key in keys)
            cut = min(over, there)
            if cut <= 0:
                continue
            claims = [(items[at, p], (company.number(p), at)) for at, p in keys]
            for (at, person), left in zip(keys, shared(there - cut, claims), strict=True):
                self._take(level, at, person, items[at, person] - left)
            over -= cut

"""The same rules, slowly and obviously: one person, one order line at a time, in Python integers.

Only tests and benchmarks import this. It shares the reading of the document with the engine and nothing else: no
arrays, no sweeps, no sums kept in two parts. Where both say the same of thousands of random companies, both are
believed. A new shape of bonus is written here too, before it is made fast.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from commissions.core.facts import GOOD, Facts
from commissions.core.language import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Choose,
    Compare,
    Expression,
    Legs,
    Logic,
    Not,
    Number,
    Word,
)
from commissions.core.plan import Bonus, Plan

MILLION = 1_000_000
DAY_ZERO = date(1970, 1, 1)
Paid = tuple[int, int, int, int, int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Answer:
    """What `run` answers, as plain lists and tuples."""

    volumes: dict[str, list[int]]
    measures: dict[str, list[int]]
    statuses: dict[str, list[bool]]
    rank: list[int]
    memory_after: dict[str, list[int]]
    have: list[list[int]]
    lines: list[
        tuple[int, int, int, int, int, int, int, int, int]
    ]  # the columns of run.Lines, in their order
    items: list[tuple[int, int, int, int]]  # the columns of run.Items, in their order


def run_reference(*, plan: Plan, facts: Facts) -> Answer:
    """A period, computed person by person."""
    company = Company(plan, facts)
    everybody, every_line = range(len(facts.people)), range(len(facts.lines))
    names = [volume.name for volume in plan.volumes]
    lines = sorted(line for at, bonus in enumerate(plan.bonuses) for line in company.walk(at, bonus))
    return Answer(
        volumes={name: [company.volume(name, line) for line in every_line] for name in names},
        measures={name: [int(company.ask(p, name)) for p in everybody] for name in (*names, *plan.measures)},
        statuses={name: [bool(company.ask(p, name)) for p in everybody] for name in plan.statuses},
        rank=[company.rank(person) for person in everybody],
        memory_after={name: [int(company.ask(p, name)) for p in everybody] for name in plan.memories},
        have=[[int(company.value(p, r.have)) for r in plan.requirements] for p in everybody],
        lines=[(line[1], line[0], *line[2:]) for line in lines],
        items=_items(lines),
    )


def half_up(amount: Fraction) -> int:
    """The nearest whole number; a half goes away from zero."""
    size = int(abs(amount) + Fraction(1, 2))
    return size if amount >= 0 else -size


def _items(lines: list[Paid]) -> list[tuple[int, int, int, int]]:
    sums: dict[tuple[int, int], Fraction] = defaultdict(Fraction)
    counts: dict[tuple[int, int], int] = defaultdict(int)
    for beneficiary, bonus, *_, whole, micro in lines:
        sums[beneficiary, bonus] += whole + Fraction(micro, MILLION)
        counts[beneficiary, bonus] += 1
    rounded = {key: half_up(amount) for key, amount in sums.items()}
    return [(*key, rounded[key], counts[key]) for key in sorted(sums) if rounded[key]]


@dataclass
class Company:
    """Everybody, asked one at a time; an answer given once is remembered."""

    plan: Plan
    facts: Facts
    known: dict[tuple[int, str], int] = field(default_factory=dict)
    frontline: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sold: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        for person, sponsor in enumerate(self.facts.people.sponsor.tolist()):
            self.frontline[sponsor].append(person)
        for line, seller in enumerate(self.facts.lines.seller.tolist()):
            self.sold[seller].append(line)

    # --- people ---------------------------------------------------------------------------------------------------
    def good(self, person: int) -> bool:
        return int(self.facts.people.standing[person]) == GOOD

    def team(self, person: int) -> list[int]:
        return [met for child in self.frontline[person] for met in (child, *self.team(child))]

    def uplines(self, person: int) -> list[int]:
        above = int(self.facts.people.sponsor[person])
        return [above, *self.uplines(above)] if above >= 0 else []

    def ask(self, person: int, name: str) -> int:
        """What a name of the plan means for a person."""
        if (person, name) not in self.known:
            self.known[person, name] = self._answer(person, name)
        return self.known[person, name]

    def _answer(self, person: int, name: str) -> int:
        plan = self.plan
        if name == "rank":
            return self.rank(person)
        if name in plan.memories:
            return self.value(person, plan.memories[name].becomes)
        if name in plan.expressions:
            answer = self.value(person, plan.expressions[name])
            return answer if name != plan.active or self.good(person) else 0
        return sum(self.volume(name, line) for line in self.sold[person])

    def rank(self, person: int) -> int:
        """The highest rank of which everything it needs is there."""
        if (person, "rank") not in self.known:
            held = [
                step
                for step, rank in enumerate(self.plan.ladder)
                if all(self.value(person, need.have) >= need.need for need in rank.requirements)
            ]
            self.known[person, "rank"] = max(held)
        return self.known[person, "rank"]

    # --- expressions ----------------------------------------------------------------------------------------------
    def value(self, person: int, expression: Expression, asker: int = -1) -> int:
        """An expression, asked of a person; `my.` is who asks. Truth is 1 or 0."""

        def leaf(part: Expression) -> int:
            match part:
                case Word():
                    return self.ask(asker if part.prefix == "my" else person, part.name)
                case Before():
                    memory = self.plan.memories[part.memory]
                    started = self.facts.people.memory.get(memory.name)
                    return memory.starts if started is None else int(started[person])
                case Legs():
                    legs = [[child, *self.team(child)] for child in self.frontline[person]]
                    return sum(any(self.value(met, part.test) for met in leg) for leg in legs)
                case Aggregate():
                    return self._aggregate(person, part)
            raise TypeError(part)

        return calculate(expression, leaf)

    def _aggregate(self, person: int, part: Aggregate) -> int:
        scope = {
            "self": [person],
            "frontline": self.frontline[person],
            "team": self.team(person),
            "self and team": [person, *self.team(person)],
            "everyone": list(range(len(self.facts.people))),
        }[part.scope]
        met = [one for one in scope if part.where is None or self.value(one, part.where, person)]
        if part.of is None:
            return len(met)
        values = [self.value(one, part.of, person) for one in met]
        gather: dict[str, Callable[[list[int]], int]] = {
            "sum": sum,
            "any": any,
            "largest": lambda found: max(found, default=0),
            "smallest": lambda found: min(found, default=0),
        }
        return int(gather[part.kind](values))

    # --- order lines ----------------------------------------------------------------------------------------------
    def volume(self, name: str, line: int) -> int:
        volume = next(volume for volume in self.plan.volumes if volume.name == name)
        if volume.expression is not None:
            return self.of_line(line, volume.expression)
        by_customer = bool(self.facts.lines.by_customer[line])
        counts = {"self_and_customers": True, "self": not by_customer, "customers": by_customer}[
            volume.orders_of
        ]
        return int(getattr(self.facts.lines, volume.field)[line]) if counts else 0

    def of_line(self, line: int, expression: Expression) -> int:
        """An expression, asked of an order line."""
        lines = self.facts.lines
        seller = int(lines.seller[line])
        sold = DAY_ZERO + timedelta(days=int(lines.day[line]))
        joined = DAY_ZERO + timedelta(days=int(self.facts.people.joined[seller]))

        def leaf(part: Expression) -> int:
            match part:
                case Word("line", "seller_days"):
                    return (sold - joined).days
                case Word("line", "seller_month"):
                    return (sold.year - joined.year) * 12 + sold.month - joined.month + 1
                case Word("line", name):
                    return int(getattr(lines, name)[line])
                case Word("seller", name):
                    return self.ask(seller, name)
                case Word("", name):
                    return self.volume(name, line)
            raise TypeError(part)

        return calculate(expression, leaf)

    # --- bonuses --------------------------------------------------------------------------------------------------
    def walk(self, at: int, bonus: Bonus) -> list[Paid]:
        """(beneficiary, bonus, source, level, depth, base, rate, whole, micro) of every line a bonus pays."""
        paid: list[Paid] = []
        for line in range(len(self.facts.lines)):
            base = self.volume(bonus.on, line)
            if self.facts.lines.reversal[line] or base <= 0:
                continue
            if bonus.only is not None and not self.of_line(line, bonus.only):
                continue
            for depth, level, earner in self.steps(bonus, int(self.facts.lines.seller[line])):
                rate = bonus.rates.rate(level=level, rank=self.rank(earner))
                if rate and self.earns(bonus, earner):
                    whole, micro = divmod(base * rate, MILLION)
                    paid.append((earner, at, line, level, depth, base, rate, whole, micro))
        return paid

    def steps(self, bonus: Bonus, seller: int) -> list[tuple[int, int, int]]:
        """(real distance, level, person) of everybody on the way up who has a level that the bonus pays."""
        if bonus.volume_of_the_skipped == "dropped" and not self.passes(bonus, seller):
            return []
        found, level = [], 0
        for depth, person in enumerate([seller, *self.uplines(seller)]):
            if depth == 0:
                if bonus.first == 0 and self.passes(bonus, seller):
                    found.append((0, 0, seller))
                continue
            if self.passes(bonus, person):
                level += 1
                if bonus.first <= level <= bonus.last:
                    found.append((depth, level, person))
        return found

    def passes(self, bonus: Bonus, person: int) -> bool:
        """Whether a person uses up a level. Without compression everybody does."""
        if bonus.compression == "none" or bonus.skip_test is None:
            return True
        return self.good(person) and bool(self.value(person, bonus.skip_test))

    def earns(self, bonus: Bonus, person: int) -> bool:
        return self.good(person) and (bonus.earner is None or bool(self.value(person, bonus.earner)))


def calculate(expression: Expression, leaf: Callable[[Expression], int]) -> int:
    """Everything but names and sums over people, which `leaf` answers."""

    def of(part: Expression) -> int:
        return calculate(part, leaf)

    match expression:
        case Number():
            return expression.value
        case Not():
            return int(not of(expression.of))
        case Logic():
            left, right = of(expression.left), of(expression.right)
            return int(bool(left and right) if expression.operator == "and" else bool(left or right))
        case Compare():
            left, right = of(expression.left), of(expression.right)
            return int(
                {
                    ">=": left >= right,
                    "<=": left <= right,
                    ">": left > right,
                    "<": left < right,
                    "==": left == right,
                    "!=": left != right,
                }[expression.operator]
            )
        case Arithmetic():
            left, right = of(expression.left), of(expression.right)
            return {"+": left + right, "-": left - right, "*": left * right}[expression.operator]
        case Choose():
            return of(expression.then) if of(expression.test) else of(expression.otherwise)
        case Call():
            return _call(expression, [of(argument) for argument in expression.arguments])
    return leaf(expression)


def _call(call: Call, values: list[int]) -> int:
    if call.name == "highest":
        return max(values)
    if call.name == "lowest":
        return min(values)
    exact = Fraction(values[0], MILLION)  # a product with a rate, in millionths
    return half_up(exact) if call.name == "round_half_up" else exact.__floor__()

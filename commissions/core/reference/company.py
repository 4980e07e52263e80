"""Everybody, asked one at a time what a name or an expression of the plan means for them."""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from commissions.core.facts import GOOD, Facts
from commissions.core.language.syntax import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Capped,
    Choose,
    Compare,
    Expression,
    Legs,
    LegsOnce,
    Logic,
    Lookup,
    Mine,
    Not,
    Number,
    Word,
)
from commissions.core.reference.arithmetic import MILLION, can_be_served, cell, half_up
from commissions.core.reference.trees import NOBODY, Tree, trees
from commissions.core.terms import Axis, Plan, Volume

DAY_ZERO = date(1970, 1, 1)


@dataclass(frozen=True)
class Asked:
    """Who or what an expression is asked of."""

    person: int = NOBODY  # plain words
    my: int = NOBODY  # who asks, inside an aggregate
    earner: int = NOBODY
    seller: int = NOBODY
    line: int = NOBODY
    level: int = 0
    generation: int = 0
    it: int = 0


@dataclass
class Company:
    """The facts of a period; an answer given once is remembered."""

    plan: Plan
    facts: Facts
    trees: dict[str, Tree] = field(default_factory=dict)
    known: dict[tuple[int, str], int] = field(default_factory=dict)
    sold: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    named: dict[str, Volume] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.trees = trees(self.plan, self.facts)
        self.named = {volume.name: volume for volume in self.plan.volumes}
        for line, seller in enumerate(self.facts.lines.seller.tolist()):
            self.sold[seller].append(line)

    @property
    def everybody(self) -> range:
        return range(len(self.facts.people))

    def tree(self, name: str) -> Tree:
        return self.trees[name or self.plan.main_tree]

    def number(self, person: int) -> str:
        return str(self.facts.people.number[person])

    def good(self, person: int) -> bool:
        return int(self.facts.people.standing[person]) == GOOD

    def holds(self, test: Expression | None, person: int, earner: int = NOBODY) -> bool:
        """A condition asked of a person; nothing asked holds."""
        return test is None or bool(self.value(test, Asked(person=person, earner=earner)))

    def of(self, person: int, expression: Expression) -> int:
        return self.value(expression, Asked(person=person))

    # --- names ----------------------------------------------------------------------------------------------------
    def ask(self, person: int, name: str) -> int:
        """What a name of the plan means for a person."""
        if (person, name) not in self.known:
            self.known[person, name] = int(self._answer(person, name))
        return self.known[person, name]

    def _answer(self, person: int, name: str) -> int:
        plan, people = self.plan, self.facts.people
        if name == "rank":
            return self._rank(person)
        if name in plan.memories:
            becomes = plan.memories[name].becomes
            assert becomes is not None, f"{name} keeps periods and is no number"  # noqa: S101
            return self.of(person, becomes)
        if name in plan.expressions:
            return self.of(person, plan.expressions[name]) if name != plan.active or self.good(person) else 0
        if name in plan.caps:
            return self._capped(person, Capped(name))
        if name in plan.inputs:
            return int(people.inputs[name][person]) if name in people.inputs else 0
        return sum(self.volume(name, line) for line in self.sold[person])

    def _rank(self, person: int) -> int:
        """The highest rank of which everything it needs is there."""
        held = [
            step
            for step, rank in enumerate(self.plan.ladder)
            if all(self.of(person, need.have) >= need.need for need in rank.requirements)
        ]
        return max(held, default=0)

    def before(self, person: int, name: str) -> int:
        """A memory's value when the period starts."""
        started = self.facts.people.memory.get(name)
        return self.plan.memories[name].starts if started is None else int(started[person])

    def window(self, person: int, name: str, *, before: bool) -> list[int]:
        """The last values of a memory that keeps periods, the latest last."""
        memory, stored = self.plan.memories[name], self.facts.state.windows.get(name)
        values = [] if stored is None else [int(value) for value in stored[person]]
        if not before:
            assert memory.of is not None, f"{name} keeps no periods"  # noqa: S101
            values = [*values, self.of(person, memory.of)]
        return values[-memory.keeps :]

    # --- order lines ----------------------------------------------------------------------------------------------
    def volume(self, name: str, line: int) -> int:
        volume, lines = self.named[name], self.facts.lines
        if volume.expression is not None:
            return self.of_line(line, volume.expression)
        by_customer = bool(lines.by_customer[line])
        counts = {"self_and_customers": True, "self": not by_customer, "customers": by_customer}
        if not counts[volume.orders_of]:
            return 0
        if volume.returns_count == "in_period_of_return":
            return int(getattr(lines, volume.field)[line])
        if bool(lines.reversal[line]):
            return 0
        came_back = lines.back.get(volume.field) if volume.returns_count == "not_subtracted" else None
        return int(getattr(lines, volume.field)[line]) + (0 if came_back is None else int(came_back[line]))

    def of_line(self, line: int, expression: Expression) -> int:
        """An expression, asked of an order line."""
        return self.value(expression, Asked(line=line, seller=int(self.facts.lines.seller[line])))

    def _line_word(self, line: int, name: str) -> int:
        lines = self.facts.lines
        seller = int(lines.seller[line])
        sold = DAY_ZERO + timedelta(days=int(lines.day[line]))
        joined = DAY_ZERO + timedelta(days=int(self.facts.people.joined[seller]))
        if name == "seller_days":
            return (sold - joined).days
        if name == "seller_month":
            return (sold.year - joined.year) * 12 + sold.month - joined.month + 1
        if name == "order_number":
            return 1 if lines.order_number is None else int(lines.order_number[line])
        return self.volume(name, line) if name in self.named else int(getattr(lines, name)[line])

    # --- expressions ----------------------------------------------------------------------------------------------
    def value(self, expression: Expression, asked: Asked) -> int:
        """What an expression comes to. Truth is 1 or 0."""

        def of(part: Expression) -> int:
            return self.value(part, asked)

        match expression:
            case Number():
                return expression.value
            case Word():
                return self._word(expression, asked)
            case Not():
                return int(not of(expression.of))
            case Logic():
                left, right = of(expression.left), of(expression.right)
                return int(bool(left and right) if expression.operator == "and" else bool(left or right))
            case Compare():
                return int(compared(expression.operator, of(expression.left), of(expression.right)))
            case Arithmetic():
                left, right = of(expression.left), of(expression.right)
                return {"+": left + right, "-": left - right, "*": left * right}[expression.operator]
            case Choose():
                return of(expression.then) if of(expression.test) else of(expression.otherwise)
            case Call():
                return called(expression.name, [of(argument) for argument in expression.arguments])
            case Lookup():
                return self._lookup(expression, asked)
        return self._about_others(expression, asked)

    def _word(self, word: Word, asked: Asked) -> int:
        match word.prefix, word.name:
            case "", "it":
                return asked.it
            case "", "level":
                return asked.level
            case "", "generation":
                return asked.generation
            case "", name if asked.person == NOBODY:
                return self.volume(name, asked.line)
            case "", name:
                return self.ask(asked.person, name)
            case "line", name:
                return self._line_word(asked.line, name)
            case "my" | "earner" | "seller" as prefix, name:
                return self.ask(
                    {"my": asked.my, "earner": asked.earner, "seller": asked.seller}[prefix], name
                )
            case other_plan, name:
                known = self.facts.people.others.get(f"{other_plan}.{name}")
                return 0 if known is None else int(known[asked.person])

    def _lookup(self, part: Lookup, asked: Asked) -> int:
        table = self.plan.tables[part.table]
        given = [self.value(argument, asked) for argument in part.arguments]

        def read(axis: Axis) -> int:
            return given.pop(0) if given else self.value(axis.by, asked)

        return cell(table, [read(axis) for axis in table.axes])

    def _about_others(self, expression: Expression, asked: Asked) -> int:
        match expression:
            case Before():
                return self.before(asked.person, expression.memory)
            case Mine():
                return int(asked.my == self.tree(expression.tree).parent(asked.person))
            case Legs():
                return sum(
                    self._anybody(leg, expression.test, expression.tree, asked)
                    for leg in self.tree(expression.tree).legs(asked.person)
                )
            case LegsOnce():
                legs = [
                    {k for k, test in enumerate(expression.tests) if self._anybody(leg, test, "", asked)}
                    for leg in self.tree("").legs(asked.person)
                ]
                return int(can_be_served(list(expression.counts), legs))
            case Capped():
                return self._capped(asked.person, expression)
            case Aggregate():
                return self._aggregate(expression, asked)
        raise TypeError(expression)

    def _anybody(self, leg: int, test: Expression, tree: str, asked: Asked) -> bool:
        return any(
            self.value(test, replace(asked, person=met, my=asked.person))
            for met in self.tree(tree).branch(leg)
        )

    def _capped(self, person: int, part: Capped) -> int:
        """Each leg up to a share of what is needed, of everything, or of itself."""
        cap = self.plan.caps[part.name]
        legs = [self.ask(self.tree("").owner[leg], cap.leg) for leg in self.tree("").legs(person)]
        own = 0 if cap.own_volume == "excluded" else self.ask(person, cap.own)

        def share(value: int) -> int:
            return value * cap.cap // MILLION

        whole = {"requirement": part.need or 0, "actual_total": sum(legs) + own}

        def counted(value: int) -> int:
            return min(value, share(whole.get(cap.base, value)))

        return sum(map(counted, legs)) + (counted(own) if cap.own_volume == "capped_like_a_leg" else own)

    # --- sums over people -----------------------------------------------------------------------------------------
    def _aggregate(self, part: Aggregate, asked: Asked) -> int:
        if part.scope.memory:
            kept = self.window(asked.person, part.scope.memory, before=part.scope.before)
            places = [replace(asked, it=value) for value in kept]
        else:
            places = [replace(asked, person=met, my=asked.person) for met in self._met(part, asked)]
        places = [one for one in places if part.where is None or self.value(part.where, one)]
        if part.kind == "count":
            return len(places)
        if part.of is None:
            values = [one.it for one in places] if part.scope.memory else [1 for _ in places]
        else:
            values = [self.value(part.of, one) for one in places]
        if part.kind == "sum":
            return sum(values)
        if part.kind == "any":
            return int(any(values))
        return max(values, default=0) if part.kind == "largest" else min(values, default=0)

    def _met(self, part: Aggregate, asked: Asked) -> list[int]:
        """Whom an aggregate meets, from the one who asks."""
        tree, scope, asker = self.tree(part.tree), part.scope, asked.person
        if scope.name == "everyone":
            return list(self.everybody)
        if asker not in tree.first:
            return []
        first, last = {"frontline": (1, 1), "levels": (scope.first, scope.last)}.get(scope.name, (1, 10**9))
        found = [asker] if scope.name in {"self", "self and team"} or first == 0 else []
        waiting = [(node, 1) for node in reversed(tree.legs(asker)) if scope.name != "self"]
        if scope.name == "leg":
            slot = self.plan.trees[part.tree or self.plan.main_tree].slots.index(scope.slot)
            waiting = [(node, level) for node, level in waiting if tree.slot[node] == slot]
        while waiting:
            node, level = waiting.pop()
            met = tree.standing_at(node)
            one = replace(asked, person=met, my=asker)
            stops = met != NOBODY and part.until is not None and bool(self.value(part.until, one))
            skipped = met != NOBODY and part.skipping is not None and bool(self.value(part.skipping, one))
            if met != NOBODY and not skipped and first <= level <= last and (part.inclusive or not stops):
                found.append(met)
            if not stops and level <= last:
                deeper = level if skipped else level + 1
                waiting.extend((child, deeper) for child in reversed(tree.below[node]))
        return found


def compared(operator: str, left: int, right: int) -> bool:
    return {
        ">=": left >= right,
        "<=": left <= right,
        ">": left > right,
        "<": left < right,
        "==": left == right,
        "!=": left != right,
    }[operator]


def called(name: str, values: list[int]) -> int:
    if name == "highest":
        return max(values)
    if name == "lowest":
        return min(values)
    if name == "whole":
        return values[0] // values[1] if values[1] else 0
    exact = Fraction(values[0], MILLION)  # a product with a rate, in millionths
    return half_up(exact) if name == "round_half_up" else exact.__floor__()

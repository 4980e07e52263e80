"""Between which bounds a name can be, in a world of which something is known: nobody bought, say.

A bound that is not known is wide, so what comes out as impossible is impossible. Units as everywhere; truth is 0 to 1.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from commissions.core.language import (
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
from commissions.core.terms import MILLION, Plan, Table, Volume

FAR = 10**40  # further than anything
Span = tuple[int, int]
NOTHING: Span = (0, 0)
ANY: Span = (0, FAR)
EITHER: Span = (0, 1)


@dataclass
class World:
    """What is known: the volumes of the one asked (`mine`) and of others, and whether lines are a customer's."""

    plan: Plan
    volume: Callable[[Volume, bool], Span] = lambda volume, mine: ANY
    by_customer: Span = EITHER
    top: int = 0  # the highest rank that anybody can have
    memo: dict[tuple[str, bool], Span] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.volumes = {volume.name: volume for volume in self.plan.volumes}
        self.climb()

    def climb(self) -> None:
        """Ranks that can be had, from below: a rank may need others to have one that nobody has yet."""
        while True:
            self.memo.clear()
            top = max((step for step in range(len(self.plan.ladder)) if self.reaches(step)), default=0)
            if top <= self.top:
                return
            self.top = top

    def reaches(self, step: int) -> bool:
        """Whether everything that a rank needs can hold, each for itself."""
        return all(self.span(one.have)[1] >= one.need for one in self.plan.ladder[step].requirements)

    def can(self, test: Expression | None) -> bool:
        """Whether a test can hold; no test always does."""
        return test is None or self.span(test)[1] > 0

    def span(self, expression: Expression, mine: bool = True) -> Span:
        """The bounds of an expression, asked of the one or of others."""
        found: Span = _SPANS[type(expression)](self, expression, mine)
        return found

    def named(self, name: str, mine: bool) -> Span:
        """The bounds of a name. One that needs itself is as wide as its unit."""
        if (name, mine) not in self.memo:
            self.memo[name, mine] = self.widest(name)
            self.memo[name, mine] = self.find(name, mine)
        return self.memo[name, mine]

    def find(self, name: str, mine: bool) -> Span:
        plan = self.plan
        if name in self.volumes:
            return self.of_volume(self.volumes[name], mine)
        if name in plan.memories:
            return self.remembered(name, mine)
        if name in plan.expressions:
            return self.span(plan.expressions[name], mine)
        return self.widest(name)

    def widest(self, name: str) -> Span:
        unit = "rank" if name == "rank" else self.plan.units.get(name, "")
        unit = self.plan.memories[name].unit if name in self.plan.memories else unit
        if name in self.plan.statuses or unit == "truth":
            return EITHER
        return (0, self.top) if unit == "rank" else ANY

    def of_volume(self, volume: Volume, mine: bool) -> Span:
        bounds = self.volume(volume, mine)
        if volume.expression is None or bounds == NOTHING:
            return bounds
        return _meet(bounds, self.span(volume.expression, mine))

    def remembered(self, name: str, mine: bool) -> Span:
        """What a memory can become, period after period."""
        memory = self.plan.memories[name]
        if memory.keeps or memory.becomes is None:
            return self.span(memory.of, mine) if memory.of is not None else ANY
        bounds = (memory.starts, memory.starts)
        for _ in range(3):
            self.memo[name, mine] = bounds
            wider = _join(bounds, self.span(memory.becomes, mine))
            if wider == bounds:
                return bounds
            bounds = wider
        low, high = self.widest(name)
        return (-FAR if bounds[0] < min(low, memory.starts) else low, max(high, bounds[1]))


# --- bounds -----------------------------------------------------------------------------------------------------------
def _join(left: Span, right: Span) -> Span:
    return min(left[0], right[0]), max(left[1], right[1])


def _meet(left: Span, right: Span) -> Span:
    low, high = max(left[0], right[0]), min(left[1], right[1])
    return (low, high) if low <= high else right


def _near(number: int) -> int:
    return max(-FAR, min(FAR, number))


def _times(left: Span, right: Span) -> Span:
    products = [_near(one * other) for one in left for other in right]
    return min(products), max(products)


# --- parts ------------------------------------------------------------------------------------------------------------
def _word(world: World, word: Word, mine: bool) -> Span:
    if word.prefix == "line":
        if word.name == "by_customer":
            return world.by_customer
        return world.of_volume(world.volumes[word.name], mine) if word.name in world.volumes else ANY
    if word.prefix not in {"", "my", "earner", "seller"}:
        return 0, len(world.plan.ladder) - 1
    if word.name in world.plan.tables:
        return _lookup(world, Lookup(word.name), mine)
    return world.named(word.name, mine)


def _compare(world: World, compare: Compare, mine: bool) -> Span:
    (low, high), (least, most) = world.span(compare.left, mine), world.span(compare.right, mine)
    always, never = {
        ">=": (low >= most, high < least),
        ">": (low > most, high <= least),
        "<=": (high <= least, low > most),
        "<": (high < least, low >= most),
        "==": (low == high == least == most, high < least or low > most),
        "!=": (high < least or low > most, low == high == least == most),
    }[compare.operator]
    return (1, 1) if always else NOTHING if never else EITHER


def _arithmetic(world: World, sides: Arithmetic, mine: bool) -> Span:
    (low, high), (least, most) = world.span(sides.left, mine), world.span(sides.right, mine)
    if sides.operator == "*":
        return _times((low, high), (least, most))
    if sides.operator == "+":
        return _near(low + least), _near(high + most)
    return _near(low - most), _near(high - least)


def _logic(world: World, logic: Logic, mine: bool) -> Span:
    left, right = world.span(logic.left, mine), world.span(logic.right, mine)
    pick = min if logic.operator == "and" else max
    return pick(left[0], right[0]), pick(left[1], right[1])


def _choose(world: World, choose: Choose, mine: bool) -> Span:
    low, high = world.span(choose.test, mine)
    if low == high:
        return world.span(choose.then if high else choose.otherwise, mine)
    return _join(world.span(choose.then, mine), world.span(choose.otherwise, mine))


def _call(world: World, call: Call, mine: bool) -> Span:
    spans = [world.span(one, mine) for one in call.arguments]
    if call.name in {"highest", "lowest"}:
        pick = max if call.name == "highest" else min
        return pick(low for low, _ in spans), pick(high for _, high in spans)
    low, high = spans[0]
    if call.name == "whole":
        return NOTHING if (low, high) == NOTHING else (min(low, 0), high)
    return low // MILLION, high if high == FAR else -(-high // MILLION)


def _lookup(world: World, lookup: Lookup, mine: bool) -> Span:
    table = world.plan.tables[lookup.table]
    spans = [
        world.span(lookup.arguments[at] if at < len(lookup.arguments) else axis.by, mine)
        for at, axis in enumerate(table.axes)
    ]
    cells = [
        _cell(table, (first, second))
        for first in _places(table, 0, spans)
        for second in _places(table, 1, spans)
    ]
    if table.reading == "marginal":
        return 0, _near(max(cells, default=0) * max(0, spans[0][1]))
    return min(cells), max(cells)


def _places(table: Table, at: int, spans: list[Span]) -> list[int]:
    """Values of an axis at which another row may begin."""
    if at >= len(table.axes):
        return [0]
    low, high = spans[at]
    inside = [key for key in table.axes[at].keys if low <= key <= high]
    return [low, *inside, high]


def _cell(table: Table, values: tuple[int, int]) -> int:
    return table.at(*values[: len(table.axes)])


def _aggregate(world: World, aggregate: Aggregate, mine: bool) -> Span:
    scope = aggregate.scope
    if scope.name == "memory":
        keeps = world.plan.memories[scope.memory].keeps
        world.memo["it", mine] = world.named(scope.memory, mine)
        return _over(world, aggregate, mine, keeps)
    if scope.name == "self":
        return _over(world, aggregate, mine, 1)
    others = _over(world, aggregate, False, people(world.plan, aggregate))
    if scope.name != "self and team":
        return others
    own = _over(world, aggregate, mine, 1)
    if aggregate.kind in {"sum", "count"}:
        return _near(own[0] + others[0]), _near(own[1] + others[1])
    return _join(own, others)


def _over(world: World, aggregate: Aggregate, mine: bool, most: int) -> Span:
    """So many values at most, each within the bounds of one."""
    if aggregate.where is not None and world.span(aggregate.where, mine)[1] <= 0:
        return NOTHING
    low, high = world.span(aggregate.of, mine) if aggregate.of is not None else (0, 1)
    if aggregate.kind in {"sum", "count"}:
        return _near(min(0, low) * most), _near(max(0, high) * most)
    return min(0, low), high


def people(plan: Plan, aggregate: Aggregate) -> int:
    """How many can be met at most; slots bound levels and the front line."""
    slots = len(plan.trees[aggregate.tree or plan.main_tree].slots)
    scope = aggregate.scope
    if not slots or scope.name not in {"frontline", "levels"}:
        return FAR
    first, last = (1, 1) if scope.name == "frontline" else (scope.first, scope.last)
    return sum(slots**level for level in range(first, last + 1))


def _legs(world: World, legs: Legs, mine: bool) -> Span:
    most = len(world.plan.trees[legs.tree or world.plan.main_tree].slots) or FAR
    return 0, most if world.span(legs.test, False)[1] > 0 else 0


def _legs_once(world: World, legs: LegsOnce, mine: bool) -> Span:
    return 0, int(all(world.span(test, False)[1] > 0 for test in legs.tests))


def _capped(world: World, capped: Capped, mine: bool) -> Span:
    cap = world.plan.caps[capped.name]
    own = world.named(cap.own, mine)[1] if cap.own_volume != "excluded" else 0
    legs = FAR if world.named(cap.leg, False)[1] > 0 and cap.cap else 0
    return 0, _near(own + legs)


_SPANS: dict[type, Callable[..., Any]] = {
    Number: lambda world, number, mine: (number.value, number.value),
    Word: _word,
    Not: lambda world, negation, mine: tuple(1 - end for end in reversed(world.span(negation.of, mine))),
    Logic: _logic,
    Compare: _compare,
    Arithmetic: _arithmetic,
    Choose: _choose,
    Call: _call,
    Lookup: _lookup,
    Aggregate: _aggregate,
    Legs: _legs,
    LegsOnce: _legs_once,
    Mine: lambda world, mine_, mine: EITHER,
    Before: lambda world, before, mine: world.named(before.memory, mine),
    Capped: _capped,
}

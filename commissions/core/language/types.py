"""Units: points and money do not mix. Literals become integers of the other side's unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from commissions.core.language.syntax import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Choose,
    Compare,
    Expression,
    Legs,
    Literal,
    Logic,
    Not,
    Number,
    Word,
)

BARE = "number"  # a literal whose unit the other side decides
LARGEST_LITERAL = 10**15
DECIMALS = {"points": 2, "count": 0, "days": 0, "rate": 6}
ORDERED = {"points", "money", "count", "days", "rate", "rank"}


class TypeProblem(ValueError):
    """An expression that can be read but means nothing, naming both sides."""


@dataclass(frozen=True, slots=True)
class Names:
    """What words mean where an expression stands: each name's unit."""

    plain: Mapping[str, str]
    line: Mapping[str, str]
    seller: Mapping[str, str]
    earner: Mapping[str, str]
    person: Mapping[str, str]  # inside an aggregate: the person met
    memories: Mapping[str, str]
    ranks: Mapping[str, int]
    currency: str
    exponent: int
    my: Mapping[str, str] = field(default_factory=dict)  # inside an aggregate: the one who asks
    itself: str = ""  # the memory the expression stands in

    def unit_of(self, word: Word) -> str:
        known: Mapping[str, str] = getattr(self, word.prefix or "plain")
        if word.name not in known:
            shown = f"{word.prefix}.{word.name}" if word.prefix else word.name
            near = sorted({*known, *(self.ranks if not word.prefix else ())})
            raise TypeProblem(f"{shown!r} is not known here; known are {', '.join(near) or 'no names'}")
        return known[word.name]

    def met(self, scope: str) -> "Names":
        """Inside an aggregate words mean the person met. The one who asks is known over the front line alone."""
        return replace(self, plain=self.person, my=self.plain if scope == "frontline" else {})


Understood = tuple[Expression, str]


def understand(expression: Expression, names: Names) -> Understood:
    """The expression with its literals turned into integers, and its unit. Raises TypeProblem."""
    match expression:
        case Literal():
            return _literal(expression, names)
        case Number():
            return expression, expression.unit
        case Word():
            if not expression.prefix and expression.name in names.ranks:
                return Number(names.ranks[expression.name], "rank"), "rank"
            return expression, names.unit_of(expression)
        case Not():
            return Not(_of_unit(expression.of, "truth", names, "not")), "truth"
        case Logic():
            word = expression.operator
            left, right = (
                _of_unit(side, "truth", names, word) for side in (expression.left, expression.right)
            )
            return Logic(word, left, right), "truth"
        case Compare():
            return _compare(expression, names)
        case Arithmetic():
            return _arithmetic(expression, names)
        case Choose():
            test = _of_unit(expression.test, "truth", names, "if")
            (then, otherwise), unit = _alike([expression.then, expression.otherwise], names, "if … else")
            return Choose(test, then, otherwise), unit
        case Aggregate():
            return _aggregate(expression, names)
        case Legs():
            return Legs(_of_unit(expression.test, "truth", names.met("legs"), "legs()")), "count"
        case Before():
            memory = expression.memory or names.itself
            if memory not in names.memories:
                raise TypeProblem(
                    f"{memory!r} is not a memory of this plan" if memory else "before what? before(title)"
                )
            return Before(memory), names.memories[memory]
        case Call():
            return _call(expression, names)


def in_unit(literal: Literal, unit: str, names: Names) -> Number:
    """A literal as an integer of a unit; one digit too many is refused, never rounded. Raises TypeProblem."""
    own = _own_unit(literal, names)
    if own != BARE and own != unit:
        raise TypeProblem(f"{literal.digits}{literal.suffix} is {own}, not {unit}")
    decimals = {**DECIMALS, "money": names.exponent}.get(unit)
    if decimals is None:
        raise TypeProblem(f"a number cannot stand for {unit}")
    if literal.suffix == "%":
        decimals = 4
    whole, _, fraction = literal.digits.partition(".")
    if len(fraction) > decimals:
        raise TypeProblem(
            f"{literal.digits}{literal.suffix} has more than {decimals} decimals, too many for {unit}"
        )
    value = int(whole + fraction.ljust(decimals, "0"))
    if value > LARGEST_LITERAL:
        raise TypeProblem(f"{literal.digits} is too large")
    return Number(value, unit)


def _own_unit(literal: Literal, names: Names) -> str:
    if literal.suffix in {"", "%", "points", "days"}:
        return {"": BARE, "%": "rate", "points": "points", "days": "days"}[literal.suffix]
    if literal.suffix == names.currency or not names.currency:
        return "money"
    raise TypeProblem(f"{literal.suffix} is not the plan's currency, {names.currency}")


def _literal(literal: Literal, names: Names) -> Understood:
    unit = _own_unit(literal, names)
    return (literal, BARE) if unit == BARE else (in_unit(literal, unit, names), unit)


def _of_unit(expression: Expression, unit: str, names: Names, where: str) -> Expression:
    found, has = understand(expression, names)
    if has == BARE and isinstance(found, Literal) and unit != "truth":
        return in_unit(found, unit, names)
    if has != unit:
        raise TypeProblem(f"{where} needs {_a(unit)}, not {_a(has)}")
    return found


def _alike(sides: list[Expression], names: Names, where: str) -> tuple[list[Expression], str]:
    """All sides in one unit; bare numbers take the unit of the others, or are counts among themselves."""
    found = [understand(side, names) for side in sides]
    units = {unit for _, unit in found if unit != BARE}
    if len(units) > 1:
        raise TypeProblem(f"{where}: {' and '.join(_a(unit) for unit in sorted(units))} do not go together")
    unit = units.pop() if units else "count"
    return [in_unit(side, unit, names) if isinstance(side, Literal) else side for side, _ in found], unit


def _compare(compare: Compare, names: Names) -> Understood:
    (left, right), unit = _alike([compare.left, compare.right], names, compare.operator)
    if unit not in ORDERED and compare.operator not in {"==", "!="}:
        raise TypeProblem(f"{compare.operator} does not order {_a(unit)}")
    return Compare(compare.operator, left, right), "truth"


def _arithmetic(sides: Arithmetic, names: Names) -> Understood:
    if sides.operator != "*":
        (left, right), unit = _alike([sides.left, sides.right], names, sides.operator)
        if unit in {"truth", "rank"}:
            raise TypeProblem(f"{sides.operator} does not work on {_a(unit)}")
        return Arithmetic(sides.operator, left, right), unit
    (left, unit), (right, other) = understand(sides.left, names), understand(sides.right, names)
    for first, its, second, others in ((left, unit, right, other), (right, other, left, unit)):
        if others in {BARE, "count"} and its in {"points", "money", "count", "days", BARE}:
            factor = in_unit(second, "count", names) if isinstance(second, Literal) else second
            base = in_unit(first, "count", names) if isinstance(first, Literal) else first
            return Arithmetic("*", base, factor), "count" if its == BARE else its
        if others == "rate" and its in {"points", "money"}:
            return Arithmetic("*", first, second), f"exact {its}"
    raise TypeProblem(f"* does not work between {_a(unit)} and {_a(other)}")


def _aggregate(aggregate: Aggregate, names: Names) -> Understood:
    where = (
        _of_unit(aggregate.where, "truth", names.met(aggregate.scope), "where") if aggregate.where else None
    )
    if aggregate.kind == "count":
        if aggregate.of is not None:
            raise TypeProblem("count() counts people: count(team where …)")
        return replace(aggregate, where=where), "count"
    if aggregate.of is None:
        raise TypeProblem(f"{aggregate.kind}() needs something to look at: {aggregate.kind}(pv of team)")
    if aggregate.kind == "any":
        return replace(
            aggregate, of=_of_unit(aggregate.of, "truth", names.met(aggregate.scope), "any()"), where=where
        ), "truth"
    of, unit = understand(aggregate.of, names.met(aggregate.scope))
    if unit not in {"points", "money", "count"}:
        raise TypeProblem(f"{aggregate.kind}() does not work on {_a(unit)}")
    if aggregate.kind in {"largest", "smallest"} and aggregate.scope != "frontline":
        raise TypeProblem(f"{aggregate.kind}() is supported over the frontline only")
    return replace(aggregate, of=of, where=where), unit


def _call(call: Call, names: Names) -> Understood:
    if call.name in {"highest", "lowest"}:
        if len(call.arguments) < 2:
            raise TypeProblem(f"{call.name}() compares two or more, separated by ;")
        found, unit = _alike(list(call.arguments), names, call.name)
        if unit not in ORDERED:
            raise TypeProblem(f"{call.name}() does not order {_a(unit)}")
        return Call(call.name, tuple(found)), unit
    if len(call.arguments) != 1:
        raise TypeProblem(f"{call.name}() takes one value")
    inner, unit = understand(call.arguments[0], names)
    if not unit.startswith("exact "):
        raise TypeProblem(f"{call.name}() rounds a product with a rate; {_a(unit)} is whole already")
    return Call(call.name, (inner,)), unit.removeprefix("exact ")


def _a(unit: str) -> str:
    return {
        BARE: "a bare number",
        "truth": "a condition",
        "rank": "a rank",
        "rate": "a rate",
        "count": "a count",
    }.get(unit, unit)

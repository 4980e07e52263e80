"""Units: points and money do not mix. Literals become integers of the other side's unit. Sums over people: sums.py."""

from collections.abc import Callable

from commissions.core.language.names import Names, TypeProblem
from commissions.core.language.syntax import (
    Arithmetic,
    Before,
    Call,
    Capped,
    Choose,
    Compare,
    Expression,
    Literal,
    Logic,
    Lookup,
    Not,
    Number,
    TreeOf,
    Word,
)
from commissions.core.language.units import BARE, a_unit, exactly, in_unit, own_unit

LARGEST_FACTOR = 10**6  # of a product: what is larger takes any real volume beyond 64 bits
ORDERED = {"points", "money", "count", "days", "rate", "rank"}
ADDED = {"points", "money", "count", "days", "rate"}
Understood = tuple[Expression, str]


def understand(expression: Expression, names: Names) -> Understood:
    """The expression with its literals turned into integers, its tables and capped measures found, and its unit.

    A unit that begins with "exact " has six decimals more: a product with a rate. Where such a product meets a whole
    value, that is written as a product with 100 %, so that both sides are exact. Raises TypeProblem.
    """
    return RULES[type(expression)](expression, names)


def of_unit(expression: Expression, unit: str, names: Names, where: str) -> Expression:
    """The expression understood, in this unit and no other. Raises TypeProblem, which begins with `where`."""
    found, has = understand(expression, names)
    if has == BARE and isinstance(found, Literal) and unit != "truth":
        return in_unit(found, unit, names)
    if has != unit:
        raise TypeProblem(f"{where} needs {a_unit(unit)}, not {a_unit(has)}")
    return found


# --- values -----------------------------------------------------------------------------------------------------------
def _literal(literal: Literal, names: Names) -> Understood:
    unit = own_unit(literal, names)
    return (literal, BARE) if unit == BARE else (in_unit(literal, unit, names), unit)


def _number(number: Number, names: Names) -> Understood:
    return number, number.unit


def _word(word: Word, names: Names) -> Understood:
    if word.prefix or word.name in names.plain:
        return word, names.unit_of(word)
    if word.name in names.ranks:
        return Number(names.ranks[word.name], "rank"), "rank"
    if word.name in names.tables:
        return _lookup(Lookup(word.name), names)
    return word, names.unit_of(word)


def _before(before: Before, names: Names) -> Understood:
    memory = before.memory or names.itself
    if memory in names.windows and memory not in names.memories:
        raise TypeProblem(f"before({memory}) keeps periods: say which, as in largest(before({memory}))")
    if memory not in names.memories:
        raise TypeProblem(
            f"{memory!r} is not a memory of this plan" if memory else "before what? before(title)"
        )
    return Before(memory), names.memories[memory]


def _capped(capped: Capped, names: Names) -> Understood:
    return capped, {**names.requirement_caps, **names.person}[capped.name]


def _tree_of(place: TreeOf, names: Names) -> Understood:
    for tree in (place.tree, place.of):
        if names.plain.get(tree) != "place":
            names.tree(tree)
            raise TypeProblem(f"{tree!r} is a tree of positions; a rule reads trees of people")
    return place, "place"


def _lookup(lookup: Lookup, names: Names) -> Understood:
    table, given = names.table(lookup.table), lookup.arguments
    if len(given) > len(table.axes):
        raise TypeProblem(f"{lookup.table}() takes {len(table.axes)} at most, not {len(given)}")
    found = [
        of_unit(value, axis.unit, names, f"{lookup.table}()")
        for value, axis in zip(given, table.axes[: len(given)], strict=True)
    ]
    for axis in table.axes[len(given) :]:
        for asked in sorted(axis.asks):
            if not names.knows(asked):
                what = {"person": "a person's own numbers", "line": "the order line"}.get(asked, asked)
                raise TypeProblem(f"the table {lookup.table} is read by {what}, which is not known here")
    unit = f"exact {table.axes[0].unit}" if table.marginal else table.unit
    return Lookup(lookup.table, tuple(found)), unit


# --- operators --------------------------------------------------------------------------------------------------------
def _not(negation: Not, names: Names) -> Understood:
    return Not(of_unit(negation.of, "truth", names, "not")), "truth"


def _logic(logic: Logic, names: Names) -> Understood:
    left, right = (of_unit(side, "truth", names, logic.operator) for side in (logic.left, logic.right))
    return Logic(logic.operator, left, right), "truth"


def _alike(sides: list[Expression], names: Names, where: str) -> tuple[list[Expression], str]:
    """All sides in one unit; bare numbers take the unit of the others, or are counts among themselves."""
    found = [understand(side, names) for side in sides]
    units = {unit.removeprefix("exact ") for _, unit in found if unit != BARE}
    if len(units) > 1:
        raise TypeProblem(
            f"{where}: {' and '.join(a_unit(unit) for unit in sorted(units))} do not go together"
        )
    unit = units.pop() if units else "count"
    whole: list[Expression] = [
        in_unit(side, unit, names) if isinstance(side, Literal) else side for side, _ in found
    ]
    if not any(has.startswith("exact ") for _, has in found):
        return whole, unit
    exact = [
        side if has.startswith("exact ") else exactly(side)
        for side, (_, has) in zip(whole, found, strict=True)
    ]
    return exact, f"exact {unit}"


def _compare(compare: Compare, names: Names) -> Understood:
    for side, other in ((compare.left, compare.right), (compare.right, compare.left)):
        if isinstance(side, Word) and not side.prefix and side.name in names.requirement_caps:
            return _against_requirement(side, compare, other, names)
    (left, right), unit = _alike([compare.left, compare.right], names, compare.operator)
    if unit.removeprefix("exact ") not in ORDERED and (
        unit == "place" or compare.operator not in {"==", "!="}
    ):
        raise TypeProblem(f"{compare.operator} does not order {a_unit(unit)}")
    return Compare(compare.operator, left, right), "truth"


def _against_requirement(capped: Word, compare: Compare, need: Expression, names: Names) -> Understood:
    """A measure whose legs are capped by the requirement: it has a value only against one."""
    unit = names.requirement_caps[capped.name]
    if compare.left is not capped or compare.operator != ">=" or not isinstance(need, Literal | Number):
        raise TypeProblem(
            f"{capped.name} is capped by the requirement (leg_cap_base: requirement), so it stands only left of >= "
            f"and a number: {capped.name} >= 5_000"
        )
    number = of_unit(need, unit, names, ">=")
    assert isinstance(number, Number)  # noqa: S101  (a literal in a unit is a number)
    return Compare(">=", Capped(capped.name, number.value), number), "truth"


def _arithmetic(sides: Arithmetic, names: Names) -> Understood:
    if sides.operator == "*":
        return _product(sides, names)
    (left, right), unit = _alike([sides.left, sides.right], names, sides.operator)
    if unit.removeprefix("exact ") not in ADDED:
        raise TypeProblem(f"{sides.operator} does not work on {a_unit(unit)}")
    return Arithmetic(sides.operator, left, right), unit


def _product(sides: Arithmetic, names: Names) -> Understood:
    (left, unit), (right, other) = understand(sides.left, names), understand(sides.right, names)
    for first, its, second, others in ((left, unit, right, other), (right, other, left, unit)):
        if others in {BARE, "count"} and its in {*ADDED, BARE}:
            base, factor = (
                in_unit(x, "count", names) if isinstance(x, Literal) else x for x in (first, second)
            )
            for number in (base, factor):
                if isinstance(number, Number) and number.unit == "count" and number.value > LARGEST_FACTOR:
                    raise TypeProblem(
                        f"{number.value} is too large a factor; the largest is {LARGEST_FACTOR}"
                    )
            return Arithmetic("*", base, factor), "count" if its == BARE else its
        if others == "rate" and its in {"points", "money", "rate"}:
            return Arithmetic("*", first, second), f"exact {its}"
    if "rate" in {unit, other} and any(each.startswith("exact ") for each in (unit, other)):
        raise TypeProblem("a share of a share has more decimals than money's millionths; write round_half_up(…) or "
                          "round_down(…) around the first")  # fmt: skip
    raise TypeProblem(f"* does not work between {a_unit(unit)} and {a_unit(other)}")


def _choose(choose: Choose, names: Names) -> Understood:
    test = of_unit(choose.test, "truth", names, "if")
    (then, otherwise), unit = _alike([choose.then, choose.otherwise], names, "if … else")
    return Choose(test, then, otherwise), unit


def _call(call: Call, names: Names) -> Understood:
    if call.name in {"highest", "lowest"}:
        if len(call.arguments) < 2:
            raise TypeProblem(f"{call.name}() compares two or more, separated by ;")
        found, unit = _alike(list(call.arguments), names, call.name)
        if unit.removeprefix("exact ") not in ORDERED:
            raise TypeProblem(f"{call.name}() does not order {a_unit(unit)}")
        return Call(call.name, tuple(found)), unit
    if call.name == "whole":
        found, unit = _alike(list(call.arguments), names, "whole()")
        if unit not in ADDED:
            raise TypeProblem(f"whole() does not divide {a_unit(unit)}")
        if isinstance(found[1], Number) and not found[1].value:
            raise TypeProblem("whole() divides by nothing")
        return Call("whole", tuple(found)), "count"
    if len(call.arguments) != 1:
        raise TypeProblem(f"{call.name}() takes one value")
    inner, unit = understand(call.arguments[0], names)
    if not unit.startswith("exact "):
        raise TypeProblem(f"{call.name}() rounds a product with a rate; {a_unit(unit)} is whole already")
    return Call(call.name, (inner,)), unit.removeprefix("exact ")


# One rule for each part of the language; sums.py adds those over people.
RULES: dict[type, Callable[..., Understood]] = {
    Literal: _literal,
    Number: _number,
    Word: _word,
    Before: _before,
    Capped: _capped,
    TreeOf: _tree_of,
    Lookup: _lookup,
    Not: _not,
    Logic: _logic,
    Compare: _compare,
    Arithmetic: _arithmetic,
    Choose: _choose,
    Call: _call,
}

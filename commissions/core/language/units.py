"""Literals become integers of a unit, exactly or not at all."""

from commissions.core.language.names import Names, TypeProblem
from commissions.core.language.syntax import Arithmetic, Expression, Literal, Number

BARE = "number"  # a literal whose unit the other side decides
LARGEST_LITERAL = 10**15
DECIMALS = {"points": 2, "count": 0, "days": 0}
ALL = 1_000_000  # 100 %
LARGEST_RATE = 10 * ALL


def in_unit(literal: Literal, unit: str, names: Names) -> Number:
    """A literal as an integer of a unit; one digit too many is refused, never rounded. Raises TypeProblem."""
    own, shown = own_unit(literal, names), _shown(literal)
    if own == BARE and unit == "money" and int(literal.digits.replace(".", "")[:40]):
        raise TypeProblem(
            f"{shown} is a bare number where money is meant; write {shown} {names.currency}".rstrip()
        )
    if own == BARE and unit == "rate":
        raise TypeProblem(f"{shown} is a bare number where a rate is meant; write {shown}%")
    if own not in {BARE, unit}:
        raise TypeProblem(f"{shown} is {a_unit(own)}, not {a_unit(unit)}")
    return scaled(literal, unit, names)


def scaled(literal: Literal, unit: str, names: Names) -> Number:
    """The digits of a literal as an integer of a unit, whatever unit it names. Raises TypeProblem."""
    decimals = {**DECIMALS, "money": names.exponent, "rate": 4}.get(unit)
    if decimals is None:
        raise TypeProblem(f"a number cannot stand for {a_unit(unit)}")
    whole, _, fraction = literal.digits.partition(".")
    if len(fraction) > decimals:
        raise TypeProblem(f"{_shown(literal)} has more than {decimals} decimals, too many for {a_unit(unit)}")
    # The length comes first: int() of thousands of digits takes its time.
    if len(whole) > 16 or (value := int(whole + fraction.ljust(decimals, "0"))) > LARGEST_LITERAL:
        raise TypeProblem(
            f"{_shown(literal)} is too large; an amount has at most {LARGEST_LITERAL} of the smallest unit"
        )
    if unit == "rate" and value > LARGEST_RATE:
        raise TypeProblem(f"{_shown(literal)} is more than {LARGEST_RATE // 10_000} %")
    return Number(value, unit)


def own_unit(literal: Literal, names: Names) -> str:
    """The unit a literal names; BARE when it names none. Raises TypeProblem."""
    if literal.suffix in {"", "%", "points", "days"}:
        return {"": BARE, "%": "rate", "points": "points", "days": "days"}[literal.suffix]
    if literal.suffix == names.currency or not names.currency:
        return "money"
    raise TypeProblem(f"{literal.suffix} is not the plan's currency, {names.currency}")


def _shown(literal: Literal) -> str:
    digits = literal.digits if len(literal.digits) <= 20 else literal.digits[:20] + "…"
    return digits + (
        literal.suffix if literal.suffix == "%" else f" {literal.suffix}" if literal.suffix else ""
    )


def a_unit(unit: str) -> str:
    """A unit with its article, for sentences."""
    return {
        BARE: "a bare number",
        "truth": "a condition",
        "rank": "a rank",
        "rate": "a rate",
        "count": "a count",
        "place": "a place in a tree",
    }.get(unit, f"a share of {unit.removeprefix('exact ')}" if unit.startswith("exact ") else unit)


def exactly(expression: Expression) -> Expression:
    """A whole value as a product with 100 %."""
    return Arithmetic("*", expression, Number(ALL, "rate"))

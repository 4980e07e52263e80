"""Kits, fees and courses: what is bought in order to take part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from commissions.core.language import Expression, Word, parts
from commissions.core.linter.warning import BURNLOUNGE, CANADA, OMNITRITION, Doubt
from commissions.core.terms import Plan, Volume, Walk

PRICES = {"price", "list_price", "distributor_price"}


def pays_on_prices(plan: Plan) -> list[Doubt]:
    """Starter kits and fees have no volume, but they have a price: a bonus on prices pays for them too."""
    return [
        Doubt(
            "pays_on_prices",
            f"bonuses.{name}",
            f"it pays others on {on}, which is made of prices. A starter kit or a fee carries no volume but has a "
            "price, so it pays for signing people up. Pay on the commissionable volume",
            f"{BURNLOUNGE}; {CANADA}",
        )
        for name, on, words in _paid_volumes(plan)
        if words & PRICES and "commissionable" not in words
    ]


def pays_on_list_prices(plan: Plan) -> list[Doubt]:
    """Pay by the suggested retail price, whatever was paid."""
    return [
        Doubt(
            "pays_on_list_prices",
            f"bonuses.{name}",
            f"it pays others on {on}, the suggested retail price, whatever was really paid for the goods",
            OMNITRITION,
        )
        for name, on, words in _paid_volumes(plan)
        if words & PRICES == {"list_price"}
    ]


def _paid_volumes(plan: Plan) -> Iterator[tuple[str, str, set[str]]]:
    """(bonus, volume, the fields and prices it is made of) of walks that pay others than the seller."""
    for bonus in plan.bonuses:
        how = bonus.how
        if (
            isinstance(how, Walk)
            and how.source == "volume"
            and not (how.counts == "levels" and how.last == 0)
        ):
            yield bonus.name, how.on[0], set(_fields(plan, how.on[0]))


def _fields(plan: Plan, name: str) -> Iterator[str]:
    volumes = {volume.name: volume for volume in plan.volumes}
    volume: Volume = volumes[name]
    if volume.field:
        yield volume.field
    for word in parts(volume.expression) if volume.expression is not None else ():
        if isinstance(word, Word) and word.name in PRICES and word.prefix == "line":
            yield word.name
        elif isinstance(word, Word) and word.name in volumes:
            yield from _fields(plan, word.name)


def asks_for_what_may_be_bought(plan: Plan) -> list[Doubt]:
    """Inputs that gate pay or a rank: a course or a fee, perhaps."""
    gates = [bonus.earner for bonus in plan.bonuses] + [one.have for one in plan.requirements]
    gates += [plan.expressions[name] for name in sorted(plan.statuses)]
    asked = sorted({name for gate in gates if gate is not None for name in _inputs(plan, gate)})
    return [
        Doubt(
            "asks_for_what_may_be_bought",
            f"inputs.{name}",
            f"{name} is needed to be paid or to rise, and orders cannot tell it. If it is a fee or a course that "
            "costs money, taking part must be bought",
            CANADA,
        )
        for name in asked
    ]


def _inputs(plan: Plan, gate: Expression) -> set[str]:
    return {part.name for part in parts(gate) if isinstance(part, Word) and part.name in plan.inputs}


@dataclass(frozen=True, slots=True)
class Offered:
    """A starter kit or a fee as the shop has it."""

    name: str
    kind: str  # starter kit, fee
    qualifying: int  # hundredths of a point
    commissionable: int
    reason: str  # why it carries volume all the same


def carry_volume(offered: Sequence[Offered]) -> list[Doubt]:
    """Starter kits and fees that carry volume: what a newcomer pays to take part is then shared upward."""
    return [
        Doubt(
            "kits_carry_volume",
            f"products.{one.name}",
            f"this {one.kind} carries volume ({one.qualifying / 100:.2f} qualifying, {one.commissionable / 100:.2f} "
            f"commissionable), so bonuses on volume pay for signing people up. Reason given: {one.reason or 'none'}",
            f"{BURNLOUNGE}; {CANADA}",
        )
        for one in offered
        if one.qualifying or one.commissionable
    ]

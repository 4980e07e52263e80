"""What is known before people are: inputs, the volumes of order lines, and what a point is worth."""

from commissions.core.document import Section, nearest, shown
from commissions.core.language import Number
from commissions.core.reading import choices
from commissions.core.reading.draft import Draft, needs
from commissions.core.terms import MILLION, Volume

POINTS_OR_MONEY = ("qualifying", "commissionable")
MONEY = ("price", "list_price", "distributor_price")
WORTH = 10_000  # minor units per point to millionths of a minor unit per hundredth
MOST_WORTH = 10**9  # minor units per point


def inputs(draft: Draft) -> None:
    """`inputs:` — what orders cannot tell of a person: training passed, a fee paid."""
    for name, section in draft.sections("inputs", needed=False):
        told = len(draft.problems)
        unit = section.choice("unit", choices.INPUT_UNIT)
        if len(draft.problems) > told:
            draft.failed.add(name)
        section.choice("per", choices.PER)
        if draft.declare(name, unit, section.text("label", ""), section.line(""), f"inputs.{name}"):
            draft.inputs[name] = unit
        section.done()


def volumes(draft: Draft) -> None:
    """`volumes:` — one number per order line, a field of it or an expression. Each after those it needs."""
    pending: dict[str, tuple[Volume, Section]] = {}
    for name, section in draft.sections("volumes"):
        unit = section.choice("unit", choices.UNIT)
        label, says = section.text("label", ""), section.text("says", "")
        column, orders_of, returns = "", "self_and_customers", "in_period_of_return"
        if "is" in section.node.items:
            section.take("is")
        else:
            unit, column = _field(section, unit)
            orders_of = section.choice("orders_of", choices.ORDERS_OF)
            returns = section.choice("returns_count", choices.RETURNS_COUNT)
        section.done()
        if draft.declare(name, unit, label, section.line(""), f"volumes.{name}"):
            volume = Volume(name, draft.labels[name], unit, column, orders_of, None, says, returns)
            draft.volumes.append(volume)
            if not column:
                pending[name] = (volume, section)
    typed = {name: _typed(draft, volume, section) for name, (volume, section) in pending.items()}
    draft.volumes = in_order(
        draft, typed, {name: section.line("is") for name, (_, section) in pending.items()}
    )


def _field(section: Section, unit: str) -> tuple[str, str]:
    column = section.choice("field", (*POINTS_OR_MONEY, *MONEY))
    if column in MONEY and unit == "points":
        section.refuse("unit", f"{column} is money, not points", unit, ("money",))
        unit = "money"
    return unit, column


def _typed(draft: Draft, volume: Volume, section: Section) -> Volume:
    expression = draft.typed(section, "is", volume.unit, draft.names("volume"))
    return Volume(volume.name, volume.label, volume.unit, "", volume.orders_of, expression, volume.says)


def in_order(draft: Draft, typed: dict[str, Volume], lines: dict[str, int]) -> list[Volume]:
    """Fields first, then expressions, each after those it needs. Circles are refused."""
    found = {volume.name: volume for volume in draft.volumes if volume.name not in typed}

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            draft.refuse(lines[name], f"volumes.{name}.is", f"needs itself: {circle}")
            return
        expression = typed[name].expression
        for needed in sorted(needs(expression) & set(typed)) if expression else ():
            if needed not in found:
                visit(needed, [*path, name])
        found.setdefault(name, typed[name])

    for name in typed:
        if name not in found:
            visit(name, [])
    return list(found.values())


def point_value(draft: Draft) -> None:
    """`point_value: {pv: 18 INR}` — money per point, for bonuses on points."""
    node = draft.root.take("point_value")
    if node is None:
        return
    section = Section(node, "point_value", draft.problems)
    for name in section.rest():
        text = section.text(name)
        points = [known for known, unit in draft.units.items() if unit == "points"]
        if name not in points:
            section.refuse(
                name, f"{shown(name)} is not a volume or measure of points{nearest(name, points)}", name
            )
        value = draft.number(text, section.line(name), f"point_value.{name}", ("money",)) if text else None
        if isinstance(value, Number) and not 0 < value.value <= MOST_WORTH:
            said = f"a point is worth more than nothing and at most {MOST_WORTH} of the smallest unit"
            section.refuse(name, said, text)
        draft.worths[name] = value.value * WORTH if value else MILLION


def worth_of(draft: Draft, section: Section, of: str, unit: str) -> int | None:
    """`worth: pv` — what a point is worth, needed and allowed for points alone. None after noting a problem."""
    if unit != "points":
        if section.take("worth") is not None:
            section.refuse("worth", f"{of} is not in points; worth: says what a point is worth", "")
        return None
    text = section.text("worth", "")
    if not text:
        section.missing("worth", f"{of} is in points: say what one is worth, by a name under point_value",
                        tuple(draft.worths))  # fmt: skip
    elif text not in draft.worths:
        hint = nearest(text, list(draft.worths))
        section.refuse("worth", f"{shown(text)} is not under point_value{hint}", text, tuple(draft.worths))
    return draft.worths.get(text)

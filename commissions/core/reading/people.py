"""Volumes, measures, statuses and memory: the names a plan gives to numbers of order lines and of people."""

from commissions.core.document import Mapped, Section, Text
from commissions.core.language import (
    Expression,
    Number,
    SyntaxProblem,
    TypeProblem,
    Word,
    parse,
    parts,
    understand,
)
from commissions.core.reading.draft import NAME, TAKEN, Draft, needs, worded
from commissions.core.terms import Memory, Volume

POINTS_OR_MONEY = ("qualifying", "commissionable")
MONEY = ("price", "list_price", "distributor_price")


# --- volumes ----------------------------------------------------------------------------------------------------------
def volumes(draft: Draft) -> None:
    """`volumes:` — one number per order line, a field of it or an expression. Each after those it needs."""
    pending: dict[str, tuple[Volume, Section]] = {}
    for name, section in draft.sections("volumes"):
        unit = section.choice("unit", ("points", "money"))
        label, says = section.text("label", ""), section.text("says", "")
        if "is" in section.node.items:
            column, orders_of = "", "self_and_customers"
            section.take("is")
        else:
            unit, column, orders_of = _field(section, unit)
        section.done()
        if draft.declare(name, unit, label, section.line(""), f"volumes.{name}"):
            volume = Volume(name, draft.labels[name], unit, column, orders_of, None, says)
            draft.volumes.append(volume)
            if not column:
                pending[name] = (volume, section)
    typed = {name: _typed_volume(draft, volume, section) for name, (volume, section) in pending.items()}
    draft.volumes = _in_order(
        draft, typed, {name: section.line("is") for name, (_, section) in pending.items()}
    )


def _field(section: Section, unit: str) -> tuple[str, str, str]:
    column = section.choice("field", (*POINTS_OR_MONEY, *MONEY))
    if column in MONEY and unit == "points":
        section.refuse("unit", f"{column} is money, not points", unit, ("money",))
        unit = "money"
    orders_of = section.choice("orders_of", ("self", "self_and_customers", "customers"))
    section.choice(
        "returns_count", ("in_period_of_return",), later=("in_period_of_sale_while_open", "not_subtracted")
    )
    return unit, column, orders_of


def _typed_volume(draft: Draft, volume: Volume, section: Section) -> Volume:
    expression = draft.typed(section, "is", volume.unit, "volume")
    return Volume(volume.name, volume.label, volume.unit, "", volume.orders_of, expression, volume.says)


def _in_order(draft: Draft, typed: dict[str, Volume], lines: dict[str, int]) -> list[Volume]:
    """Fields first, then expressions, each after those it needs. Circles are refused."""
    found = {volume.name: volume for volume in draft.volumes if volume.name not in typed}

    def visit(name: str, path: list[str]) -> None:
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            draft.refuse(lines[name], f"volumes.{name}.is", f"needs itself: {circle}")
            return
        expression = typed[name].expression if name in typed else None
        for needed in sorted(needs(expression)) if expression else ():
            if needed not in found:
                visit(needed, [*path, name])
        found.setdefault(name, typed[name])

    for name in typed:
        if name not in found:
            visit(name, [])
    return list(found.values())


# --- measures and statuses --------------------------------------------------------------------------------------------
def measures_and_statuses(draft: Draft) -> None:
    """`measures:` and `statuses:` — a number, or true and false, per person and period."""
    raw: dict[str, tuple[Expression, int, str]] = {}
    for where, names in (("measures", draft.measures), ("statuses", draft.statuses)):
        section = draft.root.section(where)
        for name in section.rest():
            text, label = worded(draft, section.node.items[name], f"{where}.{name}", "is")
            line = section.line(name)
            try:
                expression = parse(text)
            except SyntaxProblem as problem:
                draft.refuse(line, f"{where}.{name}", str(problem), text)
                draft.failed.add(name)
                continue
            if draft.declare(
                name, "truth" if where == "statuses" else "points", label, line, f"{where}.{name}"
            ):
                raw[name] = (expression, line, where)
                names.append(name)
    _type_in_order(draft, raw)


def _type_in_order(draft: Draft, raw: dict[str, tuple[Expression, int, str]]) -> None:
    """A measure's unit is that of its expression, so what it needs is typed first. Circles are refused."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in done or name not in raw:
            return
        expression, line, where = raw[name]
        if name in path:
            circle = " → ".join([*path[path.index(name) :], name])
            draft.refuse(line, f"{where}.{name}", f"needs itself: {circle}")
            draft.failed.update(path)
            done.update(path)
            return
        for needed in sorted(needs(expression)):
            visit(needed, [*path, name])
        if name not in done:
            done.add(name)
            _type_one(draft, name, expression, line, where)

    for name in raw:
        visit(name, [])


def _type_one(draft: Draft, name: str, expression: Expression, line: int, where: str) -> None:
    if needs(expression) & draft.failed:
        draft.failed.add(name)
        return
    wanted = ("truth",) if where == "statuses" else ("points", "money", "count")
    try:
        found, unit = understand(expression, draft.names("person"))
        if unit not in wanted:
            raise TypeProblem(f"this is {unit}, not {' or '.join(wanted)}")
    except TypeProblem as problem:
        draft.refuse(line, f"{where}.{name}", str(problem))
        draft.failed.add(name)
        return
    draft.expressions[name], draft.units[name] = found, unit


def order_of_need(draft: Draft) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Measures and statuses, each after what it needs: those known before ranks, and those that need a rank."""
    draft.after_ranks = {"rank", *draft.memories}
    order: list[str] = []

    def visit(name: str) -> None:
        if name not in draft.expressions or name in order:
            return
        for needed in sorted(needs(draft.expressions[name])):
            visit(needed)
        order.append(name)

    for name in sorted(draft.expressions) if not draft.problems else []:
        visit(name)
    for name in order:
        if needs(draft.expressions[name]) & draft.after_ranks:
            draft.after_ranks.add(name)
    later = draft.after_ranks
    return tuple(name for name in order if name not in later), tuple(name for name in order if name in later)


# --- memory -----------------------------------------------------------------------------------------------------------
def memory_names(draft: Draft) -> None:
    """Memories are known by name and unit before anything is typed; what they become is read later."""
    node = draft.node.items.get("memory")
    for name, value in (node.items if isinstance(node, Mapped) else {}).items():
        starts = value.items.get("starts") if isinstance(value, Mapped) else None
        word = starts.value if isinstance(starts, Text) else ""
        unit, first = ("rank", draft.ranks[word]) if word in draft.ranks else ("count", 0)
        if word not in draft.ranks and word != "0":
            draft.refuse(value.line, f"memory.{name}.starts", "must be 0 or a rank", word)
            draft.failed.add(name)
        if name in {*draft.units, *draft.ranks, *TAKEN} or not NAME.match(name):
            draft.refuse(value.line, f"memory.{name}", "this name is taken, or not one word", name)
        draft.memories[name] = Memory(name, unit, first, Number(first, unit))


def memories(draft: Draft) -> None:
    """`memory:` — what each becomes at the period's end, from what was known before it and this period's rank."""
    for name, section in draft.sections("memory", needed=False):
        memory = draft.memories[name]
        section.text("starts")
        section.later("keeps", "of", "unit")
        if name in draft.failed:
            continue
        becomes = draft.typed(section, "becomes", memory.unit, itself=name)
        for part in parts(becomes) if becomes is not None else ():
            if isinstance(part, Word) and part.name in draft.memories:
                section.refuse("becomes", f"write before({part.name}) for its value when the period starts")
            elif isinstance(part, Word) and part.name in draft.after_ranks - {"rank"}:
                section.refuse("becomes", f"{part.name} needs a rank; only rank itself is supported here yet")
        section.done()
        draft.memories[name] = Memory(name, memory.unit, memory.starts, becomes or Number(0, memory.unit))

"""Units of names that need each other: what gives a name its unit is looked at alone, tests are not."""

from commissions.core.language import (
    Aggregate,
    Arithmetic,
    Before,
    Call,
    Choose,
    Compare,
    Expression,
    Legs,
    LegsOnce,
    Literal,
    Logic,
    Lookup,
    Mine,
    Not,
    Number,
    TypeProblem,
    Word,
    exactly,
    understand,
)
from commissions.core.language.units import BARE
from commissions.core.reading.draft import Draft, needs

TRUE = Number(1, "truth")


def infer(draft: Draft) -> None:
    """Gives every measure and memory its unit. A name whose unit hangs on itself is refused, with the circle."""
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> None:
        if name in done or name not in draft.raw:
            return
        if name in path:
            _circle(draft, [*path[path.index(name) :], name])
            done.update(path)
            return
        skeleton = bare(draft, draft.raw[name].expression, name)
        for needed in sorted(needs(skeleton)):
            visit(needed, [*path, name])
        if name not in done:
            done.add(name)
            _infer_one(draft, name, skeleton)

    for name in draft.raw:
        visit(name, [])


def _circle(draft: Draft, circle: list[str]) -> None:
    raw = draft.raw[circle[0]]
    draft.refuse(
        raw.line, raw.where, f"needs itself: {' → '.join(circle)}; nothing in it says what unit it has"
    )
    draft.failed.update(circle)


def _infer_one(draft: Draft, name: str, skeleton: Expression) -> None:
    if name in draft.failed or needs(skeleton) & draft.failed:
        draft.failed.add(name)
        return
    try:
        found, unit = understand(skeleton, draft.names(itself=name if name in draft.memory_units else ""))
    except TypeProblem as problem:
        raw = draft.raw[name]
        draft.refuse(raw.line, raw.where, str(problem), raw.text)
        draft.failed.add(name)
        return
    unit = "count" if unit == BARE and isinstance(found, Literal) else unit.removeprefix("exact ")
    if name in draft.measures and unit in {"truth", "place"}:
        raw = draft.raw[name]
        draft.refuse(
            raw.line,
            raw.where,
            "this is a condition, not a number; a condition stands under statuses",
            raw.text,
        )
        draft.failed.add(name)
        return
    if name in draft.windows:
        draft.windows[name] = unit
    elif name in draft.memory_units:
        draft.memory_units[name] = draft.memory_units[name] or unit
    else:
        draft.units.setdefault(name, unit)


def bare(draft: Draft, expression: Expression, itself: str = "") -> Expression:
    """What says the unit of an expression. Conditions are true, counts are counts, whatever is asked in them."""
    match expression:
        case Compare() | Not() | Logic() | LegsOnce() | Mine():
            return TRUE
        case Aggregate(kind="any"):
            return TRUE
        case Aggregate(kind="count") | Legs() | Call(name="whole"):
            return Number(0, "count")
        case Aggregate(kind, of, scope) if of is not None:
            return Aggregate(kind, bare(draft, of, itself), scope, tree=expression.tree)
        case Choose(_, then, otherwise):
            return Choose(TRUE, bare(draft, then, itself), bare(draft, otherwise, itself))
        case Arithmetic(operator, left, right):
            return Arithmetic(operator, bare(draft, left, itself), bare(draft, right, itself))
        case Call(name, arguments):
            return Call(name, tuple(bare(draft, one, itself) for one in arguments))
        case Before(memory) if memory in {"", itself}:
            known = draft.memory_units.get(itself)
            return Number(0, known) if known else Literal("0", "")
        case Lookup(table, arguments) if table in draft.axes:
            return _of_table(draft, table, arguments, itself)
        case Word("", table) if table in draft.axes:
            return _of_table(draft, table, (), itself)
        case _:
            return expression


def _of_table(draft: Draft, table: str, arguments: tuple[Expression, ...], itself: str) -> Expression:
    """A table's cells have a unit by themselves; a marginal table pays shares of what it is read by."""
    read = draft.axes[table]
    if not read.marginal or not read.by:
        return Number(0, read.unit)
    return exactly(bare(draft, arguments[0] if arguments else read.by[0], itself))

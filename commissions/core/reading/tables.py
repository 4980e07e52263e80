"""Tables: numbers by one or two axes."""

from dataclasses import dataclass

from commissions.core.document import Mapped, Node, Section, Text, nearest, shown, whole_number
from commissions.core.language import (
    AxisSignature,
    Expression,
    Literal,
    Signature,
    SyntaxProblem,
    TypeProblem,
    Word,
    parse,
    parts,
    understand,
)
from commissions.core.language.units import BARE, a_unit, in_unit
from commissions.core.reading import choices
from commissions.core.reading.draft import Draft, ReadBy, needs, texts_of
from commissions.core.terms import MILLION, Axis, Table

STEPS = ("level", "generation")
LAST_STEP = 100
MOST_RATE = 10 * MILLION
MOST_ROWS = 500
AXIS_UNITS = ("points", "money", "count", "rank", "days", "rate")


@dataclass(frozen=True, slots=True)
class Outline:
    """A table before its axes are understood."""

    section: Section
    reading: str
    rows: Section
    cells: tuple[Text, ...]


def outline(draft: Draft) -> dict[str, Outline]:
    """`tables:` — first what each is read by and the unit of its cells, which names may need."""
    found = {}
    for name, section in draft.sections("tables", needed=False):
        texts = texts_of(section.take("by"))
        if not 0 < len(texts) <= 2:
            section.missing(
                "by", "must be one or two things to read the table by, like rank or [level, rank]"
            )
        by = tuple(one for one in (_axis(draft, section, text) for text in texts[:2]) if one is not None)
        reading = section.choice("reading", choices.READING)
        section.text("label", "")
        rows = section.section("rows")
        cells = tuple(_cells_of(rows.node))
        section.done()
        if not draft.declare(name, "", "", section.line(""), f"tables.{name}"):
            continue
        draft.axes[name] = ReadBy(by, _cell_unit(draft, cells), reading == "marginal")
        found[name] = Outline(section, reading, rows, cells)
        if len(by) < len(texts[:2]) or not texts:
            draft.failed.add(name)
    return found


def _axis(draft: Draft, section: Section, text: Text) -> Expression | None:
    try:
        return parse(text.value)
    except SyntaxProblem as problem:
        draft.refuse(text.line, f"{section.name}.by", str(problem), text.value)
        return None


def _cells_of(node: Node) -> list[Text]:
    if isinstance(node, Mapped):
        return [cell for inner in node.items.values() for cell in _cells_of(inner)]
    return [node] if isinstance(node, Text) else []


def _cell_unit(draft: Draft, cells: tuple[Text, ...]) -> str:
    """Of the first cell that is not a bare 0; the others must agree, which is checked when they are read."""
    units = (_cell_unit_of(draft, cell.value) for cell in cells)
    return next((unit for unit in units if unit != BARE), "count")


def _cell_unit_of(draft: Draft, text: str) -> str:
    try:
        return understand(parse(text), draft.names())[1]
    except (SyntaxProblem, TypeProblem):
        return BARE  # told when the cell is read


def signatures(draft: Draft, outlines: dict[str, Outline]) -> None:
    """Each axis in its unit, now that names have theirs."""
    for name in outlines:
        read, axes = draft.axes[name], []
        for by in read.by:
            unit = "" if name in draft.failed or needs(by) & draft.failed else _unit_of_axis(draft, name, by)
            if not unit:
                draft.failed.add(name)
            axes.append(AxisSignature(unit, asked(draft, by)))
        draft.signatures[name] = Signature(read.unit, read.marginal, tuple(axes))


def _unit_of_axis(draft: Draft, name: str, by: Expression) -> str:
    section = Section(draft.root.section("tables").node.items[name], f"tables.{name}", draft.problems)
    try:
        _, unit = understand(by, draft.names("axis"))
        if unit not in AXIS_UNITS:
            raise TypeProblem(f"a table is not read by {a_unit(unit)}")
    except TypeProblem as problem:
        section.refuse("by", str(problem))
        return ""
    return unit


def asked(draft: Draft, by: Expression) -> frozenset[str]:
    """What must be known where the table is read."""
    found = set()
    for word in (part for part in parts(by) if isinstance(part, Word)):
        if word.prefix or word.name in STEPS:
            found.add(word.prefix or word.name)
        elif word.name not in draft.ranks:
            found.add("person")
    return frozenset(found - set(draft.other_plans))


# --- rows -------------------------------------------------------------------------------------------------------------
def tables(draft: Draft, outlines: dict[str, Outline]) -> None:
    """The rows, in the units of their axes."""
    for name, found in outlines.items():
        rows = _Rows(draft, name, found) if name not in draft.failed else None
        if rows is not None and rows.fits():
            draft.tables[name] = rows.table()
        else:
            draft.failed.add(name)


class _Rows:
    def __init__(self, draft: Draft, name: str, found: Outline) -> None:
        self.draft, self.name, self.found = draft, name, found
        self.read, self.signature = draft.axes[name], draft.signatures[name]

    def table(self) -> Table:
        rows, units = self.found.rows, [axis.unit for axis in self.signature.axes]
        exact = [isinstance(by, Word) and by.name in STEPS for by in self.read.by]
        outer = self.keyed(rows, units[0], exact[0])
        axes: tuple[Axis, ...]
        cells: list[tuple[int, ...]]
        if len(units) == 1:
            cells = [(self.cell(node, f"{rows.name}.{key}"),) for _, key, node in outer]
            axes = (self.axis(0, exact[0], tuple(value for value, _, _ in outer)),)
        else:
            axes, cells = self.two(outer, units[1], exact)
        if self.found.reading == "stacked":
            cells = _summed(cells)
        return Table(self.name, self.found.reading, self.signature.unit, axes, tuple(cells))

    def two(
        self, outer: list[tuple[int, str, Node]], unit: str, exact: list[bool]
    ) -> tuple[tuple[Axis, ...], list[tuple[int, ...]]]:
        """A row is a mapping by the second axis; what it does not write holds on from the key before, or is 0."""
        rows, written = self.found.rows, []
        for _, key, node in outer:
            inner = Section(node, f"{rows.name}.{key}", self.draft.problems)
            entries = self.keyed(inner, unit, exact[1])
            written.append({value: self.cell(cell, f"{inner.name}.{word}") for value, word, cell in entries})
        keys = tuple(sorted({value for row in written for value in row}))
        axes = (self.axis(0, exact[0], tuple(value for value, _, _ in outer)), self.axis(1, exact[1], keys))
        return axes, [_filled(row, keys, exact[1]) for row in written]

    def axis(self, place: int, exact: bool, keys: tuple[int, ...]) -> Axis:
        by, unit = understand(self.read.by[place], self.draft.names("axis"))
        return Axis(by, unit, exact, keys)

    def fits(self) -> bool:
        """Whether the axes go with the reading."""
        section, reading, axes = self.found.section, self.found.reading, self.signature.axes
        said = ""
        if reading != "cliff" and len(axes) > 1:
            said = f"a {reading} table is read by one thing"
        elif reading == "marginal" and (
            axes[0].unit not in {"points", "money"} or self.signature.unit != "rate"
        ):
            said = "a marginal table pays percentages of slices of points or money"
        if said:
            section.refuse("reading", said, reading, ("cliff",))
        return not said

    def keyed(self, rows: Section, unit: str, exact: bool) -> list[tuple[int, str, Node]]:
        """(value, as it is written, what stands there) of each row, which must rise."""
        found: list[tuple[int, str, Node]] = []
        names = rows.rest()
        if not names or len(names) > MOST_ROWS:
            rows.refuse("", f"must have 1 to {MOST_ROWS} rows")
        for key in names[:MOST_ROWS]:
            value = self.key(rows, key, unit, exact)
            if value is not None and found and value <= found[-1][0]:
                rows.refuse(key, f"must be more than {found[-1][1]}, the row before", key)
            elif value is not None:
                found.append((value, key, rows.node.items[key]))
        return found or [(0, "0", Text("0", rows.line()))]

    def key(self, rows: Section, key: str, unit: str, exact: bool) -> int | None:
        if unit == "rank":
            if key not in self.draft.ranks:
                hint = nearest(key, list(self.draft.ranks))
                rows.refuse(key, f"is not a rank{hint}", key, tuple(self.draft.ranks))
            return self.draft.ranks.get(key)
        if exact:
            step = whole_number(key, 0, LAST_STEP)
            if step is None:
                rows.refuse(key, f"must be a level or generation from 0 to {LAST_STEP}", key)
            return step
        try:
            literal = parse(key)
            if not isinstance(literal, Literal):
                raise TypeProblem(f"{shown(key)} is not a number")
            if unit == "money" and not literal.suffix:
                literal = Literal(literal.digits, self.draft.currency)
            return in_unit(literal, unit, self.draft.names()).value
        except (SyntaxProblem, TypeProblem) as problem:
            rows.refuse(key, str(problem), key)
            return None

    def cell(self, node: Node, where: str) -> int:
        text, unit = node.value if isinstance(node, Text) else "", self.signature.unit
        if not isinstance(node, Text):
            self.draft.refuse(
                node.line, where, f"must be one number; the table is read by {len(self.read.by)}"
            )
            return 0
        if text == "0":
            return 0
        own = self.unit_of(text)
        if own not in {BARE, unit}:
            first = next(cell.value for cell in self.found.cells if self.unit_of(cell.value) == unit)
            said = (
                f"{shown(text)} is {a_unit(own)}; all cells of a table are of one kind, as the first: {first}"
            )
            self.draft.refuse(node.line, where, said, text)
            return 0
        if unit == "rate":
            return self.draft.rate(text, node.line, where, MOST_RATE)
        number = self.draft.number(text, node.line, where, (unit,))
        return number.value if number else 0

    def unit_of(self, text: str) -> str:
        return _cell_unit_of(self.draft, text)


def _filled(row: dict[int, int], keys: tuple[int, ...], exact: bool) -> tuple[int, ...]:
    cell, found = 0, []
    for key in keys:
        cell = row.get(key, 0 if exact else cell)
        found.append(cell)
    return tuple(found)


def _summed(cells: list[tuple[int, ...]]) -> list[tuple[int, ...]]:
    total = 0
    found: list[tuple[int, ...]] = []
    for (cell,) in cells:
        total += cell
        found.append((total,))
    return found

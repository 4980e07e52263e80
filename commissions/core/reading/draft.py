"""What the sections of a document share while it is read: names with their units, and the problems found."""

import re

from commissions.core.document import Listed, Mapped, Node, Problem, Section, Text
from commissions.core.language import (
    Aggregate,
    Before,
    Expression,
    Legs,
    Literal,
    Names,
    SyntaxProblem,
    TypeProblem,
    Word,
    parse,
    parts,
    understand,
)
from commissions.core.language.types import in_unit
from commissions.core.terms import Memory, Rates, Volume

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")
# Words of the language cannot be names, or they would be read as what they mean there.
TAKEN = frozenset(
    {"rank", "level", "always", "before", "legs", "self", "team", "frontline", "everyone", "if", "then"}
)
TAKEN |= {
    "else",
    "and",
    "or",
    "not",
    "of",
    "where",
    "line",
    "seller",
    "earner",
    "my",
    "points",
    "days",
    "sum",
    "count",
}
TAKEN |= {"any", "largest", "smallest", "highest", "lowest", "round_half_up", "round_down"}
LINE_WORDS = {
    "seller_days": "days",
    "seller_month": "count",
    "by_customer": "truth",
    "price": "money",
    "list_price": "money",
    "distributor_price": "money",
}


class Draft:
    def __init__(self, root: Mapped) -> None:
        self.problems: list[Problem] = []
        self.node = root
        self.root = Section(root, "", self.problems)
        self.currency, self.exponent = "EUR", 2
        self.ranks: dict[str, int] = {}
        self.volumes: list[Volume] = []
        self.units: dict[str, str] = {}  # of volumes, measures and statuses
        self.labels: dict[str, str] = {}
        self.measures: list[str] = []
        self.statuses: list[str] = []
        self.expressions: dict[str, Expression] = {}  # of measures and statuses
        self.memories: dict[str, Memory] = {}
        self.tables: dict[str, Rates] = {}
        self.failed: set[str] = (
            set()
        )  # names whose own problem is told already: who needs them need not say so too
        self.after_ranks: set[str] = set()  # what is known only when ranks are

    def refuse(
        self, line: int, key: str, message: str, found: str = "", allowed: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(line, key, message, found, allowed))

    def sections(self, key: str, *, needed: bool = True) -> list[tuple[str, Section]]:
        """The named sections inside a section: bonuses, tables, volumes."""
        if not needed and key not in self.root.node.items:
            return []
        section = self.root.section(key)
        return [(name, self.inner(section, name)) for name in section.rest()]

    def inner(self, section: Section, name: str) -> Section:
        where = f"{section.name}.{name}"
        found = Section(section.node.items[name], where, self.problems)
        found.node.lines.setdefault("", section.line(name))
        return found

    def declare(self, name: str, unit: str, label: str, line: int, where: str) -> bool:
        """Gives a name its unit and label; False, with a problem, for a name that is taken or no word."""
        if not NAME.match(name):
            self.refuse(line, where, "a name is one word of letters, digits and _", name)
        elif name in {*self.units, *self.ranks, *self.memories, *TAKEN}:
            self.refuse(line, where, f"the name {name} is taken", name)
        else:
            self.units[name] = unit
            self.labels[name] = label or name.replace("_", " ").capitalize()
            return True
        return False

    def names(self, kind: str, itself: str = "") -> Names:
        """What words mean: to a `person`, on a `line`, or in a `volume`, which is known before people are."""
        memories = {memory.name: memory.unit for memory in self.memories.values()}
        people = {**self.units, "rank": "rank", **memories}
        on_line = {volume.name: volume.unit for volume in self.volumes}
        return Names(
            plain=people if kind == "person" else on_line,
            line=LINE_WORDS if kind != "person" else {},
            seller=people if kind == "line" else {},
            earner=people if kind == "person" else {},
            person=people,
            memories=memories,
            ranks=self.ranks,
            currency=self.currency,
            exponent=self.exponent,
            itself=itself,
        )

    def typed(
        self, section: Section, key: str, unit: str, kind: str = "person", itself: str = ""
    ) -> Expression | None:
        """The expression under a key, in this unit; None after noting the problem."""
        text = section.text(key)
        where = f"{section.name}.{key}"
        return self.expression(text, section.line(key), where, unit, kind, itself) if text else None

    def expression(
        self, text: str, line: int, where: str, unit: str, kind: str = "person", itself: str = ""
    ) -> Expression | None:
        names = self.names(kind, itself)
        try:
            tree = parse(text)
            if needs(tree) & self.failed:
                return None
            found, has = understand(tree, names)
            if isinstance(found, Literal):
                found, has = in_unit(found, unit, names), unit
            if kind != "person" and any(isinstance(part, Aggregate | Legs | Before) for part in parts(found)):
                raise TypeProblem("sums over people do not stand on an order line")
            if has != unit:
                raise TypeProblem(_mismatch(has, unit))
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return None
        return found

    def rate(self, node: Node | None, where: str) -> int:
        """A percentage from 0% to 100% in parts per million."""
        text = node.value if isinstance(node, Text) else ""
        line = node.line if node else 1
        try:
            literal = parse(text)
            if not isinstance(literal, Literal) or literal.suffix != "%":
                raise TypeProblem(f"{text!r} is not a percentage like 8%")
            rate = in_unit(literal, "rate", self.names("person")).value
            if rate > 1_000_000:
                raise TypeProblem(f"{text} is more than 100 %")
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return 0
        return rate


def _mismatch(has: str, unit: str) -> str:
    if has.startswith("exact "):
        return f"a share of {unit} has more decimals than {unit}; write round_half_up(…) or round_down(…) around it"
    return f"this is {has}, not {unit}"


def worded(draft: Draft, node: Node, where: str, main: str) -> tuple[str, str]:
    """A bare expression, or a mapping of it and its label."""
    if isinstance(node, Text):
        return node.value, ""
    if isinstance(node, Listed):
        draft.refuse(node.line, where, "must be an expression, not a list")
        return "", ""
    section = Section(node, where, draft.problems)
    found = section.text(main), section.text("label", "")
    section.done()
    return found


def needs(expression: Expression) -> set[str]:
    """The names an expression asks for, of whomever."""
    return {part.name for part in parts(expression) if isinstance(part, Word) and part.prefix != "line"}

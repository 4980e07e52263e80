"""What the sections of a document share while it is read: names with their units, and the problems found."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce

from commissions.core.document import Listed, Mapped, Node, Problem, Section, Text, shown
from commissions.core.language import (
    Aggregate,
    Before,
    Capped,
    Expression,
    Literal,
    Logic,
    Lookup,
    Names,
    Number,
    Signature,
    SyntaxProblem,
    TypeProblem,
    Word,
    exactly,
    parse,
    parts,
    understand,
)
from commissions.core.language.tokens import RESERVED
from commissions.core.language.units import BARE, a_unit, in_unit
from commissions.core.terms import LegCap, Memory, Table, Tree, Volume

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}\Z")
# Words of the language cannot be names, or they would be read as what they mean there.
TAKEN = RESERVED | {
    "rank",
    "level",
    "generation",
    "always",
    "it",
    "line",
    "seller",
    "earner",
    "my",
    "points",
    "days",
}
TAKEN |= {"sum", "count", "any", "largest", "smallest", "highest", "lowest", "round_half_up", "round_down"}
TAKEN |= {"join_number"}
MOST_NAMES = 300  # of measures, statuses and memories; what needs what is found by going into it
MOST_TESTS = 50  # in one list
LINE_WORDS = {
    "seller_days": "days",
    "seller_month": "count",
    "order_number": "count",
    "by_customer": "truth",
    "price": "money",
    "list_price": "money",
    "distributor_price": "money",
}


@dataclass(frozen=True, slots=True)
class Raw:
    """A name's expression before it is understood, and where it stands."""

    expression: Expression
    line: int
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ReadBy:
    """What a table is read by and what its cells are, before its axes are understood."""

    by: tuple[Expression, ...]
    unit: str
    marginal: bool


class Draft:
    def __init__(self, root: Mapped) -> None:
        self.problems: list[Problem] = []
        self.node = root
        self.root = Section(root, "", self.problems)
        self.currency, self.exponent, self.main_tree = "EUR", 2, ""
        self.ranks: dict[str, int] = {}
        self.trees: dict[str, Tree] = {}
        self.other_plans: dict[str, str] = {}
        self.volumes: list[Volume] = []
        self.inputs: dict[str, str] = {}
        self.units: dict[str, str] = {}  # of inputs, volumes, measures and statuses
        self.labels: dict[str, str] = {}
        self.lines: dict[str, int] = {}  # where each name is declared
        self.measures: list[str] = []
        self.statuses: list[str] = []
        self.caps: dict[str, LegCap] = {}
        self.cap_places: dict[str, Raw] = {}
        self.requirement_caps: dict[str, str] = {}
        self.raw: dict[str, Raw] = {}  # of measures, statuses and memories
        self.expressions: dict[str, Expression] = {}  # of measures and statuses
        self.memory_units: dict[str, str] = {}  # of those that are a value
        self.windows: dict[str, str] = {}  # of those that keep periods
        self.memories: dict[str, Memory] = {}
        self.axes: dict[str, ReadBy] = {}
        self.signatures: dict[str, Signature] = {}
        self.tables: dict[str, Table] = {}
        self.worths: dict[str, int] = {}
        # Names whose own problem is told already: who needs them need not say so too.
        self.failed: set[str] = set()

    # --- problems and sections ---
    def refuse(
        self, line: int, key: str, message: str, found: str = "", allowed: tuple[str, ...] = ()
    ) -> None:
        self.problems.append(Problem(line, key, message, found, allowed))

    def sections(self, key: str, *, needed: bool = True) -> list[tuple[str, Section]]:
        """The named sections inside a section: bonuses, tables, volumes."""
        if not needed and key not in self.root.node.items:
            self.root.take(key)
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
        elif name in self.lines or name in self.ranks or name in TAKEN:
            self.refuse(line, where, self.taken(name), name)
        elif len(self.lines) >= MOST_NAMES:
            self.refuse(line, where, f"a plan has at most {MOST_NAMES} names", name)
        else:
            if unit:
                self.units[name] = unit
            self.lines[name] = line
            self.labels[name] = label or name.replace("_", " ").capitalize()
            return True
        return False

    def taken(self, name: str) -> str:
        """That a name is taken, and by what."""
        if name in TAKEN:
            return f"the name {name} is taken; it is a word of the language"
        already = f"; it stands in line {self.lines[name]} already" if name in self.lines else ""
        return f"the name {name} is taken{already}"

    # --- what words mean ---
    def people(self) -> dict[str, str]:
        """What is known of a person."""
        return {**self.units, "rank": "rank", **self.memory_units}

    def names(self, kind: str = "person", itself: str = "", steps: str = "", *, lines: bool = True) -> Names:
        """What words mean where an expression stands.

        `person`: of somebody. `volume`: on an order line, before people are known. `line`: on an order line, with its
        seller. `rate`: in a walk, with `steps` (level or generation) and, from sales, the order line. `leader`: of
        somebody on the path, with the earner. `company`: sums over everyone. `axis`: of a table, all of these.
        """
        people = self.people()
        on_line = {volume.name: volume.unit for volume in self.volumes}
        line_words = {**LINE_WORDS, **on_line}
        plain = dict(people)
        if kind in {"volume", "line"}:
            plain = on_line
        elif kind == "company":
            plain = {}
        elif kind == "axis":
            plain |= {"level": "count", "generation": "count"}
        elif kind == "rate" and steps:
            plain[steps] = "count"
        sales = kind in {"volume", "line", "axis"} or (kind == "rate" and lines)
        return Names(
            plain=plain,
            line=line_words if sales else {},
            seller=people if kind in {"line", "rate", "axis"} else {},
            earner=people if kind == "leader" else {},
            person=people,
            memories=self.memory_units,
            ranks=self.ranks,
            currency=self.currency,
            exponent=self.exponent,
            itself=itself,
            others={prefix: {"rank": "rank"} for prefix in self.other_plans} if kind != "company" else {},
            windows=self.windows,
            trees={name: tree.slots for name, tree in self.trees.items()},
            tables=self.signatures,
            requirement_caps=self.requirement_caps if kind == "person" else {},
            sums=kind in {"person", "leader", "company"},
            only_everyone=kind == "company",
        )

    # --- expressions ---
    def typed(self, section: Section, key: str, unit: str, names: Names | None = None) -> Expression | None:
        """The expression under a key, in this unit; None after noting the problem."""
        text = section.text(key)
        where = f"{section.name}.{key}" if section.name else key
        return self.expression(text, section.line(key), where, unit, names) if text else None

    def expression(
        self, text: str, line: int, where: str, unit: str, names: Names | None = None
    ) -> Expression | None:
        """An expression in a unit. "exact money" takes whole money too, as a product with 100 %."""
        names = names or self.names()
        try:
            tree = parse(text)
            if needs(tree) & self.failed:
                return None
            found, has = understand(tree, names)
            wanted = unit.removeprefix("exact ")
            if isinstance(found, Literal):
                found, has = in_unit(found, wanted, names), wanted
            if unit.startswith("exact ") and has == wanted:
                return exactly(found)
            if has != unit:
                raise TypeProblem(mismatch(has, unit))
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return None
        return found

    def in_units(
        self, section: Section, key: str, units: tuple[str, ...], names: Names | None = None
    ) -> tuple[Expression, str] | None:
        """The expression under a key in one of these units, the first for a bare number; None after noting why not."""
        text, line, where = section.text(key), section.line(key), f"{section.name}.{key}"
        try:
            tree = parse(text) if text else Literal("0", "")
            if not text or needs(tree) & self.failed:
                return None
            found, has = understand(tree, names or self.names())
            if isinstance(found, Literal):
                found, has = in_unit(found, units[0], self.names()), units[0]
            if has not in units:
                one_of = " or ".join(a_unit(unit) for unit in units)
                unit = has.removeprefix("exact ")
                raise TypeProblem(
                    mismatch(has, unit) if unit in units else f"this is {a_unit(has)}, not {one_of}"
                )
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return None
        return found, has

    def test(self, section: Section, key: str, names: Names | None = None) -> Expression | None:
        """A test, or a list of tests of which all must hold; nothing, or `always`, is no test."""
        node = section.take(key)
        if node is None or (isinstance(node, Text) and node.value == "always"):
            return None
        texts = texts_of(node)
        if not texts or len(texts) > MOST_TESTS:
            section.refuse(
                key, f"must be a test, or a list of at most {MOST_TESTS} tests of which all must hold"
            )
            return None
        where = f"{section.name}.{key}"
        found = [self.expression(text.value, text.line, where, "truth", names) for text in texts]
        tests = [one for one in found if one is not None]
        return joined("and", tests) if len(tests) == len(found) else None

    def number(self, text: str, line: int, where: str, units: tuple[str, ...]) -> Number | None:
        """A number as it stands in one of these units, the first for a bare one; None after noting the problem."""
        try:
            literal = parse(text)
            if not isinstance(literal, Literal):
                raise TypeProblem(f"{shown(text)} is not a number")
            _, own = understand(literal, self.names())
            return in_unit(literal, own if own in units else units[0], self.names())
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return None

    def rate(self, text: str, line: int, where: str, most: int) -> int:
        """A percentage from 0% to `most` millionths, in millionths."""
        try:
            literal = parse(text)
            if not isinstance(literal, Literal) or literal.suffix != "%":
                raise TypeProblem(f"{shown(text)} is not a percentage like 8%")
            rate = in_unit(literal, "rate", self.names()).value
            if rate > most:
                raise TypeProblem(f"{shown(text)} is more than {most // 10_000} %")
        except (SyntaxProblem, TypeProblem) as problem:
            self.refuse(line, where, str(problem), text)
            return 0
        return rate


def mismatch(has: str, unit: str) -> str:
    """Why an expression of one unit cannot stand for another."""
    if has == f"exact {unit}":
        return f"a share of {unit} has more decimals than {unit}; write round_half_up(…) or round_down(…) around it"
    has = "a bare number" if has == BARE else a_unit(has)
    return f"this is {has}, not {a_unit(unit.removeprefix('exact '))}"


def texts_of(node: Node | None) -> list[Text]:
    """A single value or a list of them; nothing when there is anything else."""
    items = node.items if isinstance(node, Listed) else (node,)
    texts = [item for item in items if isinstance(item, Text)]
    return texts if len(texts) == len(items) else []


def joined(word: str, tests: list[Expression]) -> Expression:
    """Tests joined by `and` or `or`, not deeper than their number needs."""
    if len(tests) > 8:
        middle = len(tests) // 2
        return Logic(word, joined(word, tests[:middle]), joined(word, tests[middle:]))
    return reduce(lambda left, right: Logic(word, left, right), tests)


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
    """The names an expression mentions, of whomever: of volumes, measures, memories, tables."""
    found: set[str] = set()
    for part in parts(expression):
        found |= _NEEDS[type(part)](part) if type(part) in _NEEDS else set()
    return found


_NEEDS: Mapping[type, Callable[..., set[str]]] = {
    Word: lambda word: {word.name} if word.prefix in {"", "my", "earner", "seller"} else set(),
    Before: lambda before: {before.memory} - {""},
    Capped: lambda capped: {capped.name},
    Lookup: lambda lookup: {lookup.table},
    Aggregate: lambda aggregate: {aggregate.scope.memory} - {""},
}


def empty_values(draft: Draft) -> list[Problem]:
    """Keys after which nothing stands, where that is not told already: nothing is chosen by leaving a value out."""
    told = {(problem.line, problem.key.rpartition(".")[2]) for problem in draft.problems}
    said = {name: node for name, node in draft.node.items.items() if name != "scenarios"}
    waiting: list[tuple[str, Node]] = list(said.items())
    found = []
    while waiting:
        key, node = waiting.pop()
        if isinstance(node, Mapped):
            waiting += [(f"{key}.{name}", inner) for name, inner in node.items.items()]
        elif isinstance(node, Listed):
            waiting += [(key, inner) for inner in node.items]
        elif not node.value and (node.line, key.rpartition(".")[2]) not in told:
            found.append(Problem(node.line, key, "is empty; write a value, or leave the key out"))
    return found

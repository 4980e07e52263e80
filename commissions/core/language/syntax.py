"""Text to tree. A hand-written descent, one function per rule of the grammar in docs/plans.md; never eval."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

LONGEST = 500
DEEPEST = 40
TOKEN = re.compile(
    r"\s*(?:([0-9][0-9_]*(?:\.[0-9]+)?)\s*(%)?|([A-Za-z][A-Za-z0-9_]*)|(>=|<=|==|!=|[-+*<>();.]))"
)
SCOPE_WORDS = {"self", "frontline", "team", "everyone"}
RESERVED = frozenset(
    {"if", "then", "else", "or", "and", "not", "of", "where", "legs", "before"} | SCOPE_WORDS
)
PREFIXES = ("line", "seller", "earner", "my")
SCOPES = ("self and team", "self", "frontline", "team", "everyone")
AGGREGATES = ("sum", "count", "any", "largest", "smallest")
CALLS = ("highest", "lowest", "round_half_up", "round_down")
LATER = frozenset(
    ["leg", "level", "levels", "until", "skipping", "inclusive", "mine", "whole", "legs_once", "it", "in"]
)


class SyntaxProblem(ValueError):
    """An expression that cannot be read, with the reason."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it stands: digits before and after the point, and its suffix ('', '%', 'points', 'days', EUR)."""

    digits: str
    suffix: str


@dataclass(frozen=True, slots=True)
class Number:
    """A literal once it is understood: an integer in its unit (hundredths, minor units, millionths, a rank's step)."""

    value: int
    unit: str


@dataclass(frozen=True, slots=True)
class Word:
    prefix: str  # "", "line", "seller", "earner", "my"
    name: str


@dataclass(frozen=True, slots=True)
class Not:
    of: "Expression"


@dataclass(frozen=True, slots=True)
class Logic:
    operator: str  # and, or
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Compare:
    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Arithmetic:
    operator: str  # + - *
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True)
class Choose:
    test: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True)
class Scope:
    """Over whom an aggregate looks, from the one who asks."""

    name: str  # self | frontline | team | self and team | leg | levels | everyone | memory
    slot: str = ""  # of leg
    first: int = 0  # of levels: level n is levels n to n
    last: int = 0
    memory: str = ""  # a memory that keeps periods; its values are `it`
    before: bool = False  # before(memory): without this period's


@dataclass(frozen=True, slots=True)
class Aggregate:
    kind: str  # sum | count | any | largest | smallest
    of: "Expression | None"  # None for a bare count
    scope: Scope
    where: "Expression | None" = None
    until: "Expression | None" = None  # stops before the first such person of each path, and asks not the starter
    inclusive: bool = False  # … or after that person
    skipping: "Expression | None" = None  # of levels: such people use up no level, and are not met
    tree: str = ""  # the plan's main tree when empty


@dataclass(frozen=True, slots=True)
class Legs:
    """How many front-line branches hold anyone, at any depth, for whom the test is true."""

    test: "Expression"
    tree: str = ""


@dataclass(frozen=True, slots=True)
class LegsOnce:
    """Whether so many legs of each kind are there when no leg is used twice. As with legs(), a leg is of a kind when it
    holds anyone who meets the test."""

    counts: tuple[int, ...]
    tests: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Mine:
    """True of people whose parent in the tree is the one who asks."""

    tree: str


@dataclass(frozen=True, slots=True)
class Before:
    """A memory's value when the period starts; without a name, that of the memory it stands in."""

    memory: str


@dataclass(frozen=True, slots=True)
class Capped:
    """A leg-capped measure; with the requirement as its base, `need` is the number it is compared with."""

    name: str
    need: int | None = None


@dataclass(frozen=True, slots=True)
class Lookup:
    """A table read: by its own axes when there is no argument, else its first axis by the argument."""

    table: str
    arguments: tuple["Expression", ...] = ()


@dataclass(frozen=True, slots=True)
class TreeOf:
    """`code of enroller`: the parent in one tree of the parent in another. Only in a tree's rule."""

    tree: str
    of: str


@dataclass(frozen=True, slots=True)
class Call:
    name: str  # highest | lowest | round_half_up | round_down | whole
    arguments: tuple["Expression", ...]


Expression = (
    Literal
    | Number
    | Word
    | Not
    | Logic
    | Compare
    | Arithmetic
    | Choose
    | Aggregate
    | Legs
    | LegsOnce
    | Mine
    | Before
    | Capped
    | Lookup
    | TreeOf
    | Call
)


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it."""
    yield expression
    for field in fields(expression):
        value = getattr(expression, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if not isinstance(inner, str | int | Scope) and inner is not None:
                yield from parts(inner)


def parse(text: str) -> Expression:
    """Raises SyntaxProblem."""
    if len(text) > LONGEST:
        raise SyntaxProblem(f"an expression has at most {LONGEST} characters")
    return _Reader(_tokens(text)).whole()


def _tokens(text: str) -> list[tuple[str, str]]:
    found, at = [], 0
    text = text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise SyntaxProblem(f"{text[at:].strip()[:1]!r} is not part of the language")
        digits, percent, word, sign = match.groups()
        if digits:
            found.append(("number", digits.replace("_", "") + (percent or "")))
        else:
            found.append(("word", word) if word else ("sign", sign))
        at = match.end()
    return found


class _Reader:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens, self.at, self.depth = tokens, 0, 0

    def whole(self) -> Expression:
        found = self.expression()
        if self.at < len(self.tokens):
            raise SyntaxProblem(f"{self.tokens[self.at][1]!r} is not expected here")
        return found

    def deeper(self) -> None:
        """Counts the nesting, which costs stack: refused long before Python's own limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxProblem("the expression is nested too deeply")

    def expression(self) -> Expression:
        self.deeper()
        if self.taken("if"):
            test = self.expression()
            self.expect("then")
            then = self.expression()
            self.expect("else")
            found: Expression = Choose(test, then, self.expression())
        else:
            found = self.chain("or", self.conjunction)
        self.depth -= 1
        return found

    def conjunction(self) -> Expression:
        return self.chain("and", self.negation)

    def chain(self, word: str, inner: Callable[[], Expression]) -> Expression:
        found = inner()
        while self.taken(word):
            found = Logic(word, found, inner())
        return found

    def negation(self) -> Expression:
        self.deeper()
        found: Expression = Not(self.negation()) if self.taken("not") else self.comparison()
        self.depth -= 1
        return found

    def comparison(self) -> Expression:
        left = self.sum()
        operator = self.one_of(">=", "<=", "==", "!=", ">", "<")
        return Compare(operator, left, self.sum()) if operator else left

    def sum(self) -> Expression:
        found = self.product()
        while operator := self.one_of("+", "-"):
            found = Arithmetic(operator, found, self.product())
        return found

    def product(self) -> Expression:
        found = self.atom()
        while self.one_of("*"):
            found = Arithmetic("*", found, self.atom())
        return found

    def atom(self) -> Expression:
        kind, text = self.next()
        if kind == "number":
            return self.literal(text)
        if text == "(":
            found = self.expression()
            self.expect(")")
            return found
        if text == "-":
            self.deeper()
            found = Arithmetic("-", Literal("0", ""), self.atom())
            self.depth -= 1
            return found
        if kind != "word":
            raise SyntaxProblem(f"{text!r} is not expected here")
        return self.named(text)

    def literal(self, text: str) -> Expression:
        if text.endswith("%"):
            return Literal(text[:-1], "%")
        kind, suffix = self.peek()
        if kind == "word" and suffix not in RESERVED and (suffix in {"points", "days"} or suffix.isupper()):
            self.at += 1
            return Literal(text, suffix)
        return Literal(text, "")

    def named(self, name: str) -> Expression:
        following = self.peek()[1]
        if name == "before" and following != "(":
            return Before("")
        if following == ".":
            self.at += 1
            kind, word = self.next()
            if name not in PREFIXES or kind != "word":
                raise SyntaxProblem(f"{name}.{word} is not known; before a point stand {', '.join(PREFIXES)}")
            return Word(name, word)
        if following == "(":
            return self.called(name)
        if name in RESERVED:
            raise SyntaxProblem(f"{name!r} is not expected here")
        return Word("", name)

    def called(self, name: str) -> Expression:
        self.at += 1
        if name == "before":
            _, memory = self.next()
            found: Expression = Before(memory)
        elif name == "legs":
            found = Legs(self.expression())
        elif name in AGGREGATES:
            found = self.aggregate(name)
        elif name in CALLS:
            found = Call(name, self.arguments())
        elif name in LATER:
            raise SyntaxProblem(f"{name}() is not supported yet")
        else:
            raise SyntaxProblem(
                f"{name}() is not a function; there are {', '.join((*AGGREGATES, *CALLS))}, legs, before"
            )
        self.expect(")")
        return found

    def arguments(self) -> tuple[Expression, ...]:
        found = [self.expression()]
        while self.one_of(";"):
            found.append(self.expression())
        return tuple(found)

    def aggregate(self, kind: str) -> Expression:
        scope = self.scope()
        of: Expression | None = None
        if scope is None:
            of = self.expression()
            self.expect("of")
            scope = self.scope()
            if scope is None:
                raise SyntaxProblem(f"after 'of' stands one of {', '.join(SCOPES)}")
        where = self.expression() if self.taken("where") else None
        if self.peek()[1] in LATER:
            raise SyntaxProblem(f"{self.peek()[1]!r} in an aggregate is not supported yet")
        return Aggregate(kind, of, scope, where)

    def scope(self) -> str | None:
        kind, word = self.peek()
        if kind != "word" or word not in {"self", "frontline", "team", "everyone"}:
            return None
        self.at += 1
        if word == "self" and self.peek()[1] == "and" and self.peek(1)[1] == "team":
            self.at += 2
            return "self and team"
        return word

    def peek(self, ahead: int = 0) -> tuple[str, str]:
        at = self.at + ahead
        return self.tokens[at] if at < len(self.tokens) else ("end", "")

    def next(self) -> tuple[str, str]:
        found = self.peek()
        if found[0] == "end":
            raise SyntaxProblem("the expression ends too early")
        self.at += 1
        return found

    def taken(self, word: str) -> bool:
        if self.peek() == ("word", word):
            self.at += 1
            return True
        return False

    def one_of(self, *signs: str) -> str:
        kind, sign = self.peek()
        if kind == "sign" and sign in signs:
            self.at += 1
            return sign
        return ""

    def expect(self, word: str) -> None:
        if self.peek()[1] != word:
            found = self.peek()[1] or "the end"
            raise SyntaxProblem(f"{word!r} is expected before {found!r}")
        self.at += 1

"""What an expression is made of. `grammar.py` reads text into these parts, `types.py` gives their literals a unit."""

from collections.abc import Iterator
from dataclasses import dataclass, fields


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
    prefix: str  # "", "line", "seller", "earner", "my", or the name of another plan: monthly.rank
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
    until: "Expression | None" = (
        None  # stops before the first such person of each path, and asks not the starter
    )
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


def children(expression: Expression) -> Iterator[Expression]:
    """What stands directly inside an expression."""
    for field in fields(expression):
        value = getattr(expression, field.name)
        for inner in value if isinstance(value, tuple) else (value,):
            if not isinstance(inner, str | int | Scope) and inner is not None:
                yield inner


def parts(expression: Expression) -> Iterator[Expression]:
    """The expression and everything inside it, from left to right."""
    waiting = [expression]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(list(children(part))))

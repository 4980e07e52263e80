"""What words mean where an expression stands."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches

from commissions.core.language.syntax import Scope, Word

MOST_LISTED = 40  # names in a message
PREFIXES = ("line", "seller", "earner", "my")
_WHERE = {
    "line": "line. is the order line, in volumes and in bonuses on a volume",
    "seller": "seller. is the one who sold, in only: and rate: of a walk",
    "earner": "earner. is the one who may be paid, in leader: alone; elsewhere plain words are",
    "my": "my. is the one who asks, inside a sum over people",
}


class TypeProblem(ValueError):
    """An expression that can be read but means nothing, naming both sides."""


@dataclass(frozen=True, slots=True)
class AxisSignature:
    unit: str
    asks: frozenset[
        str
    ]  # what must be known where the table is read: person, level, generation, line, seller


@dataclass(frozen=True, slots=True)
class Signature:
    """What an expression must know of a table."""

    unit: str  # of its cells
    marginal: bool
    axes: tuple[AxisSignature, ...]


@dataclass(frozen=True, slots=True)
class Names:
    """Each name's unit."""

    plain: Mapping[str, str]
    line: Mapping[str, str]
    seller: Mapping[str, str]
    earner: Mapping[str, str]
    person: Mapping[str, str]  # inside an aggregate: the person met
    memories: Mapping[str, str]
    ranks: Mapping[str, int]
    currency: str
    exponent: int
    my: Mapping[str, str] = field(default_factory=dict)  # inside an aggregate: the one who asks
    itself: str = ""  # the memory the expression stands in
    others: Mapping[str, Mapping[str, str]] = field(
        default_factory=dict
    )  # by another plan's prefix: monthly.rank
    windows: Mapping[str, str] = field(
        default_factory=dict
    )  # memories that keep periods: the unit of a value
    trees: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # each tree's slots
    tables: Mapping[str, Signature] = field(default_factory=dict)
    requirement_caps: Mapping[str, str] = field(
        default_factory=dict
    )  # measures that mean something left of >= alone
    sums: bool = True  # whether aggregates may stand here
    only_everyone: bool = False  # of the company: sums over everyone alone
    inside: bool = False  # inside an aggregate: mine(tree) is known

    def unit_of(self, word: Word) -> str:
        """Raises TypeProblem, with the nearest known word."""
        if word.prefix and word.prefix not in {*PREFIXES, *self.others}:
            said = ", ".join((*PREFIXES, *self.others))
            raise TypeProblem(f"{word.prefix}.{word.name} is not known; before a point stand {said}")
        known = self.others.get(word.prefix) or getattr(self, word.prefix or "plain")
        if word.name in known:
            return known[word.name]
        shown = f"{word.prefix}.{word.name}" if word.prefix else word.name
        if not word.prefix and word.name in self.requirement_caps:
            raise TypeProblem(
                f"{shown} is capped by the requirement (leg_cap_base: requirement), so it means something only left "
                f"of >= and a number: {shown} >= 5_000"
            )
        if not word.prefix and word.name in self.windows:
            raise TypeProblem(
                f"{shown} keeps periods: say which, as in largest({shown}) or count({shown} where …)"
            )
        if word.prefix and not known:
            raise TypeProblem(f"{shown!r} is not known here: {_WHERE.get(word.prefix, 'nothing')}")
        raise TypeProblem(f"{shown!r} is not known here; {self._known(word, known)}")

    def _known(self, word: Word, known: Mapping[str, str]) -> str:
        near = sorted({*known, *(self.ranks if not word.prefix else ())})
        close = get_close_matches(word.name, near, n=1)
        listed = ", ".join(near[:MOST_LISTED]) or "no names"
        more = f" and {len(near) - MOST_LISTED} more" if len(near) > MOST_LISTED else ""
        return (f"did you mean {close[0]}? " if close else "") + f"known are {listed}{more}"

    def table(self, name: str) -> Signature:
        """Raises TypeProblem."""
        if name not in self.tables:
            close = get_close_matches(name, [*self.tables, *FUNCTIONS], n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise TypeProblem(
                f"{name}() is not a function or a table; {hint}there are {', '.join((*FUNCTIONS, *self.tables))}"
            )
        return self.tables[name]

    def tree(self, name: str) -> str:
        """Raises TypeProblem."""
        if name and name not in self.trees:
            close = get_close_matches(name, self.trees, n=1)
            hint = f"did you mean {close[0]}? " if close else ""
            raise TypeProblem(f"{name!r} is not a tree; {hint}there are {', '.join(self.trees)}")
        return name

    def met(self, scope: Scope) -> "Names":
        """Inside an aggregate words mean the person met, and `my` the one who asks."""
        near = scope.name != "everyone"
        return replace(
            self,
            plain=self.person,
            my=self.plain if near else {},
            line={},
            seller={},
            earner={},
            only_everyone=False,
            inside=near,
        )

    def knows(self, asked: str) -> bool:
        """Whether a table's axis can be read here: by a person's names, the level, the order line, its seller."""
        known = {"person": "rank" in self.plain, "line": bool(self.line), "seller": bool(self.seller)}
        return known.get(asked, asked in self.plain)

    def kept(self, window: str) -> "Names":
        """Inside an aggregate over a memory that keeps periods `it` is a value, and other words mean the asker."""
        return replace(self, plain={**self.plain, "it": self.windows[window]})


FUNCTIONS = (
    *("sum", "count", "largest", "smallest", "any", "legs", "legs_once", "mine", "before", "whole"),
    *("highest", "lowest", "round_half_up", "round_down"),
)

"""Text to tree. A hand-written descent, one function per rule of the grammar in docs/plans.md; never eval."""

from collections.abc import Callable
from dataclasses import replace
from difflib import get_close_matches

from commissions.core.language.syntax import (
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
    Scope,
    TreeOf,
    Word,
    children,
)
from commissions.core.language.tokens import RESERVED, Cursor, SyntaxProblem

DEEPEST = 40  # brackets, ifs and nots inside each other: each costs the reader stack
TALLEST = 60  # parts inside each other once it is read: each costs everybody else stack
MOST_LEVELS = 100  # of `levels 1 to 100`
SCOPES = ("self", "frontline", "team", "self and team", "leg …", "level …", "levels … to …", "everyone")
AGGREGATES = ("sum", "count", "largest", "smallest", "any")
CALLS = ("highest", "lowest", "round_half_up", "round_down")


def parse(text: str) -> Expression:
    """What an expression says. Raises SyntaxProblem."""
    return _Reader(text).whole()


def parse_rule(text: str) -> Expression:
    """The rule of a tree: an expression in which `code of enroller` is a place in a tree. Raises SyntaxProblem."""
    return _Reader(text, rule=True).whole()


class _Reader(Cursor):
    def __init__(self, text: str, *, rule: bool = False) -> None:
        super().__init__(text)
        self.depth, self.rule = 0, rule

    def whole(self) -> Expression:
        found = self.expression()
        if self.at < len(self.tokens):
            raise SyntaxProblem(f"{self.tokens[self.at][1]!r} is not expected here")
        if _taller(found, TALLEST):
            raise SyntaxProblem("the expression is nested too deeply; name a part of it as a measure")
        return found

    def deeper(self) -> None:
        """Counts the nesting, which costs stack: refused long before Python's own limit."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxProblem("the expression is nested too deeply; name a part of it as a measure")

    # --- operators, from the loosest to the tightest ---
    def expression(self) -> Expression:
        self.deeper()
        if self.taken("if"):
            test = self.expression()
            self.expect("then")
            then = self.expression()
            self.expect("else")
            found: Expression = Choose(test, then, self.expression())
        else:
            found = self.chain("or", lambda: self.chain("and", self.negation))
        self.depth -= 1
        return found

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
        if self.peek() == ("sign", "/"):
            raise SyntaxProblem("there is no division but whole(a / b)")
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

    # --- names and functions ---
    def named(self, name: str) -> Expression:
        following = self.peek()[1]
        if following == ".":
            return self.prefixed(name)
        if following == "(":
            self.at += 1
            found = self.called(name)
            self.expect(")")
            return found
        if name == "before":
            return Before("")
        if name in RESERVED:
            raise SyntaxProblem(f"{name!r} is not expected here")
        if self.rule and self.taken("of"):
            return TreeOf(name, self.word("a tree"))
        return Word("", name)

    def prefixed(self, prefix: str) -> Expression:
        """`earner.rank`; or `monthly.rank`, where monthly is another plan: types knows which there are."""
        self.at += 1
        name = self.word("a name")
        return Word(prefix, name)

    def called(self, name: str) -> Expression:
        if name in AGGREGATES:
            return self.aggregate(name)
        if name in CALLS:
            return Call(name, self.arguments())
        if name in _SPECIAL:
            return _SPECIAL[name](self)
        if name in RESERVED:
            raise SyntaxProblem(f"{name!r} is not expected here")
        # A table. Whether there is one of this name, types knows.
        return Lookup(name, self.arguments())

    def before(self) -> Expression:
        return Before(self.word("a memory"))

    def mine(self) -> Expression:
        return Mine(self.word("a tree"))

    def legs(self) -> Expression:
        test = self.expression()
        return Legs(test, self.word("a tree") if self.taken("in") else "")

    def legs_once(self) -> Expression:
        """`legs_once(2 rank >= Gold; 3 gv >= 4_000)`."""
        counts: list[int] = []
        tests: list[Expression] = []
        while not counts or self.one_of(";"):
            counts.append(self.whole_number("legs_once() needs a number of legs before each test", 1))
            tests.append(self.expression())
        return LegsOnce(tuple(counts), tuple(tests))

    def whole_of(self) -> Expression:
        """`whole(a / b)`: the only division there is."""
        above = self.quotient()
        if not self.one_of("/"):
            raise SyntaxProblem("whole() divides two numbers: whole(gv / 500)")
        return Call("whole", (above, self.quotient()))

    def quotient(self) -> Expression:
        found = self.atom()
        if operator := self.one_of("*", "+", "-"):
            raise SyntaxProblem(f"put brackets around what stands beside {operator!r} in whole(a / b)")
        return found

    def arguments(self) -> tuple[Expression, ...]:
        found = [self.expression()]
        while self.one_of(";"):
            found.append(self.expression())
        return tuple(found)

    # --- aggregates ---
    def aggregate(self, kind: str) -> Expression:
        scope, of = self.scope(), None
        if scope is None:
            of = self.expression()
            self.expect("of")
            scope = self.scope(after_of=True)
        if scope is None:
            raise SyntaxProblem(
                f"after 'of' stands one of {', '.join(SCOPES)}, or a memory that keeps periods"
                + _hint(self.peek()[1], ("frontline", "team", "self", "everyone", "leg", "level", "levels"))
            )
        found = self.clauses(Aggregate(kind, of, scope))
        if kind == "any" and found.of is None:  # any(team where active) is any(active of team)
            return replace(found, of=found.where, where=None)
        if scope.name == "memory" and found.of is None and kind != "count":
            return replace(found, of=Word("", "it"))
        return found

    def clauses(self, found: Aggregate) -> Aggregate:
        """`where`, `until`, `skipping`, `in`: in any order, each once."""
        told: set[str] = set()
        while (word := self.peek()[1]) in {"where", "until", "skipping", "in"}:
            self.at += 1
            if word in told:
                raise SyntaxProblem(f"{word!r} stands twice")
            told.add(word)
            if word == "in":
                found = replace(found, tree=self.word("a tree"))
            else:
                found = _CLAUSES[word](found, self.expression())
            if word == "until" and self.taken("inclusive"):
                found = replace(found, inclusive=True)
        return found

    def scope(self, *, after_of: bool = False) -> Scope | None:
        """Over whom; None, with nothing taken, where something else stands."""
        kind, word = self.peek()
        if kind != "word":
            return None
        following = self.peek(1)
        if word in {"frontline", "team", "everyone", "self"}:
            self.at += 1
            if word == "self" and following[1] == "and" and self.peek(1)[1] == "team":
                self.at += 2
                return Scope("self and team")
            return Scope(word)
        if word == "leg" and following[0] in {"word", "number"}:
            self.at += 2
            return Scope("leg", slot=following[1])
        if word in {"level", "levels"} and following[0] == "number":
            return self.levels()
        return self.window(word, after_of)

    def levels(self) -> Scope:
        several = self.next()[1] == "levels"
        first = last = self.whole_number(f"levels run from 1 to {MOST_LEVELS}", 1, MOST_LEVELS)
        if several:
            self.expect("to")
            said = f"levels {first} to … end between {first} and {MOST_LEVELS}"
            last = self.whole_number(said, first, MOST_LEVELS)
        return Scope("levels", first=first, last=last)

    def window(self, word: str, after_of: bool) -> Scope | None:
        """A memory that keeps periods, or before(it): what stands between brackets, or after `of`, up to a clause."""
        if word == "before" and self.peek(1)[1] == "(":
            if self.peek(4)[1] in {")", "where"} and self.peek(3)[1] == ")":
                self.at += 4
                return Scope("memory", memory=self.tokens[self.at - 2][1], before=True)
            return None
        if word in RESERVED or not (after_of or self.peek(1)[1] in {")", "where"}):
            return None
        if after_of and self.peek(1)[1] not in {")", "where"}:
            return None
        self.at += 1
        return Scope("memory", memory=word)


_CLAUSES: dict[str, Callable[[Aggregate, Expression], Aggregate]] = {
    "where": lambda found, test: replace(found, where=test),
    "until": lambda found, test: replace(found, until=test),
    "skipping": lambda found, test: replace(found, skipping=test),
}
_SPECIAL: dict[str, Callable[[_Reader], Expression]] = {
    "before": _Reader.before,
    "mine": _Reader.mine,
    "legs": _Reader.legs,
    "legs_once": _Reader.legs_once,
    "whole": _Reader.whole_of,
}


def _taller(expression: Expression, most: int) -> bool:
    """Whether parts stand deeper inside each other than this. One layer after the other: it costs no stack itself."""
    layer = [expression]
    for _ in range(most):
        layer = [inner for part in layer for inner in children(part)]
        if not layer:
            return False
    return True


def _hint(word: str, known: tuple[str, ...]) -> str:
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""

"""A strict reading of a plan document: every scalar is text, every value knows its line, nothing is guessed."""

from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from yaml.events import AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent

LONGEST = 200_000
DEEPEST = 20
MOST_NODES = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what would be right."""

    line: int  # of the document, from 1
    key: str
    message: str
    found: str = ""
    allowed: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = (
            f"line {self.line}: {self.key}: {self.message}"
            if self.key
            else f"line {self.line}: {self.message}"
        )
        return told + (f"; allowed: {', '.join(self.allowed)}" if self.allowed else "")


class PlanError(ValueError):
    """A plan document that is refused, with every problem found."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


@dataclass(frozen=True, slots=True)
class Text:
    value: str
    line: int


@dataclass(frozen=True, slots=True)
class Listed:
    items: tuple["Node", ...]
    line: int


@dataclass(frozen=True, slots=True)
class Mapped:
    items: dict[str, "Node"]
    lines: dict[str, int]  # of each key
    line: int


Node = Text | Listed | Mapped


def read(text: str) -> Mapped:
    """The document as nested values. Raises PlanError: anchors, tags, repeated keys, depth, size, broken YAML."""
    if len(text) > LONGEST:
        raise PlanError([Problem(1, "", f"the document is longer than {LONGEST} characters")])
    try:
        _refuse_what_is_not_plain(text)
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = getattr(error, "problem", None) or "this is not YAML"
        raise PlanError([Problem(mark.line + 1 if mark else 1, "", str(said))]) from error
    found = _value(root) if root is not None else None
    if not isinstance(found, Mapped):
        raise PlanError([Problem(1, "", "a plan document is a mapping of sections")])
    return found


def _refuse_what_is_not_plain(text: str) -> None:
    """Looks at the events before any tree is built, so that a hostile document costs no memory."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, AliasEvent):
            raise PlanError([Problem(line, "", "aliases are not allowed", f"*{event.anchor}")])
        if isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent):
            nodes += 1
            if event.anchor:
                raise PlanError([Problem(line, "", "anchors are not allowed", f"&{event.anchor}")])
            if event.tag:
                raise PlanError([Problem(line, "", "tags are not allowed", event.tag)])
        if isinstance(event, MappingStartEvent | SequenceStartEvent):
            depth += 1
        elif type(event).__name__ in {"MappingEndEvent", "SequenceEndEvent"}:
            depth -= 1
        if depth > DEEPEST or nodes > MOST_NODES:
            raise PlanError([Problem(line, "", "the document is nested too deeply or has too many values")])


def _value(node: yaml.Node) -> Node:
    line = _line(node)
    if isinstance(node, yaml.ScalarNode):
        return Text(str(node.value).strip(), line)
    if isinstance(node, yaml.SequenceNode):
        return Listed(tuple(_value(item) for item in node.value), line)
    items: dict[str, Node] = {}
    lines: dict[str, int] = {}
    for key, value in node.value:
        where = _line(key)
        if not isinstance(key, yaml.ScalarNode):
            raise PlanError([Problem(where, "", "a key must be a word")])
        name = str(key.value).strip()
        if name == "<<":
            raise PlanError([Problem(where, name, "merge keys are not allowed")])
        if name in items:
            raise PlanError([Problem(where, name, f"stands twice; first in line {lines[name]}")])
        items[name], lines[name] = _value(value), where
    return Mapped(items, lines, line)


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


def nearest(word: str, known: list[str]) -> str:
    """A hint for a misspelt word: ' — did you mean …?' or nothing."""
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


class Section:
    """A mapping whose keys are taken one by one; problems gather in a list, and what was not taken is unknown."""

    def __init__(self, node: Node | None, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems
        self.taken: set[str] = set()
        if isinstance(node, Mapped):
            self.node = node
        else:
            self.node = Mapped({}, {}, node.line if node else 1)
            self.refuse("", "must be a mapping of keys to values" if node else "is missing")

    def line(self, key: str = "") -> int:
        return self.node.lines.get(key, self.node.line)

    def refuse(self, key: str, message: str, found: str = "", allowed: tuple[str, ...] = ()) -> None:
        where = f"{self.name}.{key}" if key and self.name else key or self.name
        self.problems.append(Problem(self.line(key), where, message, found, allowed))

    def take(self, key: str) -> Node | None:
        self.taken.add(key)
        return self.node.items.get(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A single word or sentence; a missing one is a problem unless it has a default."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.refuse(key, "is missing")
            return default or ""
        if not isinstance(value, Text):
            self.refuse(key, "must be a single value")
            return default or ""
        return value.value

    def choice(self, key: str, allowed: tuple[str, ...], later: tuple[str, ...] = ()) -> str:
        """One of the named readings; there is no default. `later` are readings that are known but not computed yet."""
        value = self.take(key)
        if not isinstance(value, Text):
            self.refuse(key, "must be chosen, there is no default", allowed=allowed)
            return allowed[0]
        if value.value in later:
            self.refuse(key, f"{value.value} is not supported yet", value.value, allowed)
        elif value.value not in allowed:
            self.refuse(
                key,
                f"{value.value!r} is not known{nearest(value.value, list(allowed))}",
                value.value,
                allowed,
            )
        return value.value if value.value in allowed else allowed[0]

    def section(self, key: str) -> "Section":
        return Section(self.take(key), f"{self.name}.{key}" if self.name else key, self.problems)

    def rest(self) -> list[str]:
        """The keys not taken yet, in the document's order; each counts as taken from now on."""
        names = [key for key in self.node.items if key not in self.taken]
        self.taken.update(names)
        return names

    def done(self, known: tuple[str, ...] = ()) -> None:
        """Every key that nobody took is unknown."""
        for key in self.rest():
            hint = nearest(key, sorted((self.taken - set(self.node.items)) | set(known) | self.taken))
            self.refuse(key, f"is not a key here{hint}", key)

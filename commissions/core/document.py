"""A strict reading of a plan document: every scalar is text, every value knows its line, nothing is guessed."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import yaml
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

LONGEST = 100_000
DEEPEST = 20
MOST_NODES = 10_000
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # databases and browsers choke on these


DIGITS = re.compile(r"[0-9]{3}(\.[0-9]*)?\Z")  # what is left of 1,000 where a comma ends a value
# What the parser says of a mistake that is often made, and what mends it.
NOT_YAML = {
    "mapping values are not allowed here": "a text with a colon and a space in it stands in quotes",
    "cannot start any token": "lines are indented with spaces, and a text that begins with a sign stands in quotes",
}


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
Readings = tuple[str, ...] | Mapping[str, str]  # the words of a choice, perhaps each with what it means


def read(
    text: str, *, what: str = "a plan document", longest: int = LONGEST, most_nodes: int = MOST_NODES
) -> Mapped:
    """The document as nested values. Raises PlanError: anchors, tags, repeated keys, depth, size, broken YAML.

    It is built from the parser's events, and the first thing that is not plain stops it: a hostile document costs
    no more than its length.
    """
    if len(text) > longest:
        raise PlanError([Problem(1, "", f"the document is longer than {longest} characters")])
    try:
        found = _Builder(what, most_nodes).whole(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        said = str(getattr(error, "problem", None) or "this is not YAML")
        told = said + next((f"; {hint}" for words, hint in NOT_YAML.items() if words in said), "")
        raise PlanError([Problem(mark.line + 1 if mark else 1, "", told)]) from error
    except (ValueError, OverflowError) as error:  # PyYAML lets an escape such as \UFFFFFFFF through to chr()
        raise (
            error if isinstance(error, PlanError) else PlanError([Problem(1, "", "this is not YAML")])
        ) from error
    if not isinstance(found, Mapped):
        raise PlanError([Problem(1, "", f"{what} is a mapping of sections")])
    return found


class _Builder:
    """From events to values, with what is still open on the way down."""

    def __init__(self, what: str, most_nodes: int) -> None:
        self.what, self.most_nodes = what, most_nodes
        self.depth = self.nodes = self.documents = 0

    def whole(self, events: Iterator[Event]) -> Node | None:
        found = None
        for event in events:
            if isinstance(event, DocumentStartEvent):
                self.documents += 1
                if self.documents > 1:
                    raise self.refused(event, "a second document")
            elif isinstance(event, NodeEvent):
                found = self.node(event, events)
        return found

    def node(self, event: Event, events: Iterator[Event]) -> Node:
        self.plain(event)
        line = line_of(event)
        if isinstance(event, ScalarEvent):
            return Text(event.value.strip(), line)
        self.depth += 1
        if self.depth > DEEPEST:
            raise self.refused(event, "deeper nesting")
        found = (
            self.listed(line, events) if isinstance(event, SequenceStartEvent) else self.mapped(line, events)
        )
        self.depth -= 1
        return found

    def plain(self, event: Event) -> None:
        """Refuses everything but plain scalars, lists and mappings."""
        self.nodes += 1
        if self.nodes > self.most_nodes:
            raise self.refused(event, f"more than {self.most_nodes} values")
        if isinstance(event, AliasEvent):
            raise self.refused(event, f"the alias *{event.anchor}")
        for name, what in (("anchor", "the anchor &"), ("tag", "the tag ")):
            if getattr(event, name, None):
                raise self.refused(event, what + getattr(event, name))
        if isinstance(event, ScalarEvent) and CONTROL.search(event.value):
            raise self.refused(event, "a control character")

    def listed(self, line: int, events: Iterator[Event]) -> Listed:
        items = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self.node(event, events))
        return Listed(tuple(items), line)

    def mapped(self, line: int, events: Iterator[Event]) -> Mapped:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                raise self.refused(event, "a key that is not a word")
            self.plain(event)
            name = event.value.strip()
            if name == "<<":
                raise self.refused(event, "the merge key <<")
            if name in items:
                raise self.refused(event, f"the key {name!r} twice; it stands in line {lines[name]} already")
            lines[name] = line_of(event)
            items[name] = self.node(next(events), events)
        return Mapped(items, lines, line)

    def refused(self, event: Event, found: str) -> PlanError:
        return PlanError([Problem(line_of(event), "", f"{self.what} does not take {found}")])


def line_of(event: Event) -> int:
    """Of the document, from 1."""
    return event.start_mark.line + 1 if event.start_mark else 1


def nearest(word: str, known: list[str]) -> str:
    """A hint for a misspelt word: ' — did you mean …?' or nothing."""
    close = get_close_matches(word, known, n=1)
    return f"; did you mean {close[0]}?" if close else ""


def shown(text: str) -> str:
    """What was found, in quotes, and not longer than a message takes."""
    return repr(text if len(text) <= 60 else text[:60] + "…")


def explained(readings: Readings) -> tuple[str, ...]:
    """The words of a choice, each with what it means where that is told."""
    if isinstance(readings, Mapping):
        return tuple(f"{word} ({means})" if means else word for word, means in readings.items())
    return tuple(readings)


def whole_number(text: str, least: int, most: int) -> int | None:
    """An ASCII number within bounds, or None. Its length comes first: int() of a million digits takes minutes."""
    if not (text.isascii() and text.isdigit() and len(text) <= len(str(most))):
        return None
    return int(text) if least <= int(text) <= most else None


class Section:
    """A mapping whose keys are taken one by one; problems gather in a list, and what was not taken is unknown."""

    def __init__(self, node: Node | None, name: str, problems: list[Problem]) -> None:
        self.name, self.problems = name, problems
        self.taken: set[str] = set()
        self.absent = False  # told already: then nothing is said of what it lacks
        if isinstance(node, Mapped):
            self.node = node
        else:
            self.node = Mapped({}, {}, node.line if node else 1)
            if node is not None:
                self.refuse("", "must be a mapping of keys to values")
            self.absent = True

    def line(self, key: str = "") -> int:
        return self.node.lines.get(key, self.node.line)

    def refuse(self, key: str, message: str, found: str = "", allowed: tuple[str, ...] = ()) -> None:
        where = f"{self.name}.{key}" if key and self.name else key or self.name
        if not self.absent:
            self.problems.append(Problem(self.line(key), where, message, found, allowed))

    def take(self, key: str) -> Node | None:
        self.taken.add(key)
        return self.node.items.get(key)

    def text(self, key: str, default: str | None = None, allowed: tuple[str, ...] = ()) -> str:
        """A single word or sentence; a missing one is a problem unless it has a default."""
        value = self.take(key)
        if value is None:
            if default is None:
                self.missing(key, "is missing", allowed)
            return default or ""
        if not isinstance(value, Text):
            self.refuse(key, "must be a single value")
            return default or ""
        return value.value

    def choice(self, key: str, readings: Readings, refused: Mapping[str, str] | None = None) -> str:
        """One of the named readings; there is no default. `refused` are readings of the field that are not computed,
        each with the reason and what to write instead."""
        value, allowed, words = self.take(key), explained(readings), list(readings)
        if not isinstance(value, Text):
            self.missing(key, "must be chosen, there is no default", allowed)
        elif value.value in (refused or {}):
            self.refuse(
                key, f"{value.value} is not computed: {(refused or {})[value.value]}", value.value, allowed
            )
        elif value.value not in words:
            self.refuse(
                key, f"{shown(value.value)} is not known{nearest(value.value, words)}", value.value, allowed
            )
        else:
            return value.value
        return words[0]

    def section(self, key: str) -> "Section":
        node = self.take(key)
        if node is None:
            self.missing(key, "is missing")
        return Section(node, f"{self.name}.{key}" if self.name else key, self.problems)

    def missing(self, key: str, message: str, allowed: tuple[str, ...] = ()) -> None:
        """A key that is not there, or is there misspelt: then that is the one thing to say."""
        others = [other for other in self.node.items if other not in self.taken]
        close = [] if key in self.node.items else get_close_matches(key, others, n=1, cutoff=0.8)
        if close:
            self.taken.add(close[0])
            self.refuse(close[0], f"is not a key here; did you mean {key}?", close[0])
        else:
            self.refuse(key, message, allowed=allowed)

    def refused(self, key: str, reason: str) -> None:
        """A key of the field that is not computed, with the reason and what to write instead."""
        if self.take(key) is not None:
            self.refuse(key, f"is not computed: {reason}", key)

    def misplaced(self, keys: tuple[str, ...], where: str) -> None:
        """Keys that are known, but not here."""
        for key in keys:
            if key not in self.taken and self.take(key) is not None:
                self.refuse(key, f"is said of {where}", key)

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number within bounds."""
        text = self.text(key)
        found = whole_number(text, least, most)
        if found is None and text:
            self.refuse(key, f"must be a whole number from {least} to {most}", text)
        return least if found is None else found

    def rest(self) -> list[str]:
        """The keys not taken yet, in the document's order; each counts as taken from now on."""
        names = [key for key in self.node.items if key not in self.taken]
        self.taken.update(names)
        return names

    def done(self, known: tuple[str, ...] = ()) -> None:
        """Every key that nobody took is unknown."""
        possible = sorted(self.taken.union(known))
        for key in self.rest():
            hint = "; thousands are grouped with _: 1_000" if DIGITS.match(key) else nearest(key, possible)
            self.refuse(key, f"is not a key here{hint}", key, () if hint else tuple(possible))

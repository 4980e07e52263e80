"""`before:` — how things stand when the first period starts."""

from collections import defaultdict

from commissions.core.document import Listed, Mapped, Node, Problem, Section, Text
from commissions.core.plan import Plan
from commissions.core.scenario.people import PeopleReader
from commissions.core.scenario.terms import Before
from commissions.core.scenario.values import (
    amount_in,
    decimals_of,
    digits,
    hint,
    read_value,
    value_in,
    within,
)
from commissions.core.terms import Once, Pair, Pool

# Words for the only memory that is a rank, whatever its name.
TITLES = ("title", "titles", "career_rank")


class BeforeReader:
    """Memory by its name, `carry`, `held`, `given`, `owes`, `waiting`: for a person, beside the person or here."""

    def __init__(self, plan: Plan, people: PeopleReader, problems: list[Problem]) -> None:
        self.plan, self.people, self.problems = plan, people, problems
        self.memory: dict[str, dict[str, int]] = defaultdict(dict)
        self.windows: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
        self.carry: dict[str, dict[str, tuple[int, ...]]] = defaultdict(dict)
        self.given: dict[str, set[str]] = defaultdict(set)
        self.held: dict[str, dict[str, int]] = defaultdict(dict)
        self.owes: dict[str, int] = {}
        self.waiting: dict[str, int] = {}
        self.pools: dict[str, int] = {}
        memories = plan.memories.values()
        self.titles = [memory.name for memory in memories if memory.unit == "rank" and not memory.keeps]

    def read(self, node: Node | None) -> Before:
        for name, section in self.people.sections.items():
            for key in ("before", "titles", "memory"):
                if key not in self.plan.memories and isinstance(section.node.items.get(key), Mapped):
                    self._person(name, section.section(key))
            self._person(name, section)
        if node is not None:
            self._whole(Section(node, "before", self.problems))
        given = {bonus: frozenset(names) for bonus, names in self.given.items()}
        return Before(
            self.memory, self.windows, self.carry, given, self.held, self.owes, self.waiting, self.pools
        )

    def _whole(self, section: Section) -> None:
        """By person, {Ana: {title: Builder}}, or by memory, {title: {Ana: Builder}}."""
        for key in section.rest():
            if key in self.people.found:
                self._person(key, section.section(key))
            elif key in self.plan.memories:
                inner = section.section(key)
                for name in inner.rest():
                    if name not in self.people.found:
                        inner.refuse(name, f"is nobody{hint(name, self.people.found)}", name)
                    self._memory(name, key, inner, name)
            elif key == "company":
                self._company(section.section(key))
            else:
                known = [*self.people.found, *self.plan.memories, "company"]
                section.refuse(key, f"is neither a person nor a memory{hint(key, known)}", key)

    def _person(self, name: str, section: Section) -> None:
        for key in [key for key in section.node.items if key not in section.taken]:
            word, _, bonus = key.partition(" of ")
            if key in self.plan.memories:
                self._memory(name, key, section, key)
            elif key in TITLES and len(self.titles) == 1:
                self._memory(name, self.titles[0], section, key)
            elif key == "rank":
                section.refuse(key, f"a rank is computed; given: {{{name}: {{rank: …}}}} pins it", key)
                section.taken.add(key)
            elif word == "carry":
                self._carry(name, section, key, self._bonus(section, key, bonus, Pair))
            elif word == "held":
                of = self._bonus(section, key, bonus, None)
                self.held[of][name] = amount_in(section, key, self.plan, "money")
            elif key == "given":
                for of in self._names(section, key):
                    self.given[self._bonus(section, key, of, Once)].add(name)
            elif key in ("owes", "waiting"):
                getattr(self, key)[name] = amount_in(section, key, self.plan, "money")
        trees = list(self.people.words)
        section.done(
            (*self.plan.memories, *trees, "joined", "status", "carry", "held", "given", "owes", "waiting")
        )

    def _memory(self, name: str, memory: str, section: Section, key: str) -> None:
        """A value; or, of a memory that keeps periods, a list with the latest last."""
        known = self.plan.memories[memory]
        node = section.take(key)
        if isinstance(node, Listed) and known.keeps:
            texts = [item.value if isinstance(item, Text) else "" for item in node.items]
            values = [read_value(self.plan, text, known.unit) for text in texts]
            if None in values:
                section.refuse(key, f"must be a list of {known.unit}")
            self.windows[memory][name] = tuple(within(section, key, value or 0) for value in values)
        else:
            self.memory[memory][name] = value_in(section, key, self.plan, known.unit)

    def _carry(self, name: str, section: Section, key: str, bonus: str) -> None:
        """[100, 500], or {left: 100, right: 500}: of the first position; `Uma#2` under carry of a position."""
        node = section.take(key)
        how = next((one.how for one in self.plan.bonuses if one.name == bonus), None)
        if not isinstance(how, Pair):
            return
        slots = self.plan.trees[how.along].slots
        unit = next(volume.unit for volume in self.plan.volumes if volume.name == how.volume)
        if isinstance(node, Mapped):
            nodes = [node.items.get(slot) for slot in slots]
        else:
            nodes = list(node.items) if isinstance(node, Listed) else []
        many = decimals_of(self.plan, unit)
        values = [digits(one.value, many) if isinstance(one, Text) else 0 for one in nodes]
        if len(values) != len(slots) or any(value is None or value < 0 for value in values):
            section.refuse(key, f"must be a number for each of {', '.join(slots)}")
        self.carry[bonus][name] = tuple(within(section, key, value or 0) for value in values)

    def _names(self, section: Section, key: str) -> list[str]:
        node = section.take(key)
        nodes = node.items if isinstance(node, Listed) else (node,)
        return [one.value for one in nodes if isinstance(one, Text)]

    def _bonus(self, section: Section, key: str, name: str, shape: type | None) -> str:
        """The bonus that is named, or the only one of its shape."""
        section.taken.add(key)
        fitting = [
            bonus.name
            for bonus in self.plan.bonuses
            if (isinstance(bonus.how, shape) if shape else bonus.hold is not None)
        ]
        if name in fitting:
            return name
        if name or len(fitting) != 1:
            section.refuse(key, f"must name a bonus: {key.partition(' of ')[0]} of NAME", key, tuple(fitting))
        return fitting[0] if fitting else ""

    def _company(self, section: Section) -> None:
        for key in section.rest():
            name = key.removeprefix("carried of ")
            pools = tuple(bonus.name for bonus in self.plan.bonuses if isinstance(bonus.how, Pool))
            if name not in pools:
                section.refuse(key, "must be: carried of POOL", key, pools)
            else:
                self.pools[name] = amount_in(section, key, self.plan, "money")

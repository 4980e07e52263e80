"""`people:` and `generate:` — who there is, under whom, since when."""

from collections.abc import Mapping
from dataclasses import replace

from commissions.core.document import Listed, Mapped, Node, Problem, Section, Text
from commissions.core.plan import Plan
from commissions.core.scenario.terms import LONG_AGO, STANDINGS, Person, Place
from commissions.core.scenario.values import day_in, hint, one_of, read_value, value_in
from commissions.core.terms import Tree

NOBODY = ("", "-", "~", "null", "none", "nobody", "root", "top", "company")
MOST_PEOPLE = 200_000
STANDING_WORDS = {"active": "good", "in_good_standing": "good", "terminated": "left", "gone": "left"}


def tree_words(plan: Plan) -> dict[str, Tree]:
    """Which tree a key of a person means: the plan's own names, and the field's words where only one can be meant."""
    words = {"parent": plan.trees[plan.main_tree], "upline": plan.trees[plan.main_tree]}
    kinds = {"sponsor": "chosen_at_sign_up", "enroller": "who_brought_them_in", "placement": "placed"}
    for word, kind in kinds.items():
        of_kind = [tree for tree in plan.trees.values() if tree.parent == kind]
        if len(of_kind) == 1:
            words[word] = of_kind[0]
    if "sponsor" not in words and not plan.trees[plan.main_tree].slots:
        words["sponsor"] = plan.trees[plan.main_tree]
    return words | dict(plan.trees)


class PeopleReader:
    """Reads everybody of a scenario; what they bring along from before the first period is left to the caller."""

    def __init__(self, plan: Plan, problems: list[Problem]) -> None:
        self.plan, self.problems = plan, problems
        self.words = tree_words(plan)
        self.found: dict[str, Person] = {}
        self.lines: dict[str, int] = {}
        self.sections: dict[str, Section] = {}  # what is left of each person's keys
        self.inactive: dict[str, dict[str, int]] = {}  # the status that is pinned, by person
        self.nobody = frozenset(NOBODY)  # less the words that are somebody's name here

    def read(self, node: Node | None) -> None:
        if node is None:
            return
        entries = self._entries(node)
        self.nobody = frozenset(NOBODY) - {name for name, _, _ in entries}
        for name, line, said in entries:
            if name in self.found:
                self._refuse(line, f"people.{name}", "stands twice")
                continue
            section = Section(said, f"people.{name}", self.problems)
            self.sections[name], self.lines[name] = section, line
            self.found[name] = self._person(name, section)

    def _entries(self, node: Node) -> list[tuple[str, int, Mapped]]:
        """People as a mapping of names, or as a list with `id`."""
        if isinstance(node, Mapped):
            pairs = [(name, node.lines[name], said) for name, said in node.items.items()]
        elif isinstance(node, Listed):
            pairs = [(self._id(item), item.line, item) for item in node.items]
        else:
            self._refuse(node.line, "people", "must be a mapping of names, or a list of people with id")
            return []
        found = []
        for name, line, said in pairs:
            if isinstance(said, Mapped):
                found.append((name, line, said))
            elif isinstance(said, Text) and (not said.value or isinstance(node, Listed)):
                found.append((name, line, Mapped({}, {}, line)))
            else:
                self._refuse(
                    line, f"people.{name}", "must be a mapping, such as {sponsor: Ana, joined: 2026-01-31}"
                )
        return [(name, line, said) for name, line, said in found if self._good_name(name, line)]

    def _id(self, item: Node) -> str:
        if isinstance(item, Text):
            return item.value
        words = [item.items[key] for key in ("id", "name") if isinstance(item, Mapped) and key in item.items]
        return words[0].value if words and isinstance(words[0], Text) else ""

    def _good_name(self, name: str, line: int) -> bool:
        if not name or "#" in name or len(name) > 60:
            self._refuse(line, "people", "everybody needs an id of 1 to 60 characters without #")
            return False
        return True

    def _person(self, name: str, section: Section) -> Person:
        section.taken.update(("id", "name", "label", "says"))
        standing = 0 if self._inactive(name, section) else self.standing(section)
        parents, places = self.above(name, section)
        return Person(
            name=name,
            line=self.lines[name],
            parents=self._defaults(parents),
            places=places,
            joined=day_in(section, one_of(section, "joined", "since"), LONG_AGO),
            standing=standing or 0,
            orders_before=section.whole("orders_before", 0, 1_000_000)
            if "orders_before" in section.node.items
            else 0,
            inputs=self.inputs(section.section("inputs")) if "inputs" in section.node.items else {},
        )

    def _inactive(self, name: str, section: Section) -> bool:
        """`status: inactive` pins what the plan calls active, whatever the person orders."""
        said = {word: section.node.items.get(word) for word in ("status", "standing")}
        key = next((word for word, node in said.items() if _is(node, "inactive")), "")
        if not key:
            return False
        section.take(key)
        status = self.plan.active or "active"
        if status in self.plan.statuses:
            self.inactive[name] = {status: 0}
        else:
            told = f"the plan calls no status active; given: {{{name}: {{…: no}}}} pins one of its own"
            section.refuse(key, told, "inactive", tuple(self.plan.statuses))
        return True

    def standing(self, section: Section) -> int | None:
        key = one_of(section, "status", "standing")
        text = section.text(key, "")
        text = STANDING_WORDS.get(text, text)
        if text == "inactive":
            section.refuse(key, "is said by given: {…: {active: no}} in the period", text, STANDINGS)
        elif text and text not in STANDINGS:
            section.refuse(key, f"{text!r} is no status{hint(text, STANDINGS)}", text, STANDINGS)
        return STANDINGS.index(text) if text in STANDINGS else None

    def inputs(self, section: Section) -> dict[str, int]:
        """Numbers that orders cannot tell, by the names that the plan declares under `inputs`."""
        found = {}
        for name in section.rest():
            if name not in self.plan.inputs:
                known = tuple(self.plan.inputs)
                section.refuse(name, f"is no input of the plan{hint(name, known)}", name, known)
            else:
                found[name] = value_in(section, name, self.plan, self.plan.inputs[name])
        return found

    def above(self, name: str, section: Section) -> tuple[dict[str, str], dict[str, tuple[Place, ...]]]:
        """Under whom somebody stands, tree by tree."""
        parents: dict[str, str] = {}
        places: dict[str, tuple[Place, ...]] = {}
        for word in [word for word in section.node.items if word in self.words]:
            tree = self.words[word]
            if tree.name in parents or tree.name in places:
                section.refuse(word, f"says the tree {tree.name} a second time", word)
            if tree.slots:
                places[tree.name] = self._places(word, section, tree)
            else:
                said = section.text(word, "")
                parents[tree.name] = "" if said in self.nobody else said
        return parents, places

    def _defaults(self, parents: dict[str, str]) -> dict[str, str]:
        """Who names only a sponsor, or only an enroller, has the same one in both trees."""
        kinds = ("chosen_at_sign_up", "who_brought_them_in")
        pair = [next((t.name for t in self.plan.trees.values() if t.parent == kind), "") for kind in kinds]
        if all(pair):
            for one, other in (pair, pair[::-1]):
                if one in parents and other not in parents:
                    parents[other] = parents[one]
        rooted = {
            tree.name: "" for tree in self.plan.trees.values() if not tree.slots and tree.parent != "rule"
        }
        return rooted | parents

    def _places(self, word: str, section: Section, tree: Tree) -> tuple[Place, ...]:
        node = section.take(word)
        nodes = node.items if isinstance(node, Listed) else (node,)
        return tuple(self._place(word, section, tree, one) for one in nodes if one is not None)

    def _place(self, word: str, section: Section, tree: Tree, node: Node) -> Place:
        """`Uma left`, `Uma#2 right`, `Uma` (the first free place under Uma), or {under: Uma, slot: left}."""
        if isinstance(node, Mapped):
            inner = Section(node, f"{section.name}.{word}", self.problems)
            under, slot = (
                inner.text(one_of(inner, "under", "parent")),
                inner.text(one_of(inner, "slot", "leg", "side", "position"), ""),
            )
            inner.done()
            if under in self.nobody:
                return Place("", -1)
        else:
            said = node.value if isinstance(node, Text) else ""
            if said in self.nobody:
                return Place("", -1)
            under, _, slot = said.rpartition(" ")
            if not under or slot not in tree.slots:
                under, slot = said, ""
        if slot and slot not in tree.slots:
            section.refuse(word, f"{slot!r} is no slot of {tree.name}", slot, tree.slots)
            return Place(under, -1)
        return Place(under, tree.slots.index(slot) if slot else -1)

    # --- generate ---------------------------------------------------------------------------------------------------
    def generate(self, node: Node | None) -> list[tuple[tuple[str, ...], Node]]:
        """Grows full trees; returns who grew, with the orders that each of them places in every period."""
        nodes = node.items if isinstance(node, Listed) else (node,) if node is not None else ()
        grown: list[tuple[tuple[str, ...], Node]] = []
        for one in nodes:
            section = Section(one, "generate", self.problems)
            names = self._grow(section)
            orders = section.take("each_orders")
            if orders is not None:
                grown.append((names, orders))
            section.done()
        return grown

    def _grow(self, section: Section) -> tuple[str, ...]:
        start = section.text("under")
        section.taken.update(("along", "wide", "deep", "joined"))
        if start not in self.found:
            section.refuse("under", f"{start!r} is nobody{hint(start, self.found)}", start)
            return ()
        word = section.text("along", self.plan.main_tree)
        if word not in self.words:
            section.refuse("along", f"{word!r} is no tree", word, tuple(self.plan.trees))
            return ()
        joined = day_in(section, "joined", LONG_AGO)
        level: list[str] = [start]
        names: list[str] = []
        slots = len(self.words[word].slots)
        for wide in self._widths(section):
            if slots and wide > slots:
                section.refuse("wide", f"is wider than {self.words[word].name}, which has {slots} slots")
                return ()
            if len(names) + len(level) * wide > MOST_PEOPLE:
                section.refuse("", f"grows more than {MOST_PEOPLE} people")
                return ()
            level = [
                self._child(above, at, self.words[word], joined) for above in level for at in range(wide)
            ]
            names += level
        return tuple(names)

    def _widths(self, section: Section) -> list[int]:
        """`wide: 5, deep: 3`, or a width for each level: `wide: [10, 5, 5]`."""
        node = section.node.items.get("wide")
        if isinstance(node, Listed):
            section.taken.add("wide")
            texts = [item.value if isinstance(item, Text) else "" for item in node.items]
            found = [read_value(self.plan, text, "count") or 0 for text in texts]
            if min(found, default=0) < 1:
                section.refuse("wide", "must be whole numbers from 1, one for each level")
            return found
        deep = section.whole("deep", 1, 10_000) if "deep" in section.node.items else 1
        return [section.whole("wide", 1, MOST_PEOPLE)] * deep

    def _child(self, above: str, at: int, tree: Tree, joined: int) -> str:
        name, line = f"{above}.{at + 1}", self.lines.get(above, 1)
        if name in self.found:
            self._refuse(
                self.lines[name], f"people.{name}", "stands twice: generate grows somebody of that name"
            )
        if tree.slots:
            of_people = [one for one in self.plan.trees.values() if not one.slots and one.parent != "rule"]
            places = {tree.name: (Place(above, at),)}
            self.found[name] = Person(name, {one.name: above for one in of_people}, places, joined, line=line)
        else:
            self.found[name] = Person(name, self._defaults({tree.name: above}), {}, joined, line=line)
        self.lines[name] = line
        return name

    # --- whether the trees are trees --------------------------------------------------------------------------------
    def check(self) -> None:
        """Everybody named as a parent exists, and nobody stands above themselves."""
        for name, person in self.found.items():
            told: set[str] = {""}
            for tree, above in person.parents.items():
                if above not in self.found and above not in told:
                    told.add(above)
                    meant = hint(above, self.found)
                    self._refuse(self.lines[name], f"people.{name}.{tree}", f"{above!r} is nobody{meant}")
            for tree, places in person.places.items():
                for place in places:
                    if place.under and place.under.partition("#")[0] not in self.found:
                        no_place = self._no_place(tree, place)
                        self._refuse(self.lines[name], f"people.{name}.{tree}", no_place)
        if not self.problems:
            self._check_circles()
        if not self.problems:
            self._settle_joined()

    def _no_place(self, tree: str, place: Place) -> str:
        """`Uma middle`, where Uma is somebody: then middle is no slot."""
        under, _, slot = place.under.rpartition(" ")
        if under.partition("#")[0] in self.found:
            return f"{slot!r} is no slot of {tree}; its slots are {', '.join(self.plan.trees[tree].slots)}"
        return f"{place.under!r} is nobody{hint(place.under, self.found)}"

    def in_order(self) -> tuple[Person, ...]:
        """Everybody in the order in which they joined. Of one day, as the document has them, but nobody before the
        one above: who stands there waits until then."""
        found: list[Person] = []
        here: set[str] = {""}
        waiting: dict[str, list[Person]] = {}
        for person in sorted(self.found.values(), key=lambda person: person.joined):
            ready = [person]
            while ready:
                one = ready.pop()
                missing = next((above for above in one.parents.values() if above not in here), "")
                if missing:
                    waiting.setdefault(missing, []).append(one)
                    continue
                found.append(one)
                here.add(one.name)
                ready += reversed(waiting.pop(one.name, []))
        return tuple(found)

    def _check_circles(self) -> None:
        for tree in self.plan.trees.values():
            if not tree.slots and not self.problems:
                self._no_circle({name: one.parents.get(tree.name, "") for name, one in self.found.items()})

    def _settle_joined(self) -> None:
        """Who names no day joined on the day of the one above; nobody joined before the one above did."""
        settled: dict[str, int] = {}
        for name in self.found:
            path = [name]
            while path:
                person = self.found[path[-1]]
                above = [parent for parent in person.parents.values() if parent]
                waiting = [parent for parent in above if parent not in settled and parent not in path]
                if waiting:
                    path.append(waiting[0])
                    continue
                latest = max((settled.get(parent, LONG_AGO) for parent in above), default=LONG_AGO)
                settled[path.pop()] = latest if person.joined == LONG_AGO else person.joined
                if settled[person.name] < latest:
                    told = f"{person.name} joined before the one above did"
                    self._refuse(self.lines[person.name], f"people.{person.name}.joined", told)
        self.found.update({name: replace(one, joined=settled[name]) for name, one in self.found.items()})

    def _no_circle(self, parents: Mapping[str, str]) -> None:
        safe: set[str] = {""}
        for name in parents:
            path: dict[str, None] = {}
            at = name
            while at not in safe:
                if at in path:
                    circle = list(path)[list(path).index(at) :]
                    told = " under ".join([*circle[:10], at])
                    self._refuse(self.lines[at], f"people.{at}", f"stands above itself: {told}")
                    return
                path[at] = None
                at = parents[at]
            safe.update(path)

    def _refuse(self, line: int, key: str, message: str) -> None:
        self.problems.append(Problem(line, key, message))


def _is(node: Node | None, word: str) -> bool:
    return isinstance(node, Text) and node.value == word

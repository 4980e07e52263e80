"""Who stands where as the periods pass: people join, change, leave, and take positions."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from commissions.core import placing
from commissions.core.document import Problem
from commissions.core.facts import GOOD, LEFT, Ints, Positions, depths
from commissions.core.plan import Plan
from commissions.core.scenario.terms import Period, Person, Place, Scenario
from commissions.core.terms import Tree


class ScenarioError(ValueError):
    """A scenario that reads well and cannot be played, with the line, the key and the reason."""

    def __init__(self, line: int, key: str, message: str) -> None:
        super().__init__(str(Problem(line, key, message)))


@dataclass(frozen=True, slots=True)
class Standing:
    """Everybody of one period in the engine's order: by depth in the main tree, then by name."""

    names: tuple[str, ...]
    place: Mapping[str, int]
    parents: Mapping[str, Ints]  # of each tree of people, the main one too
    standing: Ints
    positions: Mapping[str, Positions]


class World:
    def __init__(self, scenario: Scenario) -> None:
        self.plan: Plan = scenario.plan
        self.people = {person.name: person for person in scenario.people}
        self.parents = {
            tree.name: {person.name: person.parents.get(tree.name, "") for person in scenario.people}
            for tree in self.plan.trees.values()
            if not tree.slots
        }
        self.standing = {person.name: person.standing for person in scenario.people}
        self.positions: dict[str, dict[str, tuple[str, str, int]]] = {
            tree.name: {} for tree in self.plan.placements
        }  # key to (owner, key above, slot), in the order in which they were taken
        self.here: list[str] = []  # in the order in which they joined
        self.owned: dict[tuple[str, str], int] = {}  # how many positions, by tree and owner
        self.taken: set[tuple[str, str, int]] = set()  # tree, key above, slot
        self.asked: dict[str, list[str]] = {}

    def begin(self, period: Period) -> Standing:
        """Moves to a period: who has joined by its end is here, what changed has changed."""
        here = set(self.here)
        newcomers = [
            person
            for person in self.people.values()
            if person.joined < period.last_day and person.name not in here
        ]
        self.here += [person.name for person in newcomers]
        for name, change in period.changes.items():
            if change.standing is not None:
                self.standing[name] = change.standing
            for tree, above in change.parents.items():
                self.parents[tree][name] = above
        self._settle_rules(newcomers)
        if period.changes:
            self._check_moves(period)
        self._move_up()
        for board in self.plan.placements:
            self._take_positions(board, newcomers)
        return self._arranged(period)

    def _check_moves(self, period: Period) -> None:
        """Whoever moves goes under somebody who is here, and not below themselves."""
        here = set(self.here)
        for name, change in period.changes.items():
            key = f"periods.{period.key}.changes.{name}"
            for tree, above in change.parents.items():
                if above and above not in here:
                    raise ScenarioError(change.line, f"{key}.{tree}", f"{above} has not joined yet")
                if stands_above(self.parents[tree], name):
                    raise ScenarioError(change.line, f"{key}.{tree}", f"{name} would stand above themselves")

    def _settle_rules(self, newcomers: list[Person]) -> None:
        """Trees whose parent is a rule are settled once, at sign-up."""
        for tree in self.plan.trees.values():
            if tree.parent == "rule":
                for person in newcomers:
                    if tree.name not in person.parents:
                        self.parents[tree.name][person.name] = placing.parent_by_rule(
                            self.plan, tree, person.name, self.here, self.parents
                        )

    def _move_up(self) -> None:
        """Where the plan says so, the team of who left moves up to the next one who has not."""
        for tree in self.plan.trees.values():
            if tree.slots or tree.who_leaves != "team_moves_up":
                continue
            parents = self.parents[tree.name]
            for name in self.here:
                while parents[name] and self.standing[parents[name]] == LEFT:
                    parents[name] = parents[parents[name]]

    def _take_positions(self, tree: Tree, newcomers: list[Person]) -> None:
        """Places that were named, and those that the tree's `fill` finds, in the order of joining."""
        taken = self.positions[tree.name]
        for owner in self.asked.pop(tree.name, []):
            self._take(*self._once_more(tree, owner), f"{owner}#{self._count(tree, owner) + 1}")
        waiting = [(person.name, place) for person in newcomers for place in self._wanted(tree, person)]
        while waiting:
            later = []
            for owner, place in waiting:
                if place.under and place.under not in taken and self._named(tree, owner):
                    later.append((owner, place))
                    continue
                count = self._count(tree, owner)
                self._take(tree, owner, place, owner if not count else f"{owner}#{count + 1}")
            if len(later) == len(waiting):
                owner, place = later[0]
                raise self._refused(
                    tree, owner, f"{place.under} has no position in {tree.name} to stand under"
                )
            waiting = later

    def _once_more(self, tree: Tree, owner: str) -> tuple[Tree, str, Place]:
        """A further position: below the owner; where that matrix is full, below the next one above who has room; where
        all are full, below the owner at any depth."""
        taken, above = self.positions[tree.name], self.parents.get(tree.under, {})
        under = owner
        while under:
            if under in taken and placing.find_place(tree, taken, under) is not None:
                return tree, owner, Place(under, -1)
            under = above.get(under, "")
        return replace(tree, depth=0), owner, Place(owner, -1)

    def _refused(self, tree: Tree, owner: str, message: str) -> ScenarioError:
        return ScenarioError(self.people[owner].line, f"people.{owner}.{tree.name}", message)

    def _named(self, tree: Tree, owner: str) -> bool:
        """Whether somebody said where the owner stands, and not the tree's `fill`."""
        return tree.name in self.people[owner].places

    def _wanted(self, tree: Tree, person: Person) -> tuple[Place, ...]:
        if tree.name in person.places:
            return person.places[tree.name]
        if tree.fill in ("", "chosen"):
            return (Place("", -1),) if person.name == self._top(tree) else ()
        above = self.parents[tree.under].get(person.name, "") if tree.under else ""
        return (Place(above, -1),)

    def _top(self, tree: Tree) -> str:
        """Who stands at the top of a tree whose places are chosen, where nobody says it: the first who is under nobody
        and under whom others are put."""
        places = [place for one in self.people.values() for place in one.places.get(tree.name, ())]
        if self.positions[tree.name] or any(not place.under for place in places):
            return ""
        named = {place.under for place in places}
        above = self.parents[tree.under or self.plan.main_tree]
        silent = [one.name for one in self.people.values() if tree.name not in one.places]
        return next((name for name in silent if name in named and not above.get(name)), "")

    def _count(self, tree: Tree, owner: str) -> int:
        return self.owned.get((tree.name, owner), 0)

    def _take(self, tree: Tree, owner: str, place: Place, key: str) -> None:
        taken = self.positions[tree.name]
        if self._count(tree, owner) >= tree.positions_per_person:
            told = f"asks for more than {tree.positions_per_person} positions in {tree.name}"
            raise self._refused(tree, owner, told)
        if place.slot >= 0:
            if (tree.name, place.under, place.slot) in self.taken:
                told = f"{place.under} {tree.slots[place.slot]} in {tree.name} is taken already"
                raise self._refused(tree, owner, told)
            self._taken(tree, key, owner, place.under, place.slot)
            return
        if not place.under and taken and self._named(tree, owner):
            raise self._refused(
                tree, owner, f"the top of {tree.name} is taken already, by {next(iter(taken))}"
            )
        brought = self._brought(tree, place.under) if tree.fill == "alternate" else 0
        found = placing.find_place(tree, taken, place.under, brought)
        if found is not None:  # a full matrix takes nobody in
            self._taken(tree, key, owner, *found)

    def _taken(self, tree: Tree, key: str, owner: str, above: str, slot: int) -> None:
        self.positions[tree.name][key] = (owner, above, slot)
        self.owned[tree.name, owner] = self._count(tree, owner) + 1
        self.taken.add((tree.name, above, slot))

    def _brought(self, tree: Tree, upline: str) -> int:
        """How many of those whom somebody brought in stand in the tree already. Whom nobody brought in stands below the
        top, who does not count."""
        above = self.parents.get(tree.under, {})
        places = self.positions[tree.name].values()
        return len({owner for owner, over, _ in places if above.get(owner) == upline and (upline or over)})

    def _arranged(self, period: Period) -> Standing:
        main = self.parents[self.plan.main_tree]
        at = {name: row for row, name in enumerate(self.here)}
        sponsor = np.array([self._row(at, main[name]) for name in self.here], np.int64).reshape(-1)
        depth = depths(sponsor).tolist()
        order = sorted(range(len(self.here)), key=lambda row: (depth[row], self.here[row]))
        names = tuple(self.here[row] for row in order)
        place = {name: row for row, name in enumerate(names)}
        return Standing(
            names=names,
            place=place,
            parents={
                tree: np.array([self._row(place, above[name]) for name in names], np.int64)
                for tree, above in self.parents.items()
            },
            standing=np.array([self.standing.get(name, GOOD) for name in names], np.int64),
            positions={tree: arrange(held, place) for tree, held in self.positions.items()},
        )

    def _row(self, at: Mapping[str, int], above: str) -> int:
        return at[above] if above else -1


def stands_above(parents: Mapping[str, str], name: str) -> bool:
    """Whether somebody stands above themselves."""
    met: set[str] = set()
    at = parents.get(name, "")
    while at and at != name and at not in met:
        met.add(at)
        at = parents.get(at, "")
    return at == name


def arrange(held: Mapping[str, tuple[str, str, int]], place: Mapping[str, int]) -> Positions:
    """Positions as the engine reads them: sorted by depth, then by key."""
    keys = list(held)
    at = {key: row for row, key in enumerate(keys)}
    parent = np.array([at[held[key][1]] if held[key][1] else -1 for key in keys], np.int64).reshape(-1)
    depth = depths(parent).tolist()
    order = sorted(range(len(keys)), key=lambda row: (depth[row], keys[row]))
    new = {row: position for position, row in enumerate(order)}
    return Positions(
        key=np.array([keys[row] for row in order], np.str_),
        owner=np.array([place[held[keys[row]][0]] for row in order], np.int64),
        parent=np.array([new[int(parent[row])] if parent[row] >= 0 else -1 for row in order], np.int64),
        slot=np.array([held[keys[row]][2] if held[keys[row]][1] else -1 for row in order], np.int64),
    )

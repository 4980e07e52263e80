"""Who stands under whom: one tree of people, or of the positions that people own, walked a step at a time."""

from dataclasses import dataclass, field

from commissions.core.facts import Facts
from commissions.core.terms import Plan

NOBODY = -1


@dataclass
class Tree:
    """Nodes and what is above and below them. In a tree of people a node is a person."""

    above: list[int]
    owner: list[int]  # who earns at a node
    slot: list[int]  # under the node above
    below: list[list[int]] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)  # where a person stands: the first node they own

    def __post_init__(self) -> None:
        self.below = [[] for _ in self.above]
        for node, parent in enumerate(self.above):
            if parent != NOBODY:
                self.below[parent].append(node)
            self.first.setdefault(self.owner[node], node)

    def standing_at(self, node: int) -> int:
        """The person whose own place a node is; nobody stands at a further position of the same person."""
        owner = self.owner[node]
        return owner if self.first[owner] == node else NOBODY

    def path(self, person: int) -> list[int]:
        """From the person's own node up to the root; nothing for who has no place."""
        node = self.first.get(person, NOBODY)
        found = []
        while node != NOBODY:
            found.append(node)
            node = self.above[node]
        return found

    def parent(self, person: int) -> int:
        """Who owns the node above the person's own."""
        path = self.path(person)
        return self.owner[path[1]] if len(path) > 1 else NOBODY

    def branch(self, node: int) -> list[int]:
        """Everybody who stands at a node or below it."""
        found, waiting = [], [node]
        while waiting:
            node = waiting.pop()
            person = self.standing_at(node)
            if person != NOBODY:
                found.append(person)
            waiting.extend(self.below[node])
        return found

    def legs(self, person: int) -> list[int]:
        """The heads of the branches right below a person."""
        return self.below[self.first[person]] if person in self.first else []


def trees(plan: Plan, facts: Facts) -> dict[str, Tree]:
    """Every tree of the plan, by name."""
    everybody = list(range(len(facts.people)))
    found = {}
    for name, tree in plan.trees.items():
        if tree.slots:
            there = facts.positions.get(name)
            if there is None:
                found[name] = Tree([], [], [])
            else:
                found[name] = Tree(there.parent.tolist(), there.owner.tolist(), there.slot.tolist())
        else:
            main = name == plan.main_tree
            parents = facts.people.sponsor if main else facts.people.parents.get(name)
            above = [NOBODY] * len(everybody) if parents is None else parents.tolist()
            found[name] = Tree(above, everybody, [NOBODY] * len(everybody))
    return found

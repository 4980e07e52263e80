"""Where people stand in a tree: they are its nodes, or each stands on the first of the positions they own."""

from dataclasses import dataclass, field

import numpy as np

from commissions.core import network
from commissions.core.facts import Facts
from commissions.core.network import Bools, Ints, Network, Rows
from commissions.core.terms import Plan


@dataclass(frozen=True, slots=True)
class Seats:
    """In a tree of people `owner`, `first` and `taken` are None: everybody is their own node."""

    network: Network
    owner: Ints | None = None  # of each node
    first: Ints | None = None  # of each person: the node they stand on, -1 without one
    taken: Bools | None = None  # nodes somebody stands on: at further positions of an owner nobody does
    homeless: Ints = field(default_factory=lambda: np.empty(0, np.int64))  # people without a position

    def people(self, nodes: Rows) -> Rows:
        """Who owns these nodes."""
        return nodes if self.owner is None else self.owner[nodes]

    def standing(self, nodes: Rows) -> Rows:
        """Who stands on these nodes."""
        if self.owner is None or self.taken is None:
            return nodes
        owner: Ints = self.owner[nodes]
        return owner[self.taken[nodes]]

    def nodes(self, people: Ints) -> Ints:
        """Where these people stand; -1 without a position."""
        return people if self.first is None else self.first[people]

    def empty(self, nodes: Rows) -> Bools | None:
        """On which of these nodes nobody stands; None when that cannot be."""
        return None if self.taken is None else ~self.taken[nodes]

    def at(self, of_nodes: Ints, people: Rows, nothing: int) -> Ints:
        """What is known of nodes, for the people who stand there."""
        if self.first is None:
            return of_nodes[people]
        node = self.first[people]
        if not len(of_nodes):
            return np.full(node.shape, nothing, of_nodes.dtype)
        return np.where(node < 0, nothing, of_nodes[node])


def of(plan: Plan, facts: Facts, name: str) -> Seats:
    """The seats of a tree of the plan. A tree that the facts do not tell has a root for everybody, or no position."""
    people = len(facts.people)
    if name == plan.main_tree:
        return Seats(network.of_sorted(facts.people.sponsor))
    if not plan.trees[name].slots:
        return Seats(network.of(facts.people.parents.get(name, np.full(people, -1, np.int64))))
    nothing = np.empty(0, np.int64)
    known = facts.positions.get(name)
    if known is None:
        return Seats(
            network.of_sorted(nothing, nothing),
            nothing,
            np.full(people, -1, np.int64),
            nothing > 0,
            np.arange(people),
        )
    first = np.full(people, -1, np.int64)
    first[known.owner[::-1]] = np.arange(len(known))[::-1]
    taken = first[known.owner] == np.arange(len(known))
    return Seats(
        network.of_sorted(known.parent, known.slot), known.owner, first, taken, np.flatnonzero(first < 0)
    )

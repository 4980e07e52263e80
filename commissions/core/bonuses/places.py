"""Where a walk goes: the people of a tree, or the positions of one with slots and who stands on each."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.bonuses.board import Board
from commissions.core.network import Network

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Places:
    """An index one past the last place stands for nobody: with it no array has to be cut shorter on the way up."""

    network: Network
    owner: Ints  # the person on each place
    first: Ints  # of each person: their first place, or nobody
    parent: Ints  # of each place and of nobody: the place above, or nobody
    depth: Ints  # of each place; -1 of nobody
    positions: bool  # places that people own, not the people themselves

    @property
    def nobody(self) -> int:
        """The index that stands for nobody."""
        return len(self.owner)

    def above(self, test: Bools) -> Ints:
        """Of each place and of nobody: the nearest place strictly above where the test holds, or nobody."""
        found = self.network.nearest_above(test)
        return np.append(np.where(found < 0, self.nobody, found), self.nobody)

    def at_or_above(self, test: Bools) -> Ints:
        """Of each place and of nobody: the nearest place where the test holds, itself included, or nobody."""
        return np.where(np.append(test, False), np.arange(self.nobody + 1), self.above(test))

    def counted(self, test: Bools) -> Ints:
        """Of each place and of nobody: how many places from the root down to it pass the test, itself included."""
        found = np.append(test.astype(np.int64), 0)
        for level in self.network.levels[1:]:
            found[:-1][level] += found[self.parent[:-1][level]]
        return found


def of(board: Board, tree: str) -> Places:
    """The places of a tree of the plan."""
    network = board.people.tree(tree)
    nobody = len(network)
    parent = np.append(np.where(network.parent < 0, nobody, network.parent), nobody)
    depth = np.append(network.depth, -1)
    if not board.plan.trees[tree].slots:
        everybody = np.arange(nobody)
        return Places(network, everybody, everybody, parent, depth, positions=False)
    owner = board.facts.positions[tree].owner
    first = np.full(len(board), nobody, np.int64)
    first[owner[::-1]] = np.arange(nobody)[::-1]
    return Places(network, owner, first, parent, depth, positions=True)


def ordinals(owner: Ints, people: int) -> Ints:
    """Of each position: which of its owner's it is, from 1."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(people))
    found = np.empty(len(owner), np.int64)
    found[order] = np.arange(len(owner)) - starts[owner[order]] + 1
    return found

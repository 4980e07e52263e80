"""A tree as parallel arrays: sweeps over whole levels, never over one person."""

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import depths

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Rows = slice | Ints


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes and who is above them. A node is a person, or in a tree with slots a position that somebody owns."""

    parent: Ints  # index of the node above, -1 for a root
    depth: Ints  # 0 for a root
    levels: tuple[Rows, ...]  # the nodes of each depth, roots first: slices where they stand together
    slot: Ints | None = None  # under the node above, -1 for a root

    def __len__(self) -> int:
        return len(self.parent)

    def team(self, values: Ints) -> Ints:
        """Of each node: the sum over everything below, all depths."""
        return self.self_and_team(values) - values

    def self_and_team(self, values: Ints) -> Ints:
        total = values.astype(np.int64, copy=True)
        for level in reversed(self.levels[1:]):
            np.add.at(total, self.parent[level], total[level])
        return total

    def frontline(self, values: Ints) -> Ints:
        """Of each node: the sum over those right below it."""
        total = np.zeros(len(self), np.int64)
        below = self.parent >= 0
        np.add.at(total, self.parent[below], values[below])
        return total

    def nearest_above(self, test: Bools) -> Ints:
        """Of each node: the nearest node above for which the test is true, -1 when there is none."""
        found = np.full(len(self), -1, np.int64)
        for level in self.levels[1:]:
            parent = self.parent[level]
            found[level] = np.where(test[parent], parent, found[parent])
        return found

    def below(self, level: int) -> Rows:
        """The nodes of the level below, each right below one of this level."""
        return self.levels[level + 1] if level + 1 < len(self.levels) else slice(0, 0)


def of(parent: Ints) -> Network:
    """The network of nodes in any order."""
    depth = depths(parent)
    order = np.argsort(depth, kind="stable")
    starts = np.searchsorted(depth[order], np.arange(depth.max(initial=-1) + 2))
    return Network(parent, depth, tuple(order[a:b] for a, b in pairwise(starts.tolist())))


def of_sorted(parent: Ints, slot: Ints | None = None) -> Network:
    """The network of nodes that are sorted by depth, as facts are: a level is a slice."""
    starts = [0]
    while starts[-1] < len(parent):
        starts.append(_next_level(parent, starts[-1]))
    lengths = np.diff(starts)
    depth = np.repeat(np.arange(len(lengths)), lengths)
    return Network(parent, depth, tuple(slice(a, b) for a, b in pairwise(starts)), slot)


def _next_level(parent: Ints, start: int) -> int:
    """Where the level below the one that begins at `start` begins: with the first node whose parent is not before."""
    step, size = 1, len(parent)
    while start + step < size and parent[start + step] < start:
        step *= 2
    found = range(start + step // 2, min(start + step, size))
    return found.start + bisect_left(found, True, key=lambda node: bool(parent[node] >= start))

"""The tree as parallel arrays, parents before children: sweeps over whole levels, never over one person."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import depths

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Network:
    sponsor: Ints  # index of the sponsor, -1 for a root
    depth: Ints  # 0 for a root
    levels: tuple[slice, ...]  # the people of each depth stand together, roots first

    def __len__(self) -> int:
        return len(self.sponsor)

    def team(self, values: Ints) -> Ints:
        """Of each person: the sum over everybody below, all depths."""
        return self.self_and_team(values) - values

    def self_and_team(self, values: Ints) -> Ints:
        total = values.astype(np.int64, copy=True)
        for level in reversed(self.levels[1:]):
            np.add.at(total, self.sponsor[level], total[level])
        return total

    def frontline(self, values: Ints) -> Ints:
        """Of each person: the sum over those they sponsored themselves."""
        total = np.zeros(len(self), np.int64)
        below = self.sponsor >= 0
        np.add.at(total, self.sponsor[below], values[below])
        return total

    def extreme(self, values: Ints, among: Bools, *, largest: bool) -> Ints:
        """Of each person: the largest (smallest) value among the front line; 0 without anybody there."""
        bound = np.iinfo(np.int64)
        found = np.full(len(self), bound.min if largest else bound.max, np.int64)
        below = (self.sponsor >= 0) & among
        (np.maximum if largest else np.minimum).at(found, self.sponsor[below], values[below])
        return np.where((found == bound.min) | (found == bound.max), 0, found)

    def legs(self, test: Bools) -> Ints:
        """Of each person: how many front-line branches hold anyone, at any depth, for whom the test is true."""
        held = self.self_and_team(test.astype(np.int64)) > 0
        return self.frontline(held.astype(np.int64))

    def nearest_above(self, test: Bools) -> Ints:
        """Of each person: the nearest upline for whom the test is true, -1 when there is none."""
        found = np.full(len(self), -1, np.int64)
        for level in self.levels[1:]:
            sponsor = self.sponsor[level]
            found[level] = np.where(test[sponsor], sponsor, found[sponsor])
        return found


def of(sponsor: Ints) -> Network:
    """The network of people who stand sorted by depth."""
    depth = depths(sponsor)
    starts = np.searchsorted(depth, np.arange(depth.max(initial=-1) + 2))
    levels = tuple(slice(int(a), int(b)) for a, b in pairwise(starts))
    return Network(sponsor, depth, levels)

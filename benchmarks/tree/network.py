"""A made-up network as arrays: who sponsors whom, and whom the measurements ask about."""

from dataclasses import dataclass

import numpy as np

from distributors.tree.arrays import Ints, levels, tour

SEED = 20_260_301


@dataclass(frozen=True, slots=True)
class Network:
    """Position i has the key i + 1 in every table. parent is a position, -1 for the root."""

    parent: Ints
    level: Ints
    by_level: list[Ints]
    enter: Ints
    leave: Ints

    def __len__(self) -> int:
        return len(self.parent)

    @property
    def size(self) -> Ints:
        """How many people each branch has, its head included."""
        return (self.leave - self.enter + 1) // 2

    def branches(self, near: int, count: int) -> list[int]:
        """Keys of the `count` heads whose branches come nearest to so many people, none inside another."""
        chosen: list[int] = []
        for at in np.argsort(np.abs(self.size - near), kind="stable").tolist():
            if at and not any(self.within(at, one) or self.within(one, at) for one in chosen):
                chosen.append(at)
            if len(chosen) == count:
                break
        return [at + 1 for at in chosen]

    def within(self, at: int, head: int) -> bool:
        return bool(self.enter[head] <= self.enter[at] <= self.leave[head])

    def outside(self, key: int, random: np.random.Generator) -> int:
        """The key of somebody who is not in this branch."""
        while True:
            at = int(random.integers(len(self)))
            if not self.within(at, key - 1):
                return at + 1


def made_up(people: int) -> Network:
    """One tree, a few dozen levels deep, in which early people sponsor more."""
    random = np.random.default_rng(SEED)
    parent = (random.random(people) ** 1.2 * np.arange(people)).astype(np.int64)
    parent[0] = -1
    level, by_level = levels(parent)
    enter, leave = tour(parent, by_level)
    return Network(parent, level, by_level, enter, leave)

"""A forest as parallel arrays: levels and labels without recursion and without a loop per person.

parent[i] is the position of i's parent in the same arrays, or -1. Children keep the order of their positions.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Numbered(NamedTuple):
    """Each position's labels, level, and the position of its root."""

    lft: Ints
    rght: Ints
    level: Ints
    root: Ints


class Circle(ValueError):
    """These positions are their own ancestors."""

    def __init__(self, positions: list[int]) -> None:
        self.positions = positions
        super().__init__(f"A circle of {len(positions)} people")


def levels(parent: Ints) -> tuple[Ints, list[Ints]]:
    """(level of each position, positions by level from the roots down, siblings together). Raises Circle."""
    order = np.argsort(parent, kind="stable")
    begin = np.searchsorted(parent[order], np.arange(len(parent) + 1))
    level = np.full(len(parent), -1, dtype=np.int64)
    frontier: Ints = np.flatnonzero(parent == -1)
    found: list[Ints] = []
    while len(frontier):
        level[frontier] = len(found)
        found.append(frontier)
        counts = begin[frontier + 1] - begin[frontier]
        ends = np.cumsum(counts)
        offsets = np.arange(ends[-1]) - np.repeat(ends - counts, counts)
        frontier = order[np.repeat(begin[frontier], counts) + offsets]
    if (level == -1).any():
        raise Circle(_circle(parent, int(np.flatnonzero(level == -1)[0])))
    return level, found


def tour(parent: Ints, by_level: list[Ints]) -> tuple[Ints, Ints]:
    """Each position's place in the walk around the forest: (number when entered, number when left), from
    0.
    """
    size = np.ones(len(parent), dtype=np.int64)
    for positions in reversed(by_level[1:]):
        np.add.at(size, parent[positions], size[positions])
    enter = np.zeros(len(parent), dtype=np.int64)
    for positions in by_level:
        width = 2 * size[positions]
        before = np.cumsum(width) - width
        above = parent[positions]
        first = np.r_[True, above[1:] != above[:-1]]
        # Siblings stand together: what came before the first of them does not count.
        base = np.maximum.accumulate(np.where(first, before, 0))
        start = np.where(above >= 0, enter[above] + 1, 0)
        enter[positions] = start + before - base
    return enter, enter + 2 * size - 1


def numbered(parent: Ints, *, top: int) -> Numbered:
    """Labels between 1 and `top`, each tree's spread evenly over all of it. Raises Circle."""
    level, by_level = levels(parent)
    enter, leave = tour(parent, by_level)
    root = np.arange(len(parent), dtype=np.int64)
    for positions in by_level[1:]:
        root[positions] = root[parent[positions]]
    size = (leave - enter + 1)[root]
    step = (top - 1) // size
    lft = 1 + (enter - enter[root]) * step
    rght = 1 + (leave - enter[root]) * step
    return Numbered(lft, rght, level, root)


def circles(parent: Ints) -> list[Ints]:
    """Every circle of parents, each once and from its first member on; empty when all lead to a root."""
    try:
        levels(parent)
    except Circle:
        return list(_circles(parent))
    return []


def _circles(parent: Ints) -> Iterator[Ints]:
    above: list[int] = parent.tolist()
    seen = [-1] * len(above)
    for start in range(len(above)):
        at, path = start, []
        while at >= 0 and seen[at] < 0:
            seen[at] = start
            path.append(at)
            at = above[at]
        if at >= 0 and seen[at] == start:
            circle = np.array(path[path.index(at) :], dtype=np.int64)
            yield np.roll(circle, -int(circle.argmin()))


def _circle(parent: Ints, start: int) -> list[int]:
    """Walks up from a position that no root reaches until it meets itself."""
    seen: dict[int, int] = {}
    path: list[int] = []
    at = start
    while at not in seen:
        seen[at] = len(path)
        path.append(at)
        at = int(parent[at])
    return [*path[seen[at] :], at]

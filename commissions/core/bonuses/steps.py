"""The steps that a walk pays, whatever its kind: who is met above which source, on which level, at which rate."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]
BLOCK = 1 << 16  # rows climbed at a time, so that memory does not grow with rows × levels


@dataclass(frozen=True, slots=True)
class Steps:
    """In parallel. Sorted by row; the steps of a row stand in the order in which they are met."""

    row: Ints  # of the walk's sources
    place: Ints
    level: Ints  # level or generation
    rate: Ints

    def __len__(self) -> int:
        return len(self.row)

    def taken(self, rows: Ints | Bools) -> "Steps":
        """Some of the steps."""
        return Steps(self.row[rows], self.place[rows], self.level[rows], self.rate[rows])


def joined(parts: list[Steps]) -> Steps:
    """Steps one after the other, as they come."""
    empty = np.empty(0, np.int64)
    columns = ([getattr(part, name) for part in parts] for name in ("row", "place", "level", "rate"))
    return Steps(*(np.concatenate([empty, *column]) for column in columns))


def by_row(steps: Steps) -> Steps:
    """Sorted by row, otherwise as they came. Blocks have so few rows that numpy sorts them by counting."""
    row, start = steps.row, int(steps.row.min()) if len(steps) else 0
    few = len(steps) == 0 or int(row.max()) - start < BLOCK
    return steps.taken(np.argsort((row - start).astype(np.uint16) if few else row, kind="stable"))

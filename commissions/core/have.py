"""What everybody has for each requirement of a rank. Ranks ask the same things again and again, so what is asked is
kept once, however many requirements ask for it."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core.language import Expression

Ints = NDArray[np.int64]
Rows = slice | NDArray[np.integer[Any]] | int


class Have:
    """Read like an array of [person, requirement]; `have[rows]` and `have.column(at)` make arrays of parts of it."""

    def __init__(self, people: int, asked: Sequence[Expression]) -> None:
        """`asked`, for each requirement: what is counted of a person."""
        different = list(dict.fromkeys(asked))
        self.which = [different.index(one) for one in asked]
        self.columns = [np.zeros(people, np.int64) for _ in different]
        self.people = people

    @classmethod
    def of(cls, table: Ints) -> "Have":
        """The same made of an array of [person, requirement]."""
        found = cls(len(table), [])
        found.which, found.columns = list(range(table.shape[1])), list(table.T)
        return found

    @property
    def shape(self) -> tuple[int, int]:
        """(people, requirements)."""
        return self.people, len(self.which)

    def __len__(self) -> int:
        return self.people

    def column(self, at: int) -> Ints:
        """What everybody has for one requirement."""
        return self.columns[self.which[at]]

    def first(self) -> list[int]:
        """Of each different thing that is asked for, the first requirement that asks for it."""
        return [self.which.index(one) for one in range(len(self.columns))]

    def __getitem__(self, rows: Rows | tuple[Rows, int]) -> Ints:
        """[row, requirement] of some people, or the requirements of one; with a requirement, what they have for it."""
        if isinstance(rows, tuple):
            one: Ints = self.column(rows[1])[rows[0]]
            return one
        parts = [column[rows] for column in self.columns]
        size = np.shape(np.empty(self.people, np.bool_)[rows]) if not parts else np.shape(parts[0])
        found = np.empty((*size, len(self.which)), np.int64)
        for at, which in enumerate(self.which):
            found[..., at] = parts[which]
        return found

    def tolist(self) -> list[list[int]]:
        """Everything, person by person."""
        found: list[list[int]] = self[:].tolist()
        return found

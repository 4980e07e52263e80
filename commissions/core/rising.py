"""What is told upwards in a tree, the deepest level first, so that each level hears of everybody below before it is
asked itself. Some of it is known only as the sweep rises, such as ranks that ask for ranks below."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import LARGEST_SUM
from commissions.core.network import Bools, Ints, Network, Rows
from commissions.core.values import Overflowing, total_size

BOUND = np.iinfo(np.int64)


@dataclass(frozen=True, slots=True)
class Reduce:
    """How many become one, and what nobody comes to."""

    by: np.ufunc
    nothing: int


SUM = Reduce(np.add, 0)
LARGEST = Reduce(np.maximum, BOUND.min)
SMALLEST = Reduce(np.minimum, BOUND.max)


@dataclass(frozen=True, slots=True)
class Look:
    """What is seen on some nodes: `reduce.nothing` where nobody counts; who stops a path, and who is passed over."""

    value: Ints
    stops: Bools | None = None
    passed: Bools | None = None


Looking = Callable[[int], Look]  # on the nodes of a level


class Rising:
    """A sweep that goes as far up as it is asked for."""

    def __init__(self, network: Network) -> None:
        self.network, self.risen = network, len(network.levels) - 1

    def through(self, level: int) -> None:
        """Let a level know of everybody below it."""
        while self.risen > level:
            self.tell(self.risen)
            self.risen -= 1

    def tell(self, level: int) -> None:
        """A level's nodes tell those right above."""
        raise NotImplementedError


class Budget:
    """No partial sum leaves 64 bits while all that is added stays inside."""

    def __init__(self) -> None:
        self.spent = 0

    def spend(self, values: NDArray[np.int64]) -> None:
        """Raises Overflowing."""
        self.spent += total_size(values)
        if self.spent > LARGEST_SUM:
            raise Overflowing("A sum over people is too large for exact arithmetic")


class Team(Rising):
    """Everybody below, on paths that a stop ends: before it, or with it when `inclusive`; of one slot alone, or all."""

    def __init__(
        self,
        network: Network,
        reduce: Reduce,
        look: Looking,
        *,
        inclusive: bool = False,
        slot: int | None = None,
    ) -> None:
        super().__init__(network)
        self.reduce, self.look, self.inclusive, self.budget = reduce, look, inclusive, Budget()
        self.below = np.full(len(network), reduce.nothing, np.int64)
        self.branch = np.full(len(network), reduce.nothing, np.int64)  # with the node itself, as told upwards
        self.slot, self.found = slot, self.below if slot is None else self.below.copy()

    def tell(self, level: int) -> None:
        rows, look = self.network.levels[level], self.look(level)
        if self.reduce is SUM:
            self.budget.spend(look.value)
        told = self.reduce.by(look.value, self.below[rows])
        if look.stops is not None:
            told = np.where(look.stops, look.value if self.inclusive else self.reduce.nothing, told)
        self.branch[rows] = told
        above = self.network.parent[rows]
        self.reduce.by.at(self.below, above, told)
        if self.slot is not None and self.network.slot is not None:
            there = self.network.slot[rows] == self.slot
            self.reduce.by.at(self.found, above[there], told[there])


class Levels(Rising):
    """Everybody `first` to `last` levels below; who is passed over uses up no level.

    `at[k]` of a node is what counts of those below when the level right below it is the level k + 1.
    """

    def __init__(
        self,
        network: Network,
        reduce: Reduce,
        look: Looking,
        first: int,
        last: int,
        *,
        inclusive: bool = False,
    ) -> None:
        super().__init__(network)
        self.reduce, self.look, self.inclusive, self.budget = reduce, look, inclusive, Budget()
        deepest = max(1, len(network.levels))
        self.first = min(max(first, 1), deepest + 1)  # nothing is that deep
        self.endless = last >= deepest  # then all levels from the first on are alike
        steps = self.first if self.endless else last
        self.at = [np.full(len(network), reduce.nothing, np.int64) for _ in range(max(0, steps))]

    @property
    def found(self) -> Ints:
        return self.at[0]

    def tell(self, level: int) -> None:
        rows, look = self.network.levels[level], self.look(level)
        if self.reduce is SUM:
            self.budget.spend(look.value)
        told = [self._told(step, rows, look) for step in range(len(self.at))]
        for step, values in enumerate(told):
            self.reduce.by.at(self.at[step], self.network.parent[rows], values)

    def _told(self, step: int, rows: Rows, look: Look) -> Ints:
        nothing = np.full(len(look.value), self.reduce.nothing, np.int64)
        own = look.value if step + 1 >= self.first else nothing
        deeper = step + 1 if step + 1 < len(self.at) else step if self.endless else -1
        told = self.reduce.by(own, self.at[deeper][rows]) if deeper >= 0 else own
        if look.passed is not None:
            own = np.where(look.passed, nothing, own)
            told = np.where(look.passed, self.at[step][rows], told)
        if look.stops is not None:
            told = np.where(look.stops, own if self.inclusive else nothing, told)
        return told

"""Ranks, found bottom-up: what a rank asks of legs is known before anybody above is asked."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.language import Expression, Legs, Word, parts
from commissions.core.measures import People, Values, compute
from commissions.core.plan import Requirement

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Column = tuple[int, Requirement]


def find(people: People) -> tuple[Ints, Ints]:
    """Everybody's paid-as rank (index in the ladder), and what each had for each requirement: [n, requirements].

    A rank is held when all it asks is there; the highest such rank counts, and the first is everybody's. What does
    not ask for ranks is computed for everybody at once; the rest level by level, the deepest first.
    """
    size, columns = len(people.network), list(enumerate(people.plan.requirements))
    have = np.zeros((size, len(columns)), np.int64, order="F")
    rank = np.zeros(size, np.int64)
    people.words["rank"] = rank
    rising = [column for column in columns if _asks_rank(column[1].have)]
    settled = [column for column in columns if column not in rising]
    for at, requirement in settled:
        have[:, at] = people.value(requirement.have)
    met = {step: _all_met(have, settled, step) for step in range(1, len(people.plan.ladder))}
    legs = _Legs(people, [part for _, requirement in rising for part in parts(requirement.have)])
    for level in reversed(people.network.levels) if rising else [slice(0, size)]:
        for at, requirement in rising:
            have[level, at] = legs.value(requirement.have, level)
        for step, enough in met.items():
            rank[level][enough[level] & _all_met(have[level], rising, step)] = step
        legs.look(level)
    return rank, have


def _all_met(have: Ints, columns: list[Column], step: int) -> Bools:
    """Who has what these requirements of a rank need."""
    enough = np.ones(len(have), bool)
    for at, requirement in columns:
        if requirement.rank == step:
            enough &= have[:, at] >= requirement.need
    return enough


def _asks_rank(expression: Expression) -> bool:
    return any(isinstance(part, Word) and part.name == "rank" for part in parts(expression))


class _Legs:
    """Legs that hold a rank: counted as the sweep rises, since a level's ranks are known only then."""

    def __init__(self, people: People, found: list[Expression]) -> None:
        self.people = people
        # The innermost first, so that legs of legs are counted on what is known already.
        asking = [part for part in found[::-1] if isinstance(part, Legs) and _asks_rank(part)]
        size = len(people.network)
        self.counts: dict[Legs, Ints] = {part: np.zeros(size, np.int64) for part in asking}
        self.held: dict[Legs, Bools] = {part: np.zeros(size, bool) for part in asking}

    def value(self, expression: Expression, level: slice) -> Ints:
        """The expression for the people of a level, whose teams are counted already."""

        def leaf(part: Expression) -> Values:
            if isinstance(part, Legs) and part in self.counts:
                return self.counts[part][level]
            return self.people.value(part, level)

        return np.broadcast_to(compute(expression, leaf), (level.stop - level.start,)).astype(np.int64)

    def look(self, level: slice) -> None:
        """A level's ranks are known: tell its sponsors which legs hold what."""
        sponsor = self.people.network.sponsor[level]
        for part, counts in self.counts.items():
            held = self.held[part]
            held[level] |= self.value(part.test, level).astype(bool)
            above = sponsor[held[level] & (sponsor >= 0)]
            np.add.at(counts, above, 1)
            held[above] = True

"""Ranks, found bottom-up: what a rank asks of legs is known before anybody above is asked."""

import numpy as np
from numpy.typing import NDArray

from commissions.core.language import Expression, Legs, Word, parts
from commissions.core.measures import People, compute

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


def find(people: People) -> tuple[Ints, Ints]:
    """Everybody's paid-as rank (index in the ladder), and what each had for each requirement: [n, requirements].

    A rank is held when all it asks is there; the highest such rank counts, and the first is everybody's.
    """
    plan, network = people.plan, people.network
    requirements = plan.requirements
    rank = np.zeros(len(network), np.int64)
    have = np.zeros((len(network), len(requirements)), np.int64)
    people.words["rank"] = rank
    legs = _Legs(people, [part for requirement in requirements for part in parts(requirement.have)])
    for level in reversed(network.levels):
        for column, requirement in enumerate(requirements):
            have[level, column] = _value(people, requirement.have, level, legs)
        rank[level] = _highest(plan_steps(people), have[level])
        legs.look(level)
    return rank, have


def plan_steps(people: People) -> list[tuple[int, NDArray[np.int64], Ints]]:
    """For each rank: its step, the columns of its requirements, and their needs."""
    found = []
    for step in range(len(people.plan.ladder)):
        columns = [at for at, r in enumerate(people.plan.requirements) if r.rank == step]
        needs = [people.plan.requirements[at].need for at in columns]
        found.append((step, np.array(columns, np.int64), np.array(needs, np.int64)))
    return found


def _highest(steps: list[tuple[int, NDArray[np.int64], Ints]], have: Ints) -> Ints:
    best = np.zeros(len(have), np.int64)
    for step, columns, needs in steps[1:]:
        best = np.where((have[:, columns] >= needs).all(axis=1), step, best)
    return best


def _value(people: People, expression: Expression, level: slice, legs: "_Legs") -> Ints:
    def leaf(part: Expression) -> NDArray[np.int64]:
        if isinstance(part, Legs) and part in legs.counts:
            return legs.counts[part][level]
        return people.value(part, level)

    return np.broadcast_to(compute(expression, leaf), (level.stop - level.start,)).astype(np.int64)


class _Legs:
    """Legs that hold a rank: counted as the sweep rises, since a level's ranks are known only then."""

    def __init__(self, people: People, found: list[Expression]) -> None:
        self.people = people
        asks_rank = [part for part in found if isinstance(part, Legs) and _asks_rank(part)]
        size = len(people.network)
        self.counts: dict[Legs, Ints] = {part: np.zeros(size, np.int64) for part in asks_rank}
        self.held: dict[Legs, Bools] = {part: np.zeros(size, bool) for part in asks_rank}

    def look(self, level: slice) -> None:
        """A level's ranks are known: tell its sponsors which legs hold what."""
        sponsor = self.people.network.sponsor[level]
        for part, counts in self.counts.items():
            held = self.held[part]
            held[level] |= self.people.value(part.test, level).astype(bool)
            above = sponsor[held[level] & (sponsor >= 0)]
            np.add.at(counts, above, 1)
            held[above] = True


def _asks_rank(legs: Legs) -> bool:
    return any(isinstance(part, Word) and part.name == "rank" for part in parts(legs.test))

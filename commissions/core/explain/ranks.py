"""What a person has and lacks for a rank, and what was counted of each leg."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from commissions.core.explain.scene import board_of
from commissions.core.facts import Facts
from commissions.core.language import Capped, parts
from commissions.core.result import Result
from commissions.core.terms import LegCap, Plan, Requirement
from commissions.core.values import product


@dataclass(frozen=True, slots=True)
class Missing:
    """A requirement with what somebody has and lacks, all in its own unit."""

    requirement: Requirement
    have: int
    need: int
    missing: int


@dataclass(frozen=True, slots=True)
class CountedLeg:
    """What a leg has, and what of it counts where legs are capped. The person's own volume is a leg of theirs."""

    measure: str
    head: int  # index of the front-line person, or of the person
    volume: int
    counted: int


def missing_for(plan: Plan, result: Result, person: int, *, rank: int | None = None) -> tuple[Missing, ...]:
    """What a person has and lacks for a rank, the next above the one held when none is named; empty at the top."""
    step = int(result.rank[person]) + 1 if rank is None else rank
    return missing_of(plan=plan, rank=step, have=result.have[person].tolist())


def missing_of(*, plan: Plan, rank: int, have: Sequence[int]) -> tuple[Missing, ...]:
    """The same from a stored row of `Result.have`."""
    return tuple(
        Missing(requirement, had, requirement.need, max(0, requirement.need - had))
        for requirement, had in zip(plan.requirements, have, strict=True)
        if requirement.rank == rank
    )


def counted_legs(
    plan: Plan, facts: Facts, result: Result, person: int, requirement: Requirement
) -> tuple[CountedLeg, ...]:
    """Each leg that a requirement's capped measures look at, with what was counted; empty where nothing is capped."""
    capped = [part for part in parts(requirement.have) if isinstance(part, Capped)]
    if not capped:
        return ()
    words = board_of(plan, facts, result).people.words
    heads = np.flatnonzero(facts.people.sponsor == person).tolist()
    found: list[CountedLeg] = []
    for part in capped:
        cap = plan.caps[part.name]
        legs = [(head, int(words[cap.leg][head])) for head in heads]
        own = 0 if cap.own_volume == "excluded" else int(words[cap.own][person])
        whole = part.need or 0 if cap.base == "requirement" else sum(volume for _, volume in legs) + own
        found += [CountedLeg(part.name, head, volume, _counted(cap, volume, whole)) for head, volume in legs]
        counted = _counted(cap, own, whole) if cap.own_volume == "capped_like_a_leg" else own
        found.append(CountedLeg(part.name, person, own, counted))
    return tuple(found)


def _counted(cap: LegCap, volume: int, whole: int) -> int:
    base = volume if cap.base == "that_leg" else whole
    share, _ = product(np.asarray(base, np.int64), np.asarray(cap.cap, np.int64))
    return min(volume, int(share))

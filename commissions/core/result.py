"""What the engine answers: the snapshot of everybody, exact lines, and items rounded once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts, feed
from commissions.core.plan import Plan, Requirement

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Lines:
    """Why money was earned, in parallel arrays, sorted by (beneficiary, bonus, source, level)."""

    bonus: Ints  # index in plan.bonuses
    beneficiary: Ints  # index of the person
    source: Ints  # index of the order line
    level: Ints  # after compression; 0 is the person's own sale
    depth: Ints  # before compression
    base: Ints
    rate_ppm: Ints
    whole: Ints  # minor units …
    micro: Ints  # … and millionths of one, 0 to 999,999

    def __len__(self) -> int:
        return len(self.bonus)


@dataclass(frozen=True, slots=True)
class Items:
    """What one bonus pays one person: its lines, summed and rounded once. Zeros are not kept."""

    beneficiary: Ints
    bonus: Ints
    amount: Ints  # minor units
    line_count: Ints

    def __len__(self) -> int:
        return len(self.bonus)


@dataclass(frozen=True, slots=True)
class Result:
    plan: Plan
    facts: Facts
    volumes: Mapping[str, Ints]  # per order line
    measures: Mapping[str, Ints]  # per person: the volumes they count, and the plan's measures
    statuses: Mapping[str, Bools]
    rank: Ints  # paid-as: index in plan.ladder
    memory_after: Mapping[str, Ints]
    requirements: tuple[Requirement, ...]
    have: Ints  # [person, requirement]
    lines: Lines
    items: Items

    def output_hash(self) -> str:
        """SHA-256 over business keys and integers: equal on every database and machine."""
        digest = hashlib.sha256(self.plan.sha256.encode())
        digest.update(",".join(bonus.name for bonus in self.plan.bonuses).encode())
        feed(digest, self.facts.people.number, self.facts.lines.key, self.rank, self.have)
        for values in (self.measures, self.statuses, self.memory_after):
            feed(digest, *(values[name] for name in sorted(values)))
        for row in (self.lines, self.items):
            feed(digest, *(getattr(row, column.name) for column in fields(row)))
        return digest.hexdigest()

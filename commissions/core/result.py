"""What the engine answers: the snapshot of everybody, exact lines, and items rounded once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Facts, State, feed, feed_named
from commissions.core.have import Have
from commissions.core.plan import Plan, Requirement

Ints = NDArray[np.int64]
Narrow = NDArray[np.signedinteger[Any]]
Bools = NDArray[np.bool_]


class Kind(IntEnum):
    """Where a line comes from. Closed: stored, and pages have a sentence for each."""

    SALE = 0  # a walk from an order line: source is the order line, origin its seller
    PERSON = 1  # a walk from a person's measure, or from what a person earned: origin is that person
    AMOUNT = 2  # so much for a person, from their own measures: origin is the person
    ONCE = 3
    PAIR = 4  # origin is the person; level is the position's place among the owner's positions, from 1
    POOL = 5
    GUARANTEE = 6  # received: origin is who sent it. Sent: negative, origin is the one above who received it
    MOST = 7  # negative: what is over the most of this bonus
    GROUP = 8  # negative: what a group rule took; level is the rule's index in plan.group_rules
    HELD = 9  # negative: what waits until the test of the hold is met
    RELEASED = 10  # what waited


@dataclass(frozen=True, slots=True)
class Lines:
    """Why money was earned, in parallel arrays, sorted by (beneficiary, bonus, kind, source, origin, level, rate).

    The lines of an item sum to the item, to within the half minor unit of its rounding: what a cap, a group rule or a
    hold takes away is a negative line, rounded to a whole minor unit. base × rate = whole and micro for SALE and
    PERSON; for the other kinds, and where a rate is an amount for each source, base is the whole amount and rate a
    million.
    """

    bonus: Narrow  # index in plan.bonuses
    beneficiary: Narrow  # index of the person
    source: Narrow  # index of the order line, -1 where there is none
    level: Narrow  # level or generation, after compression; 0 is the person's own sale
    depth: Narrow  # before compression, in the walk's tree
    base: Ints
    rate_ppm: Narrow
    whole: Ints  # minor units …
    micro: Narrow  # … and millionths of one, 0 to 999,999
    kind: Narrow
    origin: Narrow  # index of the person it comes from

    def __len__(self) -> int:
        return len(self.bonus)


# Lines are most of what a run holds, so no column is wider than this, and where values allow it a column is narrower.
# A sum or product of the narrow ones must be asked for in 64 bits.
WIDTHS: dict[str, type[np.signedinteger[Any]]] = {
    "bonus": np.int16, "beneficiary": np.int32, "source": np.int32, "level": np.int32, "depth": np.int32,
    "base": np.int64, "rate_ppm": np.int64, "whole": np.int64, "micro": np.int32, "kind": np.int8, "origin": np.int32,
}  # fmt: skip


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
    have: Have  # [person, requirement]
    lines: Lines
    items: Items
    state_after: State
    # By pool: what there was to share. By bonus: what nobody earned though the rule would have paid it.
    funds: Mapping[str, int]
    kept: Mapping[str, int]  # minor units, rounded down: the company's figure, not a ledger entry
    # Shares of bonuses that pay in shares, per person: such a bonus has no items.
    shares: Mapping[str, Ints]
    new_positions: Mapping[str, Ints]  # by placement tree: whose positions `then: new_position` asks for

    def output_hash(self) -> str:
        """SHA-256 over business keys and integers: equal on every database and machine."""
        digest = hashlib.sha256(self.plan.sha256.encode())
        digest.update(",".join(bonus.name for bonus in self.plan.bonuses).encode())
        feed(digest, self.facts.people.number, self.facts.lines.key, self.rank, self.have)
        for values in (self.volumes, self.measures, self.statuses, self.memory_after, self.shares):
            feed_named(digest, values)
        for row in (self.lines, self.items):
            feed(digest, *(getattr(row, column.name) for column in fields(row)))
        self.state_after.feed(digest)
        feed_named(digest, self.new_positions)
        for totals in (self.funds, self.kept):
            feed_named(digest, {name: np.array([total], np.int64) for name, total in totals.items()})
        return digest.hexdigest()

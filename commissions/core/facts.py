"""What a period is computed from: people, order lines, positions, and what the period before left behind."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from commissions.core import sound
from commissions.core.columns import (
    AMOUNTS,
    GOOD,
    LARGEST,
    LARGEST_SUM,
    LEFT,
    SUSPENDED,
    Bools,
    FactsError,
    Ints,
    OrderLines,
    People,
    Positions,
    State,
    depths,
    feed,
    feed_named,
)

__all__ = [
    "AMOUNTS", "GOOD", "LARGEST", "LARGEST_SUM", "LEFT", "SUSPENDED", "Bools", "Facts", "FactsError", "Ints",
    "OrderLines", "People", "Positions", "State", "depths", "feed", "feed_named",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    period: str  # "2026-10"
    first_day: int  # half-open company-calendar days [first_day, last_day)
    last_day: int
    people: People
    lines: OrderLines
    positions: Mapping[str, Positions] = field(default_factory=dict)  # of each tree with slots
    state: State = field(default_factory=State)

    def __post_init__(self) -> None:
        """Refuses facts that are out of shape, order or bounds. Raises FactsError."""
        sound.people(self.people)
        sound.lines(self.lines, len(self.people))
        for tree, there in self.positions.items():
            sound.positions(tree, there, len(self.people))
        sound.state(self.state, len(self.people), {len(there) for there in self.positions.values()})
        if self.first_day >= self.last_day:
            raise FactsError(f"The period {self.period} has no day")

    def input_hash(self) -> str:
        """SHA-256 over business keys and integers in a fixed order: equal on every database and machine."""
        digest = hashlib.sha256(f"{self.period} {self.first_day} {self.last_day}\n".encode())
        people, lines = self.people, self.lines
        feed(digest, people.number, people.sponsor, people.joined, people.standing)
        for values in (people.memory, people.parents, people.inputs, people.others):
            feed_named(digest, values)
        feed(digest, lines.key, lines.seller, lines.by_customer, lines.day, lines.reversal)
        feed(digest, *(getattr(lines, name) for name in AMOUNTS))
        feed_named(digest, {} if lines.order_number is None else {"order_number": lines.order_number})
        feed_named(digest, lines.back)
        for name, there in sorted(self.positions.items()):
            feed_named(digest, {name: there.owner, "parent": there.parent, "slot": there.slot})
            feed(digest, there.key)
        self.state.feed(digest)
        return digest.hexdigest()

"""What the engine answers: the snapshot of everybody, exact lines, and items rounded once."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import Bools, Ints, Texts, feed
from commissions.core.terms import Requirement


@dataclass(frozen=True, slots=True)
class Lines:
    """Why money was earned, exact: sorted by beneficiary, bonus, source. Lines that pay nothing are not there."""

    bonus: Ints  # index in plan.bonuses
    beneficiary: Ints  # index in facts.people
    source: Ints  # index in facts.lines
    level: Ints  # after compression, 1 is the nearest; 0 is the own sale
    depth: Ints  # the real distance in the tree
    base: Ints  # minor units
    rate_ppm: Ints
    whole: Ints  # base × rate: whole minor units …
    micro: Ints  # … and millionths of one, 0 to 999,999

    def __len__(self) -> int:
        return len(self.bonus)


@dataclass(frozen=True, slots=True)
class Items:
    """What each bonus pays each person, rounded once; sorted by beneficiary, bonus. Zeros are not there."""

    beneficiary: Ints
    bonus: Ints
    amount: Ints  # minor units
    line_count: Ints

    def __len__(self) -> int:
        return len(self.bonus)


@dataclass(frozen=True)
class Result:
    volumes: Mapping[str, Ints]  # per order line
    measures: Mapping[str, Ints]  # per person: the plan's measures, and each volume summed over the own lines
    statuses: Mapping[str, Bools]  # per person
    rank: Ints  # paid-as: index in plan.ladder
    memory_after: Mapping[str, Ints]
    requirements: tuple[Requirement, ...]
    have: Ints  # [person, requirement], in the requirement's unit
    lines: Lines
    items: Items
    # What the hash names things by.
    numbers: Texts
    keys: Texts
    bonus_names: tuple[str, ...]

    def output_hash(self) -> str:
        """SHA-256 over ranks, memory, lines and items by their business keys: equal on every machine and database,
        whatever order people or bonuses came in."""
        digest = hashlib.sha256()
        feed(
            digest, self.numbers, self.rank, *(self.memory_after[name] for name in sorted(self.memory_after))
        )
        lines, items = self.lines, self.items
        feed(
            digest,
            self._keys(lines.beneficiary, lines.bonus, self.keys[lines.source]),
            lines.level, lines.depth, lines.base, lines.rate_ppm, lines.whole, lines.micro,
        )  # fmt: skip
        feed(digest, self._keys(items.beneficiary, items.bonus), items.amount, items.line_count)
        return digest.hexdigest()

    def _keys(self, beneficiary: Ints, bonus: Ints, *more: Texts) -> Texts:
        """One text per row that names it, in the order of its parts."""
        names: NDArray[np.str_] = np.array(self.bonus_names or ("",), dtype=np.str_)
        columns = [
            self.numbers[beneficiary].tolist(),
            names[bonus].tolist(),
            *(column.tolist() for column in more),
        ]
        return np.array(["\t".join(row) for row in zip(*columns, strict=True)], dtype=np.str_)

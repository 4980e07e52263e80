"""READ THIS FIRST. A period from facts to result, one line per stage."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from commissions.core import measures, network, ranks, rounding
from commissions.core.bonuses import SHAPES, Board, Paid
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


def run(*, plan: Plan, facts: Facts) -> Result:
    """Compute a period. Raises measures.Overflowing when a value leaves the exact range."""
    tree = network.of(facts.people.sponsor)
    volumes = measures.volumes(plan=plan, facts=facts)
    people = measures.People(plan, facts, tree, volumes)
    people.learn(plan.before_ranks)
    rank, have = ranks.find(people)
    memory_after = _remember(people)
    people.learn(plan.after_ranks)
    board = Board(facts, tree, people, volumes, rank)
    lines = _gathered([SHAPES[bonus.shape](bonus, board) for bonus in plan.bonuses])
    words = people.words
    return Result(
        plan=plan,
        facts=facts,
        volumes=volumes,
        measures={name: words[name] for name in (*volumes, *plan.measures)},
        statuses={name: words[name] for name in sorted(plan.statuses)},
        rank=rank,
        memory_after=memory_after,
        requirements=plan.requirements,
        have=have,
        lines=lines,
        items=items_of(lines),
    )


def _remember(people: measures.People) -> dict[str, Ints]:
    """What each memory becomes; later measures and bonuses know it by its name."""
    after = {m.name: people.value(m.becomes).astype(np.int64) for m in people.plan.memories.values()}
    people.words.update(after)
    return after


def _gathered(paid_by: list[list[Paid]]) -> Lines:
    parts = [(at, paid) for at, batches in enumerate(paid_by) for paid in batches]
    empty = np.empty(0, np.int64)

    def joined(columns: list[Ints]) -> Ints:
        return np.concatenate(columns) if columns else empty

    bonus = joined([np.full(len(paid.source), at, np.int64) for at, paid in parts])
    level = joined([np.full(len(paid.source), paid.level, np.int64) for _, paid in parts])
    beneficiary = joined([paid.beneficiary for _, paid in parts])
    source = joined([paid.source for _, paid in parts])
    order = _sorted(beneficiary, bonus, source, level)
    base = joined([paid.base for _, paid in parts])[order]
    rate = joined([paid.rate_ppm for _, paid in parts])[order]
    whole, micro = rounding.exact(base=base, rate_ppm=rate)
    depth = joined([paid.depth for _, paid in parts])[order]
    return Lines(
        bonus[order], beneficiary[order], source[order], level[order], depth, base, rate, whole, micro
    )


def _sorted(beneficiary: Ints, bonus: Ints, source: Ints, level: Ints) -> Ints:
    """One 64-bit key where it fits (it nearly always does): a quarter of the time of sorting by four columns."""
    sizes = [int(column.max(initial=0)) + 1 for column in (beneficiary, bonus, source, level)]
    if sizes[0] * sizes[1] * sizes[2] * sizes[3] < 2**63:
        key = ((beneficiary * sizes[1] + bonus) * sizes[2] + source) * sizes[3] + level
        return np.argsort(key, kind="stable")
    return np.lexsort((level, source, bonus, beneficiary))


def items_of(lines: Lines) -> Items:
    """Sums of lines per person and bonus, rounded half up once (docs/money.md)."""
    if not len(lines):
        empty = np.empty(0, np.int64)
        return Items(empty, empty, empty, empty)
    new = (np.diff(lines.beneficiary) != 0) | (np.diff(lines.bonus) != 0)
    starts = np.flatnonzero(np.concatenate(([True], new)))
    whole, micro = np.add.reduceat(lines.whole, starts), np.add.reduceat(lines.micro, starts)
    amount = rounding.half_up_sums(whole=whole, micro=micro)
    count = np.diff(np.append(starts, len(lines)))
    kept = amount != 0
    return Items(lines.beneficiary[starts][kept], lines.bonus[starts][kept], amount[kept], count[kept])

"""What returns of a closed period's orders take back: of what was paid, and of what still waits.

A plan chooses among three ways. In all of them everything that came back of the period counts, not only what came back
last, and what was taken before is taken off: so several returns together take what one return of everything would have.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from commissions.core.facts import Facts, Ints
from commissions.core.given import IS, VALUE, pinned_plan
from commissions.core.plan import MILLION, Plan
from commissions.core.result import Kind, Result
from commissions.core.rounding import rounded
from commissions.core.run import run

Item = tuple[str, str]  # who, of which bonus


class Compute(Protocol):
    """The engine, or what stands in for it."""

    def __call__(self, *, plan: Plan, facts: Facts) -> Result: ...


@dataclass(frozen=True, slots=True)
class Back:
    """What came back of the order lines of one closed period, until now."""

    share: Mapping[int, int]  # order line's index to millionths of it
    fields: Mapping[int, Mapping[str, int]] = field(default_factory=dict)  # … and field by field


@dataclass(frozen=True, slots=True)
class Taken:
    """Amounts by item, below zero where something is taken: of what the period paid, and of what it held back."""

    paid: Mapping[Item, int] = field(default_factory=dict)
    held: Mapping[Item, int] = field(default_factory=dict)


def take_back(
    *, plan: Plan, facts: Facts, result: Result, back: Back, before: Taken, compute: Compute = run
) -> Taken:
    """What the returns take from each item of a closed period, beyond what was taken `before`."""
    if plan.ledger.take_back == "recompute_while_open":
        total = _recomputed(plan, facts, result, back, compute)
    elif plan.ledger.take_back == "average_rate":
        total = _at_average_rate(plan, facts, result, back)
    else:
        total = _original_amounts(plan, facts, result, back)
    return Taken(_beyond(total.paid, before.paid), _beyond(total.held, before.held))


def _beyond(total: Mapping[Item, int], before: Mapping[Item, int]) -> dict[Item, int]:
    found = {item: total.get(item, 0) - before.get(item, 0) for item in sorted({*total, *before})}
    return {item: amount for item, amount in found.items() if amount}


def held_back(result: Result) -> dict[Item, int]:
    """What a period held back of each item: an item is held whole, or not at all."""
    found: dict[Item, int] = defaultdict(int)
    for item, _, kind, whole, _, _ in _lines(result):
        if kind == Kind.HELD:
            found[item] -= whole
    return found


def _parted(total: Mapping[Item, int], waits: Mapping[Item, int]) -> Taken:
    return Taken(
        {item: amount for item, amount in total.items() if item not in waits},
        {item: amount for item, amount in total.items() if item in waits},
    )


def _lines(result: Result) -> Iterator[tuple[Item, int, int, int, int, int]]:
    """Each line: its item, source, kind, whole and micro amount, base."""
    lines, names = result.lines, [bonus.name for bonus in result.plan.bonuses]
    numbers = result.facts.people.number
    columns = (
        lines.beneficiary, lines.bonus, lines.source, lines.kind, lines.whole, lines.micro, lines.base,
    )  # fmt: skip
    for who, bonus, *rest in zip(*(column.tolist() for column in columns), strict=True):
        source, kind, whole, micro, base = rest
        yield (str(numbers[who]), names[bonus]), source, kind, whole, micro, base


def _items(result: Result) -> dict[Item, int]:
    """Amounts by person and bonus."""
    items, number = result.items, result.facts.people.number
    names = [bonus.name for bonus in result.plan.bonuses]
    rows = zip(items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist(), strict=True)
    return {(str(number[who]), names[bonus]): amount for who, bonus, amount in rows}


def _original_amounts(plan: Plan, facts: Facts, result: Result, back: Back) -> Taken:
    """Every line that an order paid is taken back with the share of the order that came back, and what a cap or a
    group rule had taken off the item shrinks with it. Lines that no order paid stay.

    As the engine does, what orders paid is rounded by itself, and what was taken off is whole.
    """
    sold: dict[Item, int] = defaultdict(int)  # what orders paid, in millionths
    kept: dict[Item, int] = defaultdict(int)  # … and what is left of it
    # The same, whatever the sign of a line: legs may offset each other down to nothing.
    size: dict[Item, int] = defaultdict(int)
    left: dict[Item, int] = defaultdict(int)
    taken_off: dict[Item, int] = defaultdict(int)
    for item, source, kind, whole, micro, _ in _lines(result):
        amount = whole * MILLION + micro
        if source >= 0:
            still = amount - amount * back.share.get(source, 0) // MILLION
            sold[item], kept[item] = sold[item] + amount, kept[item] + still
            size[item], left[item] = size[item] + abs(amount), left[item] + abs(still)
        elif kind in (Kind.MOST, Kind.GROUP):
            taken_off[item] += whole
    how, found = plan.ledger.round, {}
    for item, before in sold.items():
        if left[item] != size[item]:
            off = taken_off[item]
            shrunk = divided(abs(off) * left[item], size[item], how) * (1 if off > 0 else -1)
            found[item] = rounded(kept[item], how=how) + shrunk - rounded(before, how=how) - off
    return _parted(found, held_back(result))


def _at_average_rate(plan: Plan, facts: Facts, result: Result, back: Back) -> Taken:
    """Of each item the share that its returned bases are of all its bases: what the average of its rates had paid.
    What was released is of another period's orders."""
    bases: dict[Item, int] = defaultdict(int)
    returned: dict[Item, int] = defaultdict(int)
    earned = defaultdict(int, _items(result))
    for item, source, kind, whole, _, base in _lines(result):
        if source >= 0:
            bases[item] += base
            returned[item] += base * back.share.get(source, 0) // MILLION
        elif kind in (Kind.HELD, Kind.RELEASED):
            earned[item] -= whole
    found = {
        item: -divided(earned[item] * amount, bases[item], plan.ledger.round)
        for item, amount in returned.items()
        if amount
    }
    return _parted(found, held_back(result))


def divided(amount: int, by: int, how: str) -> int:
    """A quotient of whole numbers, rounded as the ledger says."""
    whole, rest = divmod(amount, by)
    if how == "down" or rest * 2 < by:
        return whole
    return whole + 1 if rest * 2 > by or how == "half_up" or whole % 2 else whole


def _recomputed(plan: Plan, facts: Facts, result: Result, back: Back, compute: Compute) -> Taken:
    """The closed period is computed again as if what came back had never been ordered, and the difference is taken."""
    again_plan, again_facts = without(plan=plan, facts=facts, ranks=result.rank, back=back)
    again = compute(plan=again_plan, facts=again_facts)
    return Taken(
        _beyond(_items(again), _items(result)),
        _beyond(held_back(again), held_back(result)),
    )


def without(*, plan: Plan, facts: Facts, ranks: Ints, back: Back) -> tuple[Plan, Facts]:
    """A closed period's plan and facts as if what came back had never been ordered. With `ranks: stay`, everybody keeps
    the rank of the first computation."""
    lines = facts.lines
    left = replace(
        facts,
        lines=replace(
            lines,
            qualifying=_less(lines.qualifying, back, "qualifying"),
            commissionable=_less(lines.commissionable, back, "commissionable"),
            price=_less(lines.price, back, "price"),
            list_price=_less(lines.list_price, back, "list_price"),
            distributor_price=_less(lines.distributor_price, back, "distributor_price"),
        ),
    )
    if plan.ledger.ranks != "stay":
        return plan, left
    inputs = {IS + "rank": np.ones(len(facts.people), np.int64), VALUE + "rank": ranks}
    people = replace(left.people, inputs={**left.people.inputs, **inputs})
    return pinned_plan(plan, {"rank"}), replace(left, people=people)


def _less(column: Ints, back: Back, name: str) -> Ints:
    """A column of the order lines without what came back."""
    left = column.copy()
    for line, amounts in back.fields.items():
        left[line] -= amounts.get(name, 0)
    return left

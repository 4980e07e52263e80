"""From what was earned to what is paid: what returns take back, debts, deductions, and the smallest payout.

Everything is in whole minor units and happens once per period, after the bonuses. People are named by their number,
for books outlive the order in which a period lists them.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np

from commissions.core.facts import Facts, Ints
from commissions.core.given import IS, VALUE, pinned_plan
from commissions.core.plan import MILLION, Ledger, Plan
from commissions.core.result import Kind, Result
from commissions.core.rounding import rounded
from commissions.core.run import run

Item = tuple[str, str]  # who, of which bonus


class Compute(Protocol):
    """The engine, or what stands in for it."""

    def __call__(self, *, plan: Plan, facts: Facts) -> Result: ...


@dataclass(frozen=True, slots=True)
class Account:
    """What stands open with somebody between two periods."""

    owes: int = 0
    waiting: int = 0  # below the smallest payout so far


@dataclass(frozen=True, slots=True)
class Statement:
    gross: int  # items, released amounts among them
    returns: int  # corrections of earlier periods, negative
    repaid: int  # of an earlier debt
    deductions: tuple[tuple[str, int], ...]
    paid: int
    written_off: int
    rolled_up: int  # to the one above
    account: Account


def settle(
    *,
    ledger: Ledger,
    gross: Mapping[str, int],
    returns: Mapping[str, int],
    accounts: Mapping[str, Account],
    above: Mapping[str, str],
) -> dict[str, Statement]:
    """Everybody's statement. Who is named only as the one above is settled too.

    Debts come first, then deductions of what is left of the gross, then the smallest payout. What returns take and
    earnings do not cover becomes a debt, is written off, or rolls up to the one above, there as a debt.
    """
    names = sorted({*gross, *returns, *accounts})
    found = {
        name: _statement(ledger, gross.get(name, 0), returns.get(name, 0), accounts.get(name, Account()))
        for name in names
    }
    if ledger.not_covered != "rolls_up":
        return found
    for name in names:
        rolled = found[name].rolled_up
        if rolled:
            to = above.get(name, "")
            if not to:  # nobody above: it stays a debt of who caused it
                found[name] = _owing(found[name], rolled, rolled_up=0)
            else:
                found[to] = _owing(found.get(to, _statement(ledger, 0, 0, Account())), rolled)
    return found


def _owing(statement: Statement, more: int, *, rolled_up: int | None = None) -> Statement:
    account = replace(statement.account, owes=statement.account.owes + more)
    rolled = statement.rolled_up if rolled_up is None else rolled_up
    return replace(statement, account=account, rolled_up=rolled)


def _statement(ledger: Ledger, gross: int, returns: int, account: Account) -> Statement:
    earned = max(0, gross + returns)
    # What returns take comes out of this period's earnings, then out of what waits to be paid.
    missing = max(0, -gross - returns)
    from_waiting = min(missing, account.waiting)
    missing -= from_waiting
    repaid = min(account.owes, earned)
    deductions = _deductions(ledger, earned, earned - repaid)
    due = earned - repaid - sum(amount for _, amount in deductions) + account.waiting - from_waiting
    paid = due if due >= ledger.smallest_payout else 0
    debt = missing if ledger.not_covered == "becomes_debt" else 0
    return Statement(
        gross=gross,
        returns=returns,
        repaid=repaid,
        deductions=deductions,
        paid=paid,
        written_off=missing if ledger.not_covered == "written_off" else 0,
        rolled_up=missing if ledger.not_covered == "rolls_up" else 0,
        account=Account(account.owes - repaid + debt, due - paid),
    )


def _deductions(ledger: Ledger, earned: int, left: int) -> tuple[tuple[str, int], ...]:
    """Each a share of what was earned, or of what the ones before left of it; never more than is left to pay."""
    found, after = [], earned
    for deduction in ledger.deductions:
        base = earned if deduction.of == "gross" else after
        taken = min(left, rounded(base * deduction.rate, how=ledger.round))
        found.append((deduction.name, taken))
        left, after = left - taken, after - taken
    return tuple(found)


# --- what a return takes back -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Back:
    """What came back of the order lines of one closed period, until now."""

    share: Mapping[int, int]  # order line's index to millionths of it
    fields: Mapping[int, Mapping[str, int]] = field(default_factory=dict)  # … and field by field


def take_back(
    *,
    plan: Plan,
    facts: Facts,
    result: Result,
    back: Back,
    posted: Mapping[Item, int],
    compute: Compute = run,
) -> dict[Item, int]:
    """What the returns take from each item of a closed period, beyond what was posted before: negative amounts.

    Everything that came back of that period counts, not only what came back last, and what was posted is taken off:
    so several returns together take what one return of everything would have taken.
    """
    if plan.ledger.take_back == "recompute_while_open":
        total = _recomputed(plan, facts, result, back, compute)
    elif plan.ledger.take_back == "average_rate":
        total = _at_average_rate(plan, facts, result, back)
    else:
        total = _original_amounts(plan, facts, result, back)
    found = {item: amount - posted.get(item, 0) for item, amount in total.items()}
    found |= {item: -amount for item, amount in posted.items() if item not in total}
    return {item: amount for item, amount in sorted(found.items()) if amount}


def _items(result: Result) -> dict[Item, int]:
    """Amounts by person and bonus."""
    items, number = result.items, result.facts.people.number
    names = [bonus.name for bonus in result.plan.bonuses]
    rows = zip(items.beneficiary.tolist(), items.bonus.tolist(), items.amount.tolist(), strict=True)
    return {(str(number[who]), names[bonus]): amount for who, bonus, amount in rows}


def _original_amounts(plan: Plan, facts: Facts, result: Result, back: Back) -> dict[Item, int]:
    """Every line that an order paid is taken back with the share of the order that came back, and what a cap or a
    group rule had taken off the item shrinks with it. Lines that no order paid stay; of what waits nothing was paid.

    As the engine does, what orders paid is rounded by itself, and what was taken off is whole.
    """
    lines, names = result.lines, [bonus.name for bonus in plan.bonuses]
    sold: dict[Item, int] = defaultdict(int)  # what orders paid, in millionths
    kept: dict[Item, int] = defaultdict(int)  # … and what is left of it
    # The same, whatever the sign of a line: legs may offset each other down to nothing.
    size: dict[Item, int] = defaultdict(int)
    left: dict[Item, int] = defaultdict(int)
    taken_off: dict[Item, int] = defaultdict(int)
    waits: set[Item] = set()
    columns = (lines.beneficiary, lines.bonus, lines.source, lines.kind, lines.whole, lines.micro)
    for who, bonus, source, kind, whole, micro in zip(*(column.tolist() for column in columns), strict=True):
        item = (str(facts.people.number[who]), names[bonus])
        amount = whole * MILLION + micro
        if source >= 0:
            still = amount - amount * back.share.get(source, 0) // MILLION
            sold[item], kept[item] = sold[item] + amount, kept[item] + still
            size[item], left[item] = size[item] + abs(amount), left[item] + abs(still)
        elif kind in (Kind.MOST, Kind.GROUP):
            taken_off[item] += whole
        elif kind == Kind.HELD:
            waits.add(item)
    how, found = plan.ledger.round, {}
    for item, before in sold.items():
        if left[item] != size[item] and item not in waits:
            off = taken_off[item]
            shrunk = _divided(abs(off) * left[item], size[item], how) * (1 if off > 0 else -1)
            found[item] = rounded(kept[item], how=how) + shrunk - rounded(before, how=how) - off
    return found


def _at_average_rate(plan: Plan, facts: Facts, result: Result, back: Back) -> dict[Item, int]:
    """Of each item the share that its returned bases are of all its bases: what the average of its rates had paid."""
    lines, names = result.lines, [bonus.name for bonus in plan.bonuses]
    bases: dict[Item, int] = defaultdict(int)
    returned: dict[Item, int] = defaultdict(int)
    columns = (lines.beneficiary, lines.bonus, lines.source, lines.base)
    for who, bonus, source, base in zip(*(column.tolist() for column in columns), strict=True):
        if source >= 0:
            item = (str(facts.people.number[who]), names[bonus])
            bases[item] += base
            returned[item] += base * back.share.get(source, 0) // MILLION
    paid = _items(result)
    return {
        item: -_divided(paid.get(item, 0) * amount, bases[item], plan.ledger.round)
        for item, amount in returned.items()
        if amount
    }


def _divided(amount: int, by: int, how: str) -> int:
    whole, rest = divmod(amount, by)
    if how == "down" or rest * 2 < by:
        return whole
    return whole + 1 if rest * 2 > by or how == "half_up" or whole % 2 else whole


def _recomputed(plan: Plan, facts: Facts, result: Result, back: Back, compute: Compute) -> dict[Item, int]:
    """The closed period is computed again as if what came back had never been ordered, and the difference is taken.
    With `ranks: stay`, everybody keeps the rank of the first computation."""
    lines = facts.lines
    again_facts = replace(
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
    again_plan = plan
    if plan.ledger.ranks == "stay":
        again_plan, again_facts = _with_ranks_of(plan, again_facts, result)
    again = _items(compute(plan=again_plan, facts=again_facts))
    first = _items(result)
    found = {item: again.get(item, 0) - first.get(item, 0) for item in {*again, *first}}
    return {item: amount for item, amount in found.items() if amount}


def _less(column: Ints, back: Back, name: str) -> Ints:
    """A column of the order lines without what came back."""
    left = column.copy()
    for line, amounts in back.fields.items():
        left[line] -= amounts.get(name, 0)
    return left


def _with_ranks_of(plan: Plan, facts: Facts, result: Result) -> tuple[Plan, Facts]:
    count = len(facts.people)
    inputs = {IS + "rank": np.ones(count, np.int64), VALUE + "rank": result.rank}
    people = replace(facts.people, inputs={**facts.people.inputs, **inputs})
    return pinned_plan(plan, {"rank"}), replace(facts, people=people)

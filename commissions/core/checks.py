"""Doubts about a result, before anybody is paid: small functions that name what does not hold."""

from collections.abc import Callable

import numpy as np

from commissions.core.facts import GOOD, Facts
from commissions.core.plan import Plan
from commissions.core.rounding import MILLION
from commissions.core.run import Result


def check(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Every invariant that does not hold, in words; an empty list when all do."""
    return [problem for look in CHECKS for problem in look(plan, facts, result)]


def items_are_the_sum_of_their_lines(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """|item − Σ lines| is at most half a minor unit, and every line belongs to an item or to a sum that rounds to 0."""
    width = max(1, len(plan.bonuses))
    lines, items = result.lines, result.items
    keys = lines.beneficiary * width + lines.bonus
    paid = dict(zip((items.beneficiary * width + items.bonus).tolist(), items.amount.tolist(), strict=True))
    found, at = np.unique(keys, return_inverse=True)
    whole, micro = np.zeros(len(found), np.int64), np.zeros(len(found), np.int64)
    np.add.at(whole, at, lines.whole)
    np.add.at(micro, at, lines.micro)
    wrong = []
    for key, units, millionths in zip(found.tolist(), whole.tolist(), micro.tolist(), strict=True):
        gap = paid.pop(key, 0) * MILLION - (units * MILLION + millionths)
        if abs(2 * gap) > MILLION:
            wrong.append(
                f"{_who(facts, key // width)}: {plan.bonuses[key % width].name} is not the sum of its lines"
            )
    wrong += [f"{_who(facts, key // width)}: an item has no line" for key in paid]
    return wrong


def ranks_have_what_they_need(plan: Plan, facts: Facts, result: Result) -> list[str]:
    needs = np.array([r.need for r in plan.requirements], np.int64)
    steps = np.array([r.rank for r in plan.requirements], np.int64)
    asked = steps[None, :] == result.rank[:, None]
    lacking = (asked & (result.have < needs[None, :])).any(axis=1)
    return [f"{_who(facts, at)} holds a rank without what it asks" for at in np.flatnonzero(lacking).tolist()]


def nobody_out_of_standing_earns(plan: Plan, facts: Facts, result: Result) -> list[str]:
    paid = result.items.beneficiary[facts.people.standing[result.items.beneficiary] != GOOD]
    return [f"{_who(facts, at)} is not in good standing and would be paid" for at in np.unique(paid).tolist()]


def lines_walk_up(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """A level is never deeper than the real distance, and own lines are the seller's."""
    lines = result.lines
    seller = facts.lines.seller[lines.source]
    wrong = (lines.level > lines.depth) | ((lines.level == 0) != (lines.beneficiary == seller))
    return [
        f"{_who(facts, at)} has a line on a wrong level"
        for at in np.unique(lines.beneficiary[wrong]).tolist()
    ]


def reversals_are_not_walked(plan: Plan, facts: Facts, result: Result) -> list[str]:
    wrong = facts.lines.reversal[result.lines.source]
    keys = facts.lines.key[result.lines.source[wrong]]
    return [f"The return {key} would be paid for" for key in np.unique(keys).tolist()]


def _who(facts: Facts, person: int) -> str:
    return str(facts.people.number[person])


Check = Callable[[Plan, Facts, Result], list[str]]
CHECKS: tuple[Check, ...] = (
    items_are_the_sum_of_their_lines,
    ranks_have_what_they_need,
    nobody_out_of_standing_earns,
    lines_walk_up,
    reversals_are_not_walked,
)

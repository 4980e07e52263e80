"""Doubts about a result, before anybody is paid: small functions that look at it from another side than the engine."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import GOOD, Facts, depths
from commissions.core.language import Aggregate, Word
from commissions.core.plan import Plan
from commissions.core.rounding import MILLION
from commissions.core.run import Result

Found = NDArray[np.int64]
MOST_SHOWN = 5


def check(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """What is wrong with a result, one sentence each; empty when nothing is.

    Each check stands alone and knows nothing of how the engine computes.
    """
    return [problem for check_one in CHECKS for problem in check_one(plan, facts, result)]


def exact_lines(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """base × rate = whole and micro, to the last millionth; nothing negative, nothing above the whole base."""
    lines = result.lines
    base_low, rate = lines.base % MILLION, lines.rate_ppm
    micro = (base_low * rate) % MILLION
    whole = (lines.base // MILLION) * rate + (base_low * rate) // MILLION
    wrong = (
        (whole != lines.whole) | (micro != lines.micro) | (lines.base <= 0) | (rate <= 0) | (rate > MILLION)
    )
    return _told("is not its base times its rate", _line_name(facts, result), np.flatnonzero(wrong))


def items_of_lines(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Every item is its lines' sum to within half a minor unit, and no line is left without an item."""
    lines, items, bonuses = result.lines, result.items, max(1, len(plan.bonuses))
    size = len(facts.people) * bonuses
    whole, micro, count = (np.zeros(size, np.int64) for _ in range(3))
    of_line = lines.beneficiary * bonuses + lines.bonus
    np.add.at(whole, of_line, lines.whole)
    np.add.at(micro, of_line, lines.micro)
    np.add.at(count, of_line, 1)
    of_item = items.beneficiary * bonuses + items.bonus
    amount, counted = (np.zeros(size, np.int64) for _ in range(2))
    np.add.at(amount, of_item, items.amount)
    np.add.at(counted, of_item, items.line_count)
    far = 2 * np.abs((whole - amount) * MILLION + micro) > MILLION
    uncounted = (amount != 0) & (counted != count)
    wrong = np.flatnonzero(far | uncounted) // bonuses
    return _told("is paid something else than the lines say", _person_name(facts), wrong)


def only_good_standing(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Nobody suspended or gone is paid, or counts as active."""
    away = facts.people.standing != GOOD
    paid = np.flatnonzero(away[result.lines.beneficiary])
    active = np.flatnonzero(away & result.statuses[plan.active])
    return [
        *_told("is paid without being in good standing", _line_name(facts, result), paid),
        *_told("is active without being in good standing", _person_name(facts), active),
    ]


def lines_go_up(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """The one who is paid stands exactly `depth` above the seller, on a level the bonus has, not deeper than real."""
    lines, sponsor = result.lines, facts.people.sponsor
    above, left = facts.lines.seller[lines.source], lines.depth.copy()
    while (left > 0).any():
        rows = np.flatnonzero((left > 0) & (above >= 0))
        if not len(rows):
            break
        above[rows] = sponsor[above[rows]]
        left[rows] -= 1
    first = np.array([bonus.first for bonus in plan.bonuses], np.int64)[lines.bonus]
    last = np.array([bonus.last for bonus in plan.bonuses], np.int64)[lines.bonus]
    wrong = (above != lines.beneficiary) | (left != 0) | (lines.level > lines.depth)
    wrong |= (lines.level < first) | (lines.level > last)
    return _told(
        "does not lead from the sale to the one who is paid", _line_name(facts, result), np.flatnonzero(wrong)
    )


def sales_only(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """No return is walked, and no sale pays one person twice under one bonus."""
    lines = result.lines
    returned = np.flatnonzero(facts.lines.reversal[lines.source])
    same = (np.diff(lines.beneficiary) == 0) & (np.diff(lines.bonus) == 0) & (np.diff(lines.source) == 0)
    names = _line_name(facts, result)
    return [
        *_told("pays on a return", names, returned),
        *_told("pays one person twice for one sale", names, np.flatnonzero(same)),
    ]


def ranks_are_earned(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Everybody has what their rank needs, and nobody has what a higher one needs."""
    wrong = np.zeros(len(facts.people), bool)
    for step in range(len(plan.ladder)):
        met = np.ones(len(facts.people), bool)
        for column, requirement in enumerate(result.requirements):
            if requirement.rank == step:
                met &= result.have[:, column] >= requirement.need
        wrong |= np.where(met, result.rank < step, result.rank == step)
    return _told("has a rank that the requirements do not give", _person_name(facts), np.flatnonzero(wrong))


def volume_is_whole(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Nothing is lost on the way: each volume's sum over people is its sum over order lines; nor does the tree
    lose anybody's group volume."""
    found = []
    for name, values in result.volumes.items():
        if name in result.measures and int(values.sum()) != int(result.measures[name].sum()):
            found.append(
                f"{name}: people have {int(result.measures[name].sum())}, orders {int(values.sum())}"
            )
    whole_group = Aggregate("sum", Word("", plan.own_volume), "self and team", None)
    if plan.expressions.get(plan.group_volume) == whole_group:
        roots = depths(facts.people.sponsor) == 0
        total = int(result.measures[plan.group_volume][roots].sum())
        own = int(result.measures[plan.own_volume].sum())
        found += [f"The roots' group volume is {total}, everybody's own {own}"] if total != own else []
    return found


Check = Callable[[Plan, Facts, Result], list[str]]
CHECKS: tuple[Check, ...] = (
    exact_lines,
    items_of_lines,
    only_good_standing,
    lines_go_up,
    sales_only,
    ranks_are_earned,
    volume_is_whole,
)


def _person_name(facts: Facts) -> Callable[[int], str]:
    return lambda at: str(facts.people.number[at])


def _line_name(facts: Facts, result: Result) -> Callable[[int], str]:
    lines, numbers, keys = result.lines, facts.people.number, facts.lines.key
    return lambda at: f"{keys[lines.source[at]]} for {numbers[lines.beneficiary[at]]}"


def _told(message: str, name: Callable[[int], str], wrong: Found) -> list[str]:
    """One sentence for the first few, and one that counts the others."""
    found = [f"{name(at)} {message}" for at in wrong[:MOST_SHOWN].tolist()]
    more = len(wrong) - len(found)
    return [*found, f"… and {more} more: {message}"] if more else found

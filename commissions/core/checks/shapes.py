"""Doubts about shapes of bonuses: pools, guarantees, pairs, holds, caps and rules over several bonuses."""

import numpy as np

from commissions.core.checks.telling import Check, Ints, person_name, position_name, told
from commissions.core.facts import Facts
from commissions.core.measures import People
from commissions.core.result import Kind, Result
from commissions.core.rounding import rounded_sums
from commissions.core.terms import UNLIMITED, BetterOf, Bonus, Cap, Guarantee, Once, Pair, Plan, Pool
from commissions.core.values import exact


def pools_share_their_fund(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """What a pool pays, keeps and carries on is its fund, to the last cent."""
    found = []
    for at, bonus in enumerate(plan.bonuses):
        how = bonus.how
        plain = bonus.most is None and bonus.hold is None
        if (
            isinstance(how, Pool)
            and how.shares_are == "divided_by_all_shares"
            and plain
            and _runs(bonus, facts)
        ):
            rows = (result.lines.bonus == at) & (result.lines.kind == Kind.POOL)
            paid, fund = int(result.lines.whole[rows].sum()), result.funds.get(bonus.name, 0)
            rest = result.kept.get(bonus.name, 0) + result.state_after.pools.get(bonus.name, 0)
            if paid + rest != fund:
                found.append(f"{bonus.name} shares {paid} and leaves {rest} of a fund of {fund}")
    return found


def guarantees_move_money(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """A guarantee makes no money: what is received is what was sent, and the company has the rest."""
    found = []
    for at, bonus in enumerate(plan.bonuses):
        if isinstance(bonus.how, Guarantee):
            rows = (result.lines.bonus == at) & (result.lines.kind == Kind.GUARANTEE)
            moved, kept = int(result.lines.whole[rows].sum()), result.kept.get(bonus.name, 0)
            if moved + kept != 0 and bonus.most is None:
                found.append(f"{bonus.name}: {-moved} was sent and not received, {kept} is kept")
    return found


def pairs_use_what_is_there(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """No leg carries on more than it had, more than the plan keeps, or less than nothing."""
    found = []
    for bonus in plan.bonuses:
        how = bonus.how
        carry = result.state_after.carry.get(bonus.name)
        if isinstance(how, Pair) and carry is not None and how.along in facts.positions:
            limit = carry.sum(axis=2) > (how.carry if how.carry != UNLIMITED else np.iinfo(np.int64).max)
            wrong = ((carry < 0).any(axis=2) | (limit & _runs(bonus, facts))).any(axis=1)
            if _runs(bonus, facts):
                wrong |= (carry.sum(axis=2) > _had(bonus, how, facts, result)).any(axis=1)
            name = position_name(facts, how.along)
            found += told(f"carries on of {bonus.name} what it did not have", name, np.flatnonzero(wrong))
    return found


def _had(bonus: Bonus, how: Pair, facts: Facts, result: Result) -> Ints:
    """The most each leg can have had: what was carried, what came in below, and the owner's own."""
    there, volume = facts.positions[how.along], result.measures[how.volume]
    own = np.zeros(len(there), np.int64)
    first = np.unique(there.owner, return_index=True)[1]
    own[first] = volume[there.owner[first]]
    branch = own.copy()
    for at in reversed(_depth_slices(there.parent)):
        np.add.at(branch, there.parent[at], branch[at])
    legs = np.zeros((len(there), 2), np.int64)
    below = there.parent >= 0
    legs[there.parent[below], there.slot[below]] = branch[below]
    before = facts.state.carry.get(bonus.name)
    legs += np.maximum(own, 0)[:, None] if how.own_volume_goes_to != "neither" else 0
    carried = np.zeros_like(legs) if before is None else before.sum(axis=2)
    return carried + np.maximum(legs, 0)


def _depth_slices(parent: Ints) -> list[Ints]:
    """Positions by depth, without the roots, the nearest to them first."""
    found, level = [], np.flatnonzero(parent < 0)
    inside = np.zeros(len(parent), bool)
    while len(level):
        inside[:] = False
        inside[level] = True
        level = np.flatnonzero((parent >= 0) & inside[parent])
        found.append(level)
    return found


def holds_keep_count(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """What waits is what was held; what is released waited before, for the same person, to the cent."""
    found, lines = [], result.lines
    for at, bonus in enumerate(plan.bonuses):
        if bonus.hold is None:
            continue
        before, after = (state.held.get(bonus.name, ()) for state in (facts.state, result.state_after))
        mine = lines.bonus == at
        size = len(facts.people)
        held, released = (
            _per_person(lines.beneficiary[rows], lines.whole[rows], size)
            for rows in (mine & (lines.kind == Kind.HELD), mine & (lines.kind == Kind.RELEASED))
        )
        waiting = _waiting(before, size)
        new = _waiting(tuple(row for row in after if row[2] == 1), size)
        wrong = (new != -held) | ((released != 0) & (released != waiting))
        found += told(f"does not have of {bonus.name} what waited", person_name(facts), np.flatnonzero(wrong))
    return found


def _waiting(rows: tuple[tuple[int, int, int], ...], size: int) -> Ints:
    table = np.array(rows, np.int64).reshape(-1, 3)
    return _per_person(table[:, 0], table[:, 1], size)


def _per_person(person: Ints, amount: Ints, size: int) -> Ints:
    total = np.zeros(size, np.int64)
    np.add.at(total, person, amount)
    return total


def once_is_once(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Nobody is given again what they have, or what they had and is given once."""
    found = []
    for at, bonus in enumerate(plan.bonuses):
        if isinstance(bonus.how, Once):
            rows = (result.lines.bonus == at) & (result.lines.kind == Kind.ONCE)
            given = facts.state.given.get(bonus.name, np.zeros(len(facts.people), np.int64))
            who = result.lines.beneficiary[rows]
            wrong = (given[who] == 1) | ((given[who] == 2) & (bonus.how.again == "never"))
            wrong |= result.state_after.given[bonus.name][who] != 1
            wrong |= np.concatenate([[False], np.diff(who) == 0])[: len(who)]
            found += told(f"is given {bonus.name} once more", person_name(facts), who[wrong])
    return found


def rules_are_kept(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Bonuses under a cap pay at most the limit together; of those of which the better counts, each person has one."""
    names, found = [bonus.name for bonus in plan.bonuses], []
    for rule in plan.group_rules:
        among = [names.index(name) for name in (rule.over if isinstance(rule, Cap) else rule.among)]
        if isinstance(rule, BetterOf):
            count = np.zeros(len(facts.people), np.int64)
            rows = np.isin(result.items.bonus, among) & (result.items.amount > 0)
            np.add.at(count, result.items.beneficiary[rows], 1)
            found += told(f"has more than one of {rule.name}", person_name(facts), np.flatnonzero(count > 1))
        else:
            found += _over_limit(rule, among, plan, facts, result)
    return found


def _over_limit(rule: Cap, among: list[int], plan: Plan, facts: Facts, result: Result) -> list[str]:
    people = _known(plan, facts, result)
    whole, micro = exact(rule.limit, people.value, plan)
    size = len(facts.people)
    limit = np.broadcast_to(rounded_sums(whole=whole, micro=micro, how=plan.ledger.round), (size,))
    rows = np.isin(result.items.bonus, among)
    if rule.of == "everyone":
        total = int(result.items.amount[rows].sum())
        most = max(0, int(limit[0])) if size else 0
        return [f"{rule.name} allows {most}, and {total} is paid"] if total > most else []
    paid = _per_person(result.items.beneficiary[rows], result.items.amount[rows], size)
    wrong = np.flatnonzero(paid > np.maximum(limit, 0))
    return told(f"is paid more than {rule.name} allows", person_name(facts), wrong)


def _known(plan: Plan, facts: Facts, result: Result) -> People:
    people = People(plan, facts, result.volumes)
    for known in (result.measures, result.statuses, result.memory_after, {"rank": result.rank}):
        people.words.update(known)
    return people


def nothing_below_nothing(plan: Plan, facts: Facts, result: Result) -> list[str]:
    """Funds, what the company keeps, shares, and what is carried on are never negative."""
    totals = {**result.funds, **result.state_after.pools, **result.kept}
    found = [f"{name} has {total}, less than nothing" for name, total in totals.items() if total < 0]
    for name, shares in result.shares.items():
        found += told(f"has less than no share of {name}", person_name(facts), np.flatnonzero(shares < 0))
    return found


def _runs(bonus: Bonus, facts: Facts) -> bool:
    return bonus.valid is None or bonus.valid[0] <= facts.first_day < bonus.valid[1]


SHAPES: tuple[Check, ...] = (
    pools_share_their_fund,
    guarantees_move_money,
    pairs_use_what_is_there,
    holds_keep_count,
    once_is_once,
    rules_are_kept,
    nothing_below_nothing,
)

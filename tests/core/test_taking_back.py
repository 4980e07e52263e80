"""What returns take back of an earlier period's items, worked out by hand. Amounts in cents."""

import pytest

from commissions.core.plan import Plan
from commissions.core.run import run
from commissions.core.taking_back import Back, Item, Taken, take_back
from tests.core.by_hand import company, plan_of

FIRST = "walk: {along: sponsor, counts: levels, first: 1, last: 1, compression: none}"
KEPT = "earner: always, if_not_earned: kept_by_company"
MILLION = 1_000_000


def taken(plan: Plan, orders: list[tuple[str, int]], shares: dict[int, int], posted: dict[Item, int]) -> dict:
    facts = company(orders)
    result = run(plan=plan, facts=facts)
    found = take_back(plan=plan, facts=facts, result=result, back=Back(share=shares), before=Taken(posted))
    return dict(found.paid)


def level(more: str = "", kept: str = KEPT) -> str:
    return f"  x: {{on: cv, {FIRST}, rate: 10%, {kept}{more}}}"


def test_returns_telescope():
    """10 % of 100.05 is 10.005, paid 10.01. A third comes back three times: 6.67, 3.335 and 0 are left."""
    posted: dict[Item, int] = {}
    steps = []
    for share in (333_333, 666_666, MILLION):
        now = taken(plan_of(level()), [("Ben", 10_005)], {0: share}, posted)
        steps.append(now["Ana", "x"])
        posted = {("Ana", "x"): posted.get(("Ana", "x"), 0) + now["Ana", "x"]}
    assert steps == [-334, -333, -334]
    assert sum(steps) == -1_001


@pytest.mark.parametrize("how", ["half_up", "half_even", "down"])
def test_everything_back_takes_what_was_paid_under_a_cap(how):
    """Computed 2.5, one cent over the most: what is cut is whole and is not rounded with the rest."""
    plan = plan_of(level(", most: {amount: 0.01 EUR, of: all}"), rounding=how)
    assert taken(plan, [("Ben", 25)], {0: MILLION}, {}) == {("Ana", "x"): -1}


def test_what_a_cap_took_shrinks_with_what_is_left():
    """30.00 computed, 20.00 the most: 10.00 over. Half comes back: 15.00 less 5.00 is 10.00 left of 20.00."""
    plan = plan_of(level(", most: {amount: 20 EUR, of: all}"))
    assert taken(plan, [("Ben", 30_000)], {0: MILLION // 2}, {}) == {("Ana", "x"): -1_000}


def test_of_what_waits_nothing_was_paid_and_less_waits():
    """10 % of 100.05 is 10.005, held back as 10.01. Half of it: 5.00 are left to wait."""
    plan = plan_of(level(kept="earner: buyer, if_not_earned: {held_until: buyer, lapses_after: never}"))
    facts = company([("Ben", 10_005)], buyers=())
    result = run(plan=plan, facts=facts)
    half = take_back(
        plan=plan, facts=facts, result=result, back=Back(share={0: MILLION // 2}), before=Taken()
    )
    assert (half.paid, half.held) == ({}, {("Ana", "x"): -501})
    rest = take_back(plan=plan, facts=facts, result=result, back=Back(share={0: MILLION}), before=half)
    assert (rest.paid, rest.held) == ({}, {("Ana", "x"): -500})


def test_legs_that_offset_each_other_to_nothing_owe_nothing():
    """Ana's 5 % of 60.00 is 3.00, less 5 % of Ben's 100.00: nothing was paid, nothing is taken."""
    gap = "difference: {who_blocks: front_line, blockers: everyone, negative_gap: offsets_other_legs}"
    walk = "walk: {along: sponsor, counts: nothing, own_volume: pays_seller}"
    plan = plan_of(f"  x: {{on: cv, {walk}, rate: by_rank, {KEPT}, {gap}}}")
    facts = company([("Ana", 6_000), ("Ben", 10_000)], steps={"Ben": 2})
    result = run(plan=plan, facts=facts)
    everything = Back(share={0: MILLION, 1: MILLION})
    found = take_back(plan=plan, facts=facts, result=result, back=everything, before=Taken())
    assert found.paid == {("Ben", "x"): -1_000}

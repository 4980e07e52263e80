"""The reasons are those of the rules, and together they account for every order."""

from pathlib import Path

from commissions.core.explain import (
    Why,
    counted_legs,
    missing_for,
    paid_levels,
    rate_from,
    rates_of_ranks,
    why_line,
    why_not,
)
from commissions.core.plan import load
from commissions.core.run import run
from tests.core.world import facts_of

PLAN = load(
    (Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml").read_text(encoding="utf-8")
)
RETAIL, LEVELS, FAST = range(3)


def company(**changes):
    """Ana – Ben (inactive) – Cas – Dee, everybody's order named after them."""
    people = [("Ana", "", 0, 0), ("Ben", "Ana", 0, 0), ("Cas", "Ben", 0, 0), ("Dee", "Cas", 0, 0)]
    points = {"Ana": 100, "Ben": 50, "Cas": 100, "Dee": 100}
    lines = [
        {"key": f"{who}/1", "seller": who, "qualifying": pv * 100, "commissionable": pv * 80, "day": 20_400}
        for who, pv in points.items()
    ]
    facts = facts_of(**{"people": people, "lines": lines, **changes})
    return facts, run(plan=PLAN, facts=facts)


def reasons(facts, result, person, bonus):
    found = why_not(PLAN, facts, result, facts.people.number.tolist().index(person))
    return {str(facts.lines.key[one.source]): one for one in found if one.bonus == bonus}


def test_a_line_says_who_was_passed_over_and_which_rank_gave_the_rate():
    facts, result = company()
    line = next(
        at
        for at in range(len(result.lines))
        if result.lines.source[at] == 3 and result.lines.beneficiary[at] == 0
    )
    why = why_line(PLAN, facts, result, line)
    assert (why.level, why.depth, why.skipped) == (2, 3, (1,))
    assert (why.rate_ppm, why.rank, why.rate_from) == (40_000, 0, 0)
    assert why.exact == 8_000 * 40_000


def test_the_inactive_read_what_they_would_have_had():
    facts, result = company()
    found = reasons(facts, result, "Ben", LEVELS)
    assert {key: (one.why, one.level, one.would_have) for key, one in found.items()} == {
        "Cas/1": (Why.SKIPPED_INACTIVE, 1, 8_000 * 60_000),
        "Dee/1": (Why.SKIPPED_INACTIVE, 2, 8_000 * 40_000),
    }


def test_the_first_rank_that_would_have_been_paid_is_named():
    people = [(name, above, 0, 0) for name, above in ("A ", "BA", "CB", "DC")]
    people = [(name, above.strip(), joined, standing) for name, above, joined, standing in people]
    lines = [
        {"key": f"{who}/1", "seller": who, "qualifying": 10_000, "commissionable": 8_000, "day": 20_400}
        for who in "ABCD"
    ]
    facts, result = company(people=people, lines=lines)
    found = reasons(facts, result, "A", LEVELS)
    (only,) = found.values()
    assert (only.why, only.level, PLAN.ladder[only.rank].name) == (Why.RANK_NOT_PAID_AT_LEVEL, 3, "Builder")
    assert only.would_have == 8_000 * 40_000


def test_a_newcomers_order_belongs_to_the_fast_start():
    people = [("Ana", "", 0, 0), ("Ben", "Ana", 20_390, 0)]
    lines = [{"key": "Ben/1", "seller": "Ben", "qualifying": 100, "commissionable": 80, "day": 20_400}]
    lines += [{"key": "Ana/1", "seller": "Ana", "qualifying": 10_000, "commissionable": 80, "day": 20_400}]
    facts, result = company(people=people, lines=lines)
    assert reasons(facts, result, "Ana", LEVELS)["Ben/1"].why == Why.FAST_START_WINDOW
    assert reasons(facts, result, "Ana", FAST) == {}


def test_the_suspended_read_why():
    people = [("Ana", "", 0, 1), ("Ben", "Ana", 0, 0)]
    lines = [{"key": "Ben/1", "seller": "Ben", "qualifying": 10_000, "commissionable": 8_000, "day": 20_400}]
    facts, result = company(people=people, lines=lines)
    assert reasons(facts, result, "Ana", LEVELS)["Ben/1"].why == Why.NOT_GOOD_STANDING


def test_what_is_missing_for_the_next_rank():
    _, result = company()
    found = {one.requirement.text: (one.have, one.need, one.missing) for one in missing_for(PLAN, result, 0)}
    assert found["pv >= 100"] == (10_000, 10_000, 0)
    assert found["gv >= 800"] == (35_000, 80_000, 45_000)
    assert found["legs(active) >= 2"] == (1, 2, 1)


def test_a_rate_comes_from_the_lowest_rank_that_has_it():
    levels = PLAN.bonuses[LEVELS]
    assert [rate_from(plan=PLAN, bonus=levels, level=1, rank=rank) for rank in range(6)] == [0, 1, 1, 3, 4, 4]
    assert rates_of_ranks(PLAN, levels, 7)[:4] == (0, 0, 0, 0)
    assert list(paid_levels(PLAN, levels)) == [1, 2, 3, 4, 5, 6, 7]


STAIRS = """
plan:
  {name: Stairs, version: 1, starts: 2025-01-01, currency: EUR, period: month, main_tree: sponsor,
   judged_at: end_of_period}
trees: {sponsor: {parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}}
volumes:
  pv: {field: qualifying, unit: points, orders_of: self, returns_count: in_period_of_return}
  bv: {field: commissionable, unit: money, orders_of: self, returns_count: in_period_of_return}
measures:
  group: sum(pv of self and team)
  counted: {leg: group, own: pv, leg_cap: 50%, leg_cap_base: requirement, own_volume: capped_like_a_leg}
statuses: {broken: group >= 300, tall: pv >= 90}
ranks:
  lower_ranks: not_required
  ladder: [{name: Member, needs: always}, {name: Head, needs: counted >= 200}]
tables: {step: {by: group, reading: cliff, rows: {0: 0%, 100: 10%, 200: 20%}}}
bonuses:
  difference_pay:
    on: bv
    walk: {along: sponsor, counts: nothing, own_volume: pays_seller, ends_at: broken}
    rate: step
    difference: {who_blocks: front_line, blockers: everyone, negative_gap: zero_per_leg}
    if_not_earned: kept_by_company
  leading:
    on: bv
    walk:
      {along: sponsor, counts: generations, convention: starts_at_leader, leader: broken, first: 1, last: 1,
       each_step_pays: first_earner, own_volume: not_paid}
    rate: 4%
    if_not_earned: kept_by_company
  deep:
    on: bv
    walk:
      {along: sponsor, counts: levels, first: 2, last: unlimited, compression: none,
       blocker: tall, tail: blocker_only}
    rate: 1%
    if_not_earned: kept_by_company
ledger:
  {round: half_up, returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt},
   smallest_payout: 0 EUR}
"""


def stairs(**points):
    """A line of people, the first at the top, each with one order of so many points."""
    names = list(points)
    people = [(name, names[at - 1] if at else "", 0, 0) for at, name in enumerate(names)]
    lines = [
        {"key": f"{name}/1", "seller": name, "qualifying": pv * 100, "commissionable": pv * 100}
        for name, pv in points.items()
    ]
    plan, facts = load(STAIRS), facts_of(people=people, lines=lines)
    return plan, facts, run(plan=plan, facts=facts)


def zeros(plan, facts, result, person, bonus):
    names = facts.people.number.tolist()
    found = why_not(plan, facts, result, names.index(person))
    return {
        str(facts.lines.key[one.source]): (one.why, None if one.by is None else names[one.by])
        for one in found
        if one.bonus == bonus and one.source >= 0
    }


STEPS = {"A": 10, "B": 20, "C": 50, "D": 100, "E": 150, "F": 30}  # B and C have broken away; D and E are tall


def test_the_one_at_whom_a_walk_ended_is_named():
    assert zeros(*stairs(**STEPS), "B", 0) == {f"{who}/1": (Why.ENDED_AT, "C") for who in "CDEF"}


def test_the_one_with_as_high_a_rate_is_named():
    assert zeros(*stairs(**STEPS), "C", 0) == {f"{who}/1": (Why.NO_DIFFERENCE, "D") for who in "DEF"}
    assert zeros(*stairs(**STEPS), "F", 0) == {"F/1": (Why.NOT_ENTITLED, None)}


def test_the_one_who_blocks_is_named():
    found = zeros(*stairs(**STEPS), "A", 2)
    assert found["B/1"] == (Why.BEFORE_FIRST_LEVEL, None)
    assert (found["E/1"], found["F/1"]) == ((Why.BLOCKED_BY, "D"), (Why.BLOCKED_BY, "E"))


def test_the_one_who_took_the_step_is_named():
    """Of three who stand above a leader, the one right above took the first generation."""
    assert zeros(*stairs(A=10, B=20, C=50, D=300), "A", 1) == {
        "D/1": (Why.BEYOND_LAST_LEVEL, None),
        "C/1": (Why.BEYOND_LAST_LEVEL, None),
    }
    _, _, result = stairs(A=10, B=20, C=50, D=300)
    assert [result.lines.beneficiary[result.lines.bonus == 1].tolist()] == [[0, 1, 2]]


def test_a_difference_says_what_was_subtracted():
    plan, facts, result = stairs(**STEPS)
    mine = (result.lines.source == 4) & (result.lines.beneficiary == 3)
    (line,) = mine.nonzero()[0].tolist()
    why = why_line(plan, facts, result, line)
    assert (why.own_rate, why.subtracted, why.rate_ppm, why.origin) == (200_000, 100_000, 100_000, 4)


def test_what_was_capped_is_told_leg_by_leg():
    plan, facts, result = stairs(A=150, B=40, C=500)
    (need,) = plan.requirements
    legs = counted_legs(plan, facts, result, 0, need)
    assert [(leg.head, leg.volume, leg.counted) for leg in legs] == [(1, 54_000, 10_000), (0, 15_000, 10_000)]
    assert sum(leg.counted for leg in legs) == result.have[0, 0] == 20_000

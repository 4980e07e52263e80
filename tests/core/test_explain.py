"""The reasons are those of the rules, and together they account for every order."""

from pathlib import Path
from random import Random

import pytest

from commissions.core.explain import Why, missing_for, rate_from, why_line, why_not
from commissions.core.plan import load
from commissions.core.run import run
from tests.core.world import facts_of, random_company, random_plan

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


@pytest.mark.parametrize("seed", range(80))
def test_every_order_in_the_team_is_paid_or_explained(seed):
    plan = load(random_plan(Random(f"plan {seed}")))
    facts = facts_of(**random_company(Random(seed)))
    result = run(plan=plan, facts=facts)
    for person in range(len(facts.people)):
        paid = {
            (bonus, source)
            for bonus, who, source in zip(
                result.lines.bonus.tolist(),
                result.lines.beneficiary.tolist(),
                result.lines.source.tolist(),
                strict=True,
            )
            if who == person
        }
        explained = {(one.bonus, one.source) for one in why_not(plan, facts, result, person)}
        assert not paid & explained
        levels = plan.bonuses[0]
        team = {
            s
            for s in range(len(facts.lines))
            if below(facts, person, int(facts.lines.seller[s]), levels.first)
        }
        about = {(0, s) for s in team if not facts.lines.reversal[s]}
        assert about <= paid | explained


def below(facts, person, seller, first):
    at = seller if first == 0 else int(facts.people.sponsor[seller])
    while at >= 0 and at != person:
        at = int(facts.people.sponsor[at])
    return at == person


def test_what_is_missing_for_the_next_rank():
    _, result = company()
    found = {one.requirement.text: (one.have, one.need, one.missing) for one in missing_for(PLAN, result, 0)}
    assert found["pv >= 100"] == (10_000, 10_000, 0)
    assert found["gv >= 800"] == (35_000, 80_000, 45_000)
    assert found["legs(active) >= 2"] == (1, 2, 1)


def test_a_rate_comes_from_the_lowest_rank_that_has_it():
    levels = PLAN.bonuses[LEVELS]
    assert [rate_from(bonus=levels, level=1, rank=rank) for rank in range(6)] == [0, 1, 1, 3, 4, 4]

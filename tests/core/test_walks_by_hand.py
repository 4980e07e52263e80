"""Walks over one line of five people: Ana over Ben over Cy over Dee over Eve, who sells for 100.00. 1 % is 100."""

import pytest

from commissions.core.run import run
from tests.core.by_hand import company, lines_of, paid, plan_of

KEPT = "earner: {earner}, if_not_earned: kept_by_company"
EVE = [("Eve", 10_000)]


def walk(said: str, rate: str, *, earner: str = "always", more: str = "") -> str:
    kept = KEPT.format(earner=earner)
    return f"  x: {{on: cv, walk: {{along: sponsor, {said}}}, rate: {rate}, {kept}{more}}}"


LEVELS = "counts: levels, first: 1, last: 3, compression: "
ACTIVE = "skip_inactive, skip_test: active, volume_of_the_skipped: "


@pytest.mark.parametrize(
    ("compression", "earner", "expected"),
    [
        # Levels are places: Dee 1, Cy 2, Ben 3. Cy is idle: 2 % of the level stays with the company.
        ("none", "active", {"Dee": 100, "Ben": 100}),
        # Cy uses up no level: Dee 1, Ben 2, Ana 3.
        (ACTIVE + "paid", "always", {"Dee": 100, "Ben": 100, "Ana": 100}),
        (ACTIVE + "dropped", "always", {"Dee": 100, "Ben": 100, "Ana": 100}),
    ],
)
def test_compression(compression, earner, expected):
    facts = company(EVE, idle=["Cy"])
    assert paid(walk(LEVELS + compression, "1%", earner=earner), facts) == expected


def test_the_volume_of_the_skipped_is_paid_or_dropped():
    facts = company(EVE, idle=["Eve"])
    assert paid(walk(LEVELS + ACTIVE + "paid", "1%"), facts) == {"Dee": 100, "Cy": 100, "Ben": 100}
    assert paid(walk(LEVELS + ACTIVE + "dropped", "1%"), facts) == {}


def test_a_line_has_its_level_and_its_place():
    facts = company(EVE, idle=["Dee", "Cy"])
    found = lines_of(run(plan=plan_of(walk(LEVELS + ACTIVE + "paid", "1%")), facts=facts))
    assert found == [
        ("Ana", "x", "SALE", "Eve", 2, 4, 100),
        ("Ben", "x", "SALE", "Eve", 1, 3, 100),
    ]


def test_a_level_is_used_up_by_who_is_entitled_to_it():
    """by_level: level 1 pays B 5 %, level 2 pays C 4 %, level 3 pays everybody 3 %.

    Dee is A: not entitled to level 1. Cy is B: takes it. Ben is B: not entitled to level 2. Ana is C: takes it.
    """
    said = "counts: levels, first: 1, last: 3, compression: skip_not_entitled_at_level"
    facts = company(EVE, steps={"Cy": 1, "Ben": 1, "Ana": 2})
    assert paid(walk(said, "by_level"), facts) == {"Cy": 500, "Ana": 400}


def test_a_level_nobody_is_entitled_to_stops_the_walk():
    """Nobody is C: level 2 is never used up, so that level 3, which pays everybody, is not reached."""
    said = "counts: levels, first: 1, last: 3, compression: skip_not_entitled_at_level"
    assert paid(walk(said, "by_level"), company(EVE, steps={"Dee": 1})) == {"Dee": 500}


GENERATIONS = "counts: generations, own_volume: not_paid, "


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        # Leaders are Dee and Ben. Of the leaders among Eve and those between: Dee 0, Cy 1, Ben 1, Ana 2.
        ("starts_at_leader", {"Cy": 100, "Ben": 100}),
        # 1 + the leaders strictly between: Dee 1, Cy 2, Ben 2, Ana 3.
        ("starts_at_earner", {"Dee": 100}),
    ],
)
def test_generations(convention, expected):
    said = f"{GENERATIONS}convention: {convention}, leader: rank >= B, first: 1, last: 1, each_step_pays: every_earner"
    assert paid(walk(said, "1%"), company(EVE, steps={"Dee": 1, "Ben": 1})) == expected


def test_the_first_earner_takes_a_generation_alone():
    said = f"{GENERATIONS}convention: starts_at_leader, leader: rank >= B, first: 1, last: 2, "
    said += "each_step_pays: first_earner"
    facts = company(EVE, steps={"Dee": 1, "Ben": 1}, idle=["Cy"])
    # Generation 1 is Cy and Ben: Cy is idle, so Ben is the first who earns. Generation 2 is Ana.
    assert paid(walk(said, "1%", earner="active"), facts) == {"Ben": 100, "Ana": 100}


def test_a_leader_may_depend_on_the_earner():
    said = f"{GENERATIONS}convention: starts_at_leader, leader: rank >= earner.rank, first: 1, last: 1"
    facts = company(EVE, steps={"Dee": 1, "Ben": 2, "Ana": 1})
    # Dee (B): Eve below is A, generation 0. Cy (A): Eve and Dee are A or more, 2. Ben (C): nobody below is, 0.
    # Ana (B): Dee and Ben are, 2.
    assert paid(walk(said + ", each_step_pays: every_earner", "1%"), facts) == {}
    facts = company(EVE, steps={"Dee": 1, "Ben": 1, "Ana": 2})
    # Ben (B): Dee, 1. Ana (C): nobody, 0.
    assert paid(walk(said + ", each_step_pays: every_earner", "1%"), facts) == {"Ben": 100}


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        # The blocker is Dee, one level above Eve: nobody above Dee is paid.
        ("none", {"Dee": 100}),
        ("blocker_only", {"Dee": 100}),
        # With a tail of one level, Eve's order is still inside it.
        ("1 levels", {"Dee": 100, "Cy": 100, "Ben": 100, "Ana": 100}),
    ],
)
def test_blockers_and_their_tail(tail, expected):
    said = f"counts: levels, first: 1, last: unlimited, compression: none, blocker: rank >= B, tail: {tail}"
    assert paid(walk(said, "1%"), company(EVE, steps={"Dee": 1})) == expected


def test_a_blockers_own_order():
    """Dee sells. With no tail she blocks her own order; with blocker_only it is paid."""
    said = "counts: levels, first: 1, last: unlimited, compression: none, blocker: rank >= B, tail: "
    facts = company([("Dee", 10_000)], steps={"Dee": 1})
    assert paid(walk(said + "none", "1%"), facts) == {}
    assert paid(walk(said + "blocker_only", "1%"), facts) == {"Cy": 100, "Ben": 100, "Ana": 100}


def test_a_walk_ends_at_the_first_who_is_such():
    said = "counts: nothing, own_volume: pays_seller, ends_at: rank >= B"
    assert paid(walk(said, "1%"), company(EVE, steps={"Cy": 1})) == {"Eve": 100, "Dee": 100, "Cy": 100}
    assert paid(walk(said, "1%"), company(EVE, steps={"Eve": 1})) == {"Eve": 100}


def difference(who: str, blockers: str = "everyone", gap: str = "zero_per_leg") -> str:
    said = f", difference: {{who_blocks: {who}, blockers: {blockers}, negative_gap: {gap}}}"
    return walk("counts: nothing, own_volume: pays_seller", "by_rank", earner="active", more=said)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        # Rates: Eve 5, Dee 8, Cy 5, Ben 8, Ana 10.
        # Less the front-line person's: Eve 5, Dee 8-5, Cy 5-8 is nothing, Ben 8-5, Ana 10-8.
        ("front_line", {"Eve": 500, "Dee": 300, "Ben": 300, "Ana": 200}),
        # Less the highest below: Ben 8-8 is nothing.
        ("highest_on_path", {"Eve": 500, "Dee": 300, "Ana": 200}),
        # Less the seller's own: Ben 8-5, Ana 10-5: together more than anybody's rate.
        ("seller_only", {"Eve": 500, "Dee": 300, "Ben": 300, "Ana": 500}),
    ],
)
def test_who_blocks(who, expected):
    facts = company(EVE, steps={"Dee": 1, "Ben": 1, "Ana": 2})
    assert paid(difference(who), facts) == expected


def test_whether_somebody_who_does_not_earn_blocks():
    facts = company(EVE, steps={"Dee": 1, "Ana": 2}, idle=["Dee"])
    # Dee is idle. Everyone: Ana 10-8. Earners only: Ana 10-5, the highest of Eve, Cy and Ben.
    assert paid(difference("highest_on_path"), facts) == {"Eve": 500, "Ana": 200}
    assert paid(difference("highest_on_path", "earners_only"), facts) == {"Eve": 500, "Ana": 500}


def test_legs_may_offset_each_other_down_to_nothing():
    """Ana is A, Ben is C below her: -5 % of Ben's 100.00, +5 % of her own 60.00."""
    bonus = difference("front_line", gap="offsets_other_legs")
    facts = company([("Ana", 6_000), ("Ben", 10_000)], steps={"Ben": 2})
    result = run(plan=plan_of(bonus), facts=facts)
    assert [line for line in lines_of(result) if line[0] == "Ana"] == [
        ("Ana", "x", "SALE", "Ana", 0, 0, 300),
        ("Ana", "x", "SALE", "Ben", 1, 1, -500),
        ("Ana", "x", "MOST", "Ana", 0, 0, 200),
    ]


def test_a_marginal_rate_pays_each_slice():
    """100.00: 10 % of the first 60.00, 20 % of the 40.00 above, each a line of its own."""
    facts = company(EVE)
    found = run(
        plan=plan_of(walk("counts: levels, first: 1, last: 1, compression: none", "slices")), facts=facts
    )
    rows = zip(
        found.lines.base.tolist(), found.lines.rate_ppm.tolist(), found.lines.whole.tolist(), strict=True
    )
    assert list(rows) == [(6_000, 100_000, 600), (4_000, 200_000, 800)]


def test_an_amount_for_each_sale_whatever_its_size():
    facts = company([("Eve", 10_000), ("Eve", 1)])
    assert paid(walk("counts: levels, first: 1, last: 1, compression: none", "2.50 EUR"), facts) == {
        "Dee": 500
    }


def test_a_walk_through_positions_pays_their_owners():
    """Eve's first position stands under Dee's second, that under Cy's, that under Dee's first: Dee is met twice."""
    bonus = walk("counts: levels, first: 1, last: 3, compression: none", "1%").replace("sponsor", "binary")
    facts = company(EVE, positions=[("Dee", -1, -1), ("Cy", 0, 0), ("Dee", 1, 1), ("Eve", 2, 0)])
    assert lines_of(run(plan=plan_of(bonus), facts=facts)) == [
        ("Cy", "x", "SALE", "Eve", 2, 2, 100),
        ("Dee", "x", "SALE", "Eve", 1, 1, 100),
        ("Dee", "x", "SALE", "Eve", 3, 3, 100),
    ]


def test_nobody_walks_for_who_has_no_position():
    bonus = walk("counts: levels, first: 1, last: 3, compression: none", "1%").replace("sponsor", "binary")
    assert paid(bonus, company(EVE, positions=[("Dee", -1, -1), ("Cy", 0, 0)])) == {}


def test_what_stays_with_the_company():
    """Cy fails the gate: 1 % of 100.00 on level 2. Who is gone is no different."""
    bonus = walk("counts: levels, first: 1, last: 3, compression: none", "1%", earner="active")
    assert run(plan=plan_of(bonus), facts=company(EVE, idle=["Cy"])).kept == {"x": 100}
    assert run(plan=plan_of(bonus), facts=company(EVE, standing={"Ben": 2})).kept == {"x": 100}
    assert run(plan=plan_of(difference("front_line")), facts=company(EVE, idle=["Eve"])).kept == {"x": 500}

"""What becomes of lines: rounding, the most, what waits, guarantees, pools, pairs, group rules. Amounts in cents."""

import pytest

from commissions.core import packing
from commissions.core.facts import State
from commissions.core.run import run
from commissions.core.values import Overflowing
from tests.core.by_hand import company, items_of, lines_of, plan_of

KEPT = "earner: {earner}, if_not_earned: kept_by_company"
FIRST = "walk: {along: sponsor, counts: levels, first: 1, last: 1, compression: none}"


def level(
    name: str = "x",
    rate: str = "10%",
    more: str = "",
    kept: str = "earner: always, if_not_earned: kept_by_company",
) -> str:
    return f"  {name}: {{on: cv, {FIRST}, rate: {rate}, {kept}{more}}}\n"


def adjustments(result):
    return [line for line in lines_of(result) if line[2] not in {"SALE", "PERSON", "AMOUNT", "POOL"}]


# --- rounding ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("how", "amounts"),
    [("half_up", [1, 2, 3]), ("half_even", [0, 2, 2]), ("down", [0, 1, 2])],
)
def test_an_item_is_rounded_once(how, amounts):
    """10 % of 5, 15 and 25 cents: 0.5, 1.5 and 2.5; of 3 + 2 cents in two orders it is 0.5 as well."""
    facts = company([("Ben", 5), ("Cy", 15), ("Dee", 25)])
    found = items_of(run(plan=plan_of(level(), rounding=how), facts=facts))
    assert [found.get((who, "x"), 0) for who in ("Ana", "Ben", "Cy")] == amounts
    twice = items_of(run(plan=plan_of(level(), rounding=how), facts=company([("Ben", 3), ("Ben", 2)])))
    assert twice.get(("Ana", "x"), 0) == amounts[0]


# --- the most ---------------------------------------------------------------------------------------------------------
def test_the_most_of_all():
    """10 % of 100.00 and of 50.00 is 15.00; the most is 12.00."""
    facts = company([("Ben", 10_000), ("Ben", 5_000)])
    result = run(plan=plan_of(level(more=", most: {amount: 12 EUR, of: all}")), facts=facts)
    assert adjustments(result) == [("Ana", "x", "MOST", "Ana", 0, 0, -300)]
    assert items_of(result) == {("Ana", "x"): 1_200}
    assert result.kept == {"x": 300}


def test_the_most_of_each_seller():
    """Dee and Eve stand under Cy: 10.00 and 30.00, of each at most 12.00."""
    facts = company([("Dee", 10_000), ("Eve", 30_000)], under={"Dee": "Cy", "Eve": "Cy"})
    result = run(plan=plan_of(level(more=", most: {amount: 12 EUR, of: each_seller}")), facts=facts)
    assert adjustments(result) == [("Cy", "x", "MOST", "Eve", 0, 0, -1_800)]
    assert items_of(result) == {("Cy", "x"): 2_200}


def test_what_is_cut_is_not_rounded_again():
    """10 % of 25 cents is 2.5, an even 2; one cent less is 1. Rounding 2.5 - 1 = 1.5 again would give 2."""
    bonus = level(more=", most: {amount: 0.01 EUR, of: all}")
    result = run(plan=plan_of(bonus, rounding="half_even"), facts=company([("Ben", 25)]))
    assert items_of(result) == {("Ana", "x"): 1}


# --- what waits -------------------------------------------------------------------------------------------------------
def held(lapses: str = "never") -> str:
    return level(kept=f"earner: buyer, if_not_earned: {{held_until: buyer, lapses_after: {lapses}}}")


def test_what_is_not_earned_waits():
    result = run(plan=plan_of(held()), facts=company([("Ben", 10_000)], buyers=()))
    assert lines_of(result) == [
        ("Ana", "x", "SALE", "Ben", 1, 1, 1_000),
        ("Ana", "x", "HELD", "Ana", 0, 0, -1_000),
    ]
    assert items_of(result) == {}
    assert result.state_after.held == {"x": ((0, 1_000, 1),)}
    assert result.kept == {}


def test_what_waited_is_released_beside_what_is_earned():
    state = State(held={"x": ((0, 700, 2), (0, 1_000, 1))})
    result = run(plan=plan_of(held()), facts=company([("Ben", 10_000)], state=state))
    assert adjustments(result) == [("Ana", "x", "RELEASED", "Ana", 0, 0, 1_700)]
    assert items_of(result) == {("Ana", "x"): 2_700}
    assert result.state_after.held == {"x": ()}


def test_what_waits_lapses():
    """After two further periods: what is in its second goes to the company, what is in its first waits on."""
    state = State(held={"x": ((0, 700, 2), (0, 1_000, 1))})
    result = run(plan=plan_of(held("2 periods")), facts=company([], buyers=(), state=state))
    assert result.state_after.held == {"x": ((0, 1_000, 2),)}
    assert result.kept == {"x": 700}


def test_who_is_suspended_is_held_nothing_and_released_nothing():
    state = State(held={"x": ((0, 700, 1),)})
    facts = company([("Ben", 10_000)], buyers=(), standing={"Ana": 1}, state=state)
    result = run(plan=plan_of(held()), facts=facts)
    assert lines_of(result) == []
    assert result.state_after.held == {"x": ((0, 700, 2),)}


def test_a_match_sees_neither_what_waits_nor_what_is_released():
    match = (
        "  m: {on: earnings of x, taken: after_caps, walk: {along: sponsor, counts: levels, first: 1, last: 1,"
        " compression: none}, rate: 50%, earner: always, if_not_earned: kept_by_company}\n"
    )
    state = State(held={"x": ((1, 700, 1),)})
    # Cy sells 100.00: Ben earns 10.00. Ana's match is 5.00, though Ben is released 7.00 as well.
    plan = plan_of(held() + match)
    assert items_of(run(plan=plan, facts=company([("Cy", 10_000)], state=state)))["Ana", "m"] == 500
    facts = company([("Cy", 10_000)], buyers=("Ana", "Cy"), state=state)
    assert ("Ana", "m") not in items_of(run(plan=plan, facts=facts))


# --- guarantees -------------------------------------------------------------------------------------------------------
PASSED = "  g: {{guarantee: {{of: x, along: sponsor, minimum: {minimum}, nobody_above: {top}}}}}\n"


def test_a_guarantee_moves_money_up():
    """Everybody receives 10.00 but Eve. Dee sends 8.00, Cy has 18.00 and sends 8.00, Ben as well, Ana keeps 18.00."""
    facts = company([("Ben", 10_000), ("Cy", 10_000), ("Dee", 10_000), ("Eve", 10_000)])
    plan = plan_of(level() + PASSED.format(minimum="8 EUR", top="stays_with_sender"))
    result = run(plan=plan, facts=facts)
    assert [line for line in lines_of(result) if line[1] == "g"] == [
        ("Ana", "g", "GUARANTEE", "Ben", 0, 0, 800),
        ("Ben", "g", "GUARANTEE", "Ana", 0, 0, -800),
        ("Ben", "g", "GUARANTEE", "Cy", 0, 0, 800),
        ("Cy", "g", "GUARANTEE", "Ben", 0, 0, -800),
        ("Cy", "g", "GUARANTEE", "Dee", 0, 0, 800),
        ("Dee", "g", "GUARANTEE", "Cy", 0, 0, -800),
    ]
    # The two of those between cancel out, and an item of nothing is not kept.
    assert {who: amount for (who, name), amount in items_of(result).items() if name == "g"} == {
        "Ana": 800,
        "Dee": -800,
    }


def test_a_guarantee_takes_no_more_than_was_received():
    """Dee received 10.00 of the 24.00 that are asked, and sends it all; Cy passes on the 10.00, Ben too."""
    plan = plan_of(level() + PASSED.format(minimum="24 EUR", top="kept_by_company"))
    result = run(plan=plan, facts=company([("Eve", 10_000)]))
    assert {key: amount for key, amount in items_of(result).items() if key[1] == "g"} == {
        ("Dee", "g"): -1_000
    }
    assert result.kept == {"g": 1_000}


# --- pools ------------------------------------------------------------------------------------------------------------
POOL = (
    "  p: {{pool: {{fund: 10% * sum(cv of everyone), shares: {shares}, shares_are: divided_by_all_shares,"
    " most_per_person: {most}, nobody_qualifies: carried_to_next}}, earner: {earner}}}\n"
)


def pool(shares: str = "step", most: str = "no_limit", earner: str = "always") -> str:
    return POOL.format(shares=shares, most=most, earner=earner)


def test_a_pool_is_shared_to_the_last_cent():
    """10 % of 1.00 is 10 cents: three equal shares are 3⅓; the cent left over goes to the lowest number, Ana."""
    facts = company([("Eve", 100)], steps={"Ana": 1, "Cy": 1, "Dee": 1})
    result = run(plan=plan_of(pool()), facts=facts)
    assert items_of(result) == {("Ana", "p"): 4, ("Cy", "p"): 3, ("Dee", "p"): 3}
    assert result.funds == {"p": 10}


def test_the_largest_remainder_gets_the_cent():
    """Shares 1 : 5 of 10 cents: 1.66 and 8.33; the cent goes to 1.66."""
    facts = company([("Eve", 100)], steps={"Ana": 5, "Cy": 1})
    assert items_of(run(plan=plan_of(pool()), facts=facts)) == {("Ana", "p"): 8, ("Cy", "p"): 2}


def test_a_pool_nobody_qualifies_for_is_carried():
    facts = company([("Eve", 100)], state=State(pools={"p": 7}))
    result = run(plan=plan_of(pool()), facts=facts)
    assert (result.funds, result.state_after.pools, result.kept) == ({"p": 17}, {"p": 17}, {})


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        # Shares 6 : 2 : 2 of 1,000: 600, 200, 200, of each at most 300.
        ("kept_by_company", {"Ana": 300, "Cy": 200, "Dee": 200}),
        # The 300 over are divided again among the others: 350 each is too much as well, so 300 each.
        ("shared_by_others", {"Ana": 300, "Cy": 300, "Dee": 300}),
    ],
)
def test_the_most_of_a_pool(over, expected):
    facts = company([("Eve", 10_000)], steps={"Ana": 6, "Cy": 2, "Dee": 2})
    result = run(plan=plan_of(pool(most=f"30% of fund, over: {over}")), facts=facts)
    assert {who: amount for (who, _), amount in items_of(result).items()} == expected
    assert result.kept == {"p": 1_000 - sum(expected.values())}


def test_shares_may_be_what_a_walk_pays():
    """Each order brings the one above two shares, and leaves no line and no item."""
    walk = f"  s: {{on: cv, {FIRST}, rate: two, pays_in: shares, earner: always, if_not_earned: kept_by_company}}\n"
    facts = company([("Ben", 400), ("Ben", 1), ("Cy", 599)])
    result = run(plan=plan_of(walk + pool(shares="s")), facts=facts)
    assert result.shares["s"].tolist() == [4, 2, 0, 0, 0]
    assert items_of(result) == {("Ana", "p"): 67, ("Ben", "p"): 33}


# --- once -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("again", "before", "steps", "given", "after"),
    [
        ("never", 0, {}, 0, 0),
        ("never", 0, {"Ana": 1}, 5_000, 1),
        ("never", 1, {"Ana": 1}, 0, 1),
        ("never", 1, {}, 0, 2),
        ("never", 2, {"Ana": 1}, 0, 1),
        ("after_losing_it", 1, {"Ana": 1}, 0, 1),
        ("after_losing_it", 2, {"Ana": 1}, 5_000, 1),
    ],
)
def test_once(again, before, steps, given, after):
    facts = company([], steps=steps)
    state = State(given={"o": facts.people.sponsor * 0})
    state.given["o"][0] = before
    result = run(
        plan=plan_of(f"  o: {{once: rank >= B, gives: 50 EUR, again: {again}}}\n"),
        facts=company([], steps=steps, state=state),
    )
    assert items_of(result) == ({("Ana", "o"): given} if given else {})
    assert result.state_after.given["o"].tolist() == [after, 0, 0, 0, 0]


# --- rules over groups ------------------------------------------------------------------------------------------------
CAP = "group_rules:\n  c: {{limit: {limit}, over: [x, y], {method}}}\n"
PRO_RATA = "method: pro_rata, leftover_cents: largest_remainder"
TWO = level("x", "10%") + level("y", "5%")


def test_a_cap_is_shared_pro_rata():
    """Ana 10 and 5 cents, Ben 10 and 5: 30 brought down to 20 are 6⅔ and 3⅓; two cents over go to the remainders ⅔."""
    facts = company([("Ben", 100), ("Cy", 100)])
    rules = CAP.format(limit="10% * sum(cv of everyone)", method=PRO_RATA)
    result = run(plan=plan_of(TWO, rules=rules), facts=facts)
    assert items_of(result) == {("Ana", "x"): 7, ("Ana", "y"): 3, ("Ben", "x"): 7, ("Ben", "y"): 3}
    assert adjustments(result)[0] == ("Ana", "x", "GROUP", "Ana", 0, 0, -3)


def test_equal_remainders_go_to_the_lower_number():
    """10 cents each of x alone, brought down to 15: 7.5 each; Ana's number is lower."""
    rules = "group_rules:\n  c: {limit: 7.5% * sum(cv of everyone), over: [x], " + PRO_RATA + "}\n"
    result = run(plan=plan_of(level(), rules=rules), facts=company([("Ben", 100), ("Cy", 100)]))
    assert items_of(result) == {("Ana", "x"): 8, ("Ben", "x"): 7}


def test_a_cap_cuts_in_order():
    """30 down to 18: y is cut first, all of its 10, then x from 20 to 18."""
    rules = CAP.format(
        limit="9% * sum(cv of everyone)",
        method="method: {cut_in_order: [y, x]}, leftover_cents: largest_remainder",
    )
    result = run(plan=plan_of(TWO, rules=rules), facts=company([("Ben", 100), ("Cy", 100)]))
    assert items_of(result) == {("Ana", "x"): 9, ("Ben", "x"): 9}


def test_a_cap_under_the_limit_takes_nothing():
    rules = CAP.format(limit="15% * sum(cv of everyone)", method=PRO_RATA)
    result = run(plan=plan_of(TWO, rules=rules), facts=company([("Ben", 100), ("Cy", 100)]))
    assert adjustments(result) == []


def test_the_better_of_two_is_kept():
    """Ana 5.00 of x and 5.00 of y, the first named stays; Ben 1.00 of x, and 5.00 of y."""
    y = "  y: {amount: if step >= 1 then 5 EUR else 0 EUR, earner: always, if_not_earned: kept_by_company}\n"
    rules = "group_rules:\n  b: {better_of: [x, y], equal: first_named}\n"
    facts = company([("Ben", 5_000), ("Cy", 1_000)], steps={"Ana": 1, "Ben": 1})
    result = run(plan=plan_of(level() + y, rules=rules), facts=facts)
    assert items_of(result) == {("Ana", "x"): 500, ("Ben", "y"): 500}


# --- pairs ------------------------------------------------------------------------------------------------------------
def pair(
    said: str,
    *,
    earner: str = "always",
    carry: str = "unlimited",
    expires: str = "never",
    lost: str = "lose_all",
) -> str:
    kept = f"carry: {carry}, carry_expires: {expires}, when_not_qualified: {lost}"
    legs = f"along: binary, volume: cv, own_volume_goes_to: neither, {said}, {kept}"
    return f"  b: {{pair: {{{legs}}}, earner: {earner}}}\n"


PLACED = [("Ana", -1, -1), ("Ben", 0, 0), ("Cy", 0, 1)]


def carried(result, position: int = 0):
    return result.state_after.carry["b"][position].tolist()


def test_pairs_of_whole_units():
    """Left 11.00, right 11.11: eleven pairs of a euro; 0.11 is carried."""
    facts = company([("Ben", 1_100), ("Cy", 1_111)], positions=PLACED)
    result = run(plan=plan_of(pair("unit: 1 to 1, pays_per_pair: 0.10 EUR")), facts=facts)
    assert lines_of(result) == [("Ana", "b", "PAIR", "Ana", 1, 0, 110)]
    assert carried(result) == [[0], [11]]


def test_the_larger_leg_gives_the_larger_part():
    """Left 7.00, right 6.00, 2 to 4: the smaller leg, right, has three units of 2, the larger one of 4."""
    facts = company([("Ben", 700), ("Cy", 600)], positions=PLACED)
    result = run(plan=plan_of(pair("unit: 2 to 4, pays_per_pair: 1 EUR")), facts=facts)
    assert items_of(result) == {("Ana", "b"): 100}
    assert carried(result) == [[300], [400]]


def test_a_part_of_the_smaller_leg():
    facts = company([("Ben", 500), ("Cy", 1_000)], positions=PLACED)
    result = run(plan=plan_of(pair("unit: any, pays_rate: 10%")), facts=facts)
    assert items_of(result) == {("Ana", "b"): 50}
    assert carried(result) == [[0], [500]]


def test_a_cap_of_money_cuts_parts_of_a_unit_too():
    """10 % of 5.05 is 0.505; the cap is 0.50, to the last millionth."""
    facts = company([("Ben", 505), ("Cy", 1_000)], positions=PLACED)
    said = "unit: any, pays_rate: 10%, cap: {money: 0.50 EUR, over: flush}"
    result = run(plan=plan_of(pair(said)), facts=facts)
    assert (result.lines.whole.tolist(), result.lines.micro.tolist()) == ([50], [0])


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ("lose_all", [[0], [0]]),
        ("keep", [[8], [20]]),
        ("keep_but_gather_nothing", [[3], [0]]),
    ],
)
def test_who_does_not_qualify(lost, expected):
    facts = company([("Ben", 5), ("Cy", 20)], positions=PLACED)
    carry = {"b": facts.positions["binary"].slot[:, None, None] * 0 + [[[3], [0]]]}
    facts = company([("Ben", 5), ("Cy", 20)], positions=PLACED, buyers=(), state=State(carry=carry))
    result = run(plan=plan_of(pair("unit: any, pays_rate: 10%", earner="buyer", lost=lost)), facts=facts)
    assert carried(result) == expected


def test_what_is_carried_is_used_oldest_first_and_grows_too_old():
    """Left carries 3 of last period and 4 of the one before, and gets 3; right gets 5. Of the left's 10 five are used:
    the 4, and 1 of the 3. What is left of those is one period older; of what was two old nothing may be left."""
    facts = company([], positions=PLACED)
    carry = {"b": facts.positions["binary"].slot[:, None, None] * 0 + [[[3, 4], [0, 0]]]}
    facts = company([("Ben", 3), ("Cy", 5)], positions=PLACED, state=State(carry=carry))
    result = run(plan=plan_of(pair("unit: any, pays_rate: 10%", expires="2 periods")), facts=facts)
    assert carried(result) == [[3, 2], [0, 0]]
    facts = company([("Ben", 3)], positions=PLACED, state=State(carry=carry))
    result = run(plan=plan_of(pair("unit: any, pays_rate: 10%", expires="2 periods")), facts=facts)
    assert carried(result) == [[3, 3], [0, 0]]


def test_no_more_is_carried_than_the_limit():
    facts = company([("Cy", 900)], positions=PLACED)
    result = run(plan=plan_of(pair("unit: any, pays_rate: 10%", carry="5")), facts=facts)
    assert carried(result) == [[0], [500]]


@pytest.mark.parametrize(
    ("cap", "item", "left"),
    [
        ("{pairs: 4, over: flush}", 400, [0, 100]),  # ten pairs are used up
        ("{pairs: 4, over: carry}", 400, [600, 700]),  # only the four that are paid
        ("{money: 4.50 EUR, over: flush}", 450, [0, 100]),
        ("{money: 4.50 EUR, over: carry}", 400, [600, 700]),  # four whole pairs fit
    ],
)
def test_caps_of_pairs(cap, item, left):
    facts = company([("Ben", 1_000), ("Cy", 1_100)], positions=PLACED)
    said = f"unit: 1 to 1, pays_per_pair: 1 EUR, cap: {cap}"
    result = run(plan=plan_of(pair(said)), facts=facts)
    assert items_of(result) == {("Ana", "b"): item}
    assert carried(result) == [[side] for side in left]


def test_positions_of_one_owner_share_a_cap_of_the_person():
    """Left of Ana's first position are Ben's 3.00, right is her second one with Dee's and Eve's 2.00 each: three
    pairs. The second position itself makes two."""
    positions = [("Ana", -1, -1), ("Ben", 0, 0), ("Ana", 0, 1), ("Dee", 2, 0), ("Eve", 2, 1)]
    orders = [("Ben", 300), ("Dee", 200), ("Eve", 200)]
    for per, expected in (("position", [(1, 300), (2, 200)]), ("person", [(1, 300), (2, 100)])):
        said = f"unit: 1 to 1, pays_per_pair: 1 EUR, cap: {{pairs: 4, over: flush, per: {per}}}"
        result = run(plan=plan_of(pair(said)), facts=company(orders, positions=positions))
        assert [(line[4], line[6]) for line in lines_of(result)] == expected


# --- the order of lines -----------------------------------------------------------------------------------------------
def test_lines_that_do_not_fit_in_one_number_are_sorted_as_well(monkeypatch):
    """Lines are sorted packed in one number of 64 bits where they fit, else column by column."""
    facts = company([("Ben", 100), ("Cy", 100), ("Eve", 300), ("Cy", 5)])
    plan = plan_of(TWO.replace("last: 1", "last: 3"))
    packed = lines_of(run(plan=plan, facts=facts))
    assert len(packed) == 2 * (1 + 2 + 3 + 2)
    made = packing.Packed.__init__

    def too_wide(pack, paid):
        made(pack, paid)
        pack.fits = False

    monkeypatch.setattr(packing.Packed, "__init__", too_wide)
    assert lines_of(run(plan=plan, facts=facts)) == packed


def test_lines_of_many_people_are_dealt_out_and_written_block_by_block(monkeypatch):
    """Above 65,536 people lines are first dealt out by the upper bits of who is paid; here above two."""
    facts = company([("Ben", 100), ("Cy", 100), ("Eve", 300), ("Cy", 5)])
    plan = plan_of(TWO.replace("last: 1", "last: 3"))
    at_once = lines_of(run(plan=plan, facts=facts))
    for name, few in (("SIXTEEN", 1), ("DEALT", 3), ("BLOCK", 3)):
        monkeypatch.setattr(packing, name, few)
    assert lines_of(run(plan=plan, facts=facts)) == at_once


def test_a_product_beyond_64_bits_is_refused():
    """Ten million euros for each of 10^13 pairs."""
    facts = company([("Ben", 10**15), ("Cy", 10**15)], positions=PLACED)
    with pytest.raises(Overflowing):
        run(plan=plan_of(pair("unit: 1 to 1, pays_per_pair: 10_000_000 EUR")), facts=facts)

"""What --explain tells of pairs, guarantees, generations and shares agrees with the figures."""

# ruff: noqa: E501  (a section of a plan stands on one line)

from tests.core.scenarios import PLANS, play_text

FRAME = """\
plan: {name: Words, version: 1, starts: 2026-01-01, currency: EUR, period: month, main_tree: sponsor, judged_at: end_of_period}
trees:
  sponsor: {parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}
  two: {parent: placed, slots: [left, right], fill: chosen, under: sponsor, moves: never, who_leaves: stays_as_a_gap}
volumes:
  pv: {field: qualifying, unit: points, orders_of: self_and_customers, returns_count: in_period_of_return}
ledger: {round: half_up, returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt}, smallest_payout: 0 EUR}
"""
PAIRS = (
    FRAME
    + """\
bonuses:
  pairs:
    pair: {along: two, volume: pv, unit: 100 to 100, pays_per_pair: pays, own_volume_goes_to: neither, carry: unlimited, carry_expires: never, when_not_qualified: keep, cap: {pairs: 3, over: carry}}
tables: {pays: {by: pv, reading: cliff, rows: {10: 5 EUR}}}
people: {Top: {}, L: {sponsor: Top, two: Top left}, R: {sponsor: Top, two: Top right}}
periods:
  2026-01: {orders: [{by: Top, pv: 10}, {by: L, pv: 250}, {by: R, pv: 60}]}
  2026-02: {orders: [{by: Top, pv: 10}, {by: L, pv: 300}, {by: R, pv: 400}]}
  2026-03: {}
expect:
  2026-01: {Top: {pairs: 0 because no_pair, carry: [250, 60]}}
  2026-02: {Top: {pairs: 15, carry: [250, 160]}}
  2026-03: {Top: {pairs: 0 because not_entitled}}
"""
)


def words(text: str, person: str) -> list[str]:
    answer = play_text(text)
    assert not answer.differences
    return [line.strip() for outcome in answer.outcomes for line in outcome.words(person)]


def test_pairs_say_what_stood_in_the_legs_what_is_carried_and_what_a_cap_left():
    told = words(PAIRS, "Top")
    assert (
        "Nothing of Pairs: the two legs make no pair (250 points left and 60 points right; carried on 250 points "
        "left and 60 points right)"
    ) in told
    assert (
        "pairs (550 points left and 460 points right; carried on 250 points left and 160 points right; capped, of "
        "20.00 EUR): 15.00 EUR"
    ) in told


def test_legs_that_make_pairs_of_which_nothing_is_paid_are_no_lack_of_pairs():
    assert words(PAIRS, "Top")[-2] == "Nothing of Pairs: the rate is nothing"


PASSED_UP = (
    FRAME
    + """\
statuses: {leads: pv >= 500}
bonuses:
  leading:
    on: pv
    worth: pv
    walk: {along: sponsor, counts: generations, convention: starts_at_leader, leader: leads, first: 1, last: 1, each_step_pays: every_earner, own_volume: not_paid}
    rate: 5%
    if_not_earned: kept_by_company
  upward: {guarantee: {of: leading, along: sponsor, minimum: 10 EUR, already_sent: 0, nobody_above: kept_by_company}}
  first: {once: pv >= 1_000, gives: 5 EUR, again: never}
point_value: {pv: 1 EUR}
people: {Top: {}, Ana: {sponsor: Top}, Ben: {sponsor: Ana}, Cas: {sponsor: Ben}}
periods: {2026-01: {orders: [{by: Ben, pv: 500}, {by: Cas, pv: 600}]}}
expect: {2026-01: {Ben: {leading: 30, upward: -10}, Ana: {leading: 25, upward: 0}, Top: {leading: 25, upward: 0}}}
"""
)


def test_a_guarantee_names_who_passed_it_up_and_to_whom():
    assert "passed up to Top: -10.00 EUR" in words(PASSED_UP, "Ana")
    told = words(PASSED_UP, "Top")
    assert "passed up by Ana: 10.00 EUR" in told
    assert "passed up to the company: -10.00 EUR" in told


def test_a_zero_of_a_generation_bonus_counts_generations():
    zero = next(line for line in words(PASSED_UP, "Ana") if "Nothing of Leading from Cas" in line)
    assert "generation 2: it is further down than the bonus pays" in zero


def test_what_is_given_once_says_that_it_has_not_come_about():
    assert "Nothing of First: what it is given for has not come about" in words(PASSED_UP, "Ana")


def test_who_was_given_shares_reads_how_many_and_no_reason_for_their_lack():
    text = (PLANS / "choices/points-pool.yaml").read_text(encoding="utf-8")
    told = words(text, "Ana")
    assert "Stars: 4 shares" in told
    assert "share of the pool of 80.00 EUR: 45.71 EUR" in told
    assert not [line for line in told if "Nothing of Stars" in line]
    assert "Nothing of Stars from Cas" in next(
        line
        for line in words(
            text.replace("2: 1}", "2: 0}").replace("stars: 4", "stars: 3").split("expect:")[0], "Ana"
        )
        if "Nothing" in line
    )

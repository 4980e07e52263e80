"""How a scenario is read: many ways to say one thing, and each mistake told with its line and what is allowed."""

# ruff: noqa: E501  (a row of a table stands on one line)

import json

import pytest

from commissions.core.scenario import PlanError, ScenarioError
from tests.core.scenarios import play_text, told

PLAN = """\
plan: {name: First, version: 1, starts: 2026-01-01, currency: EUR, period: month, main_tree: sponsor, judged_at: end_of_period}
trees:
  sponsor: {parent: chosen_at_sign_up, moves: with_approval, who_leaves: stays_as_a_gap}
  enroller: {parent: who_brought_them_in, moves: never, who_leaves: stays_as_a_gap}
  placement: {parent: placed, slots: [left, right], fill: first_free_by_level, under: enroller, moves: never, who_leaves: stays_as_a_gap}
inputs: {trained: {unit: truth, per: period}, extra: {unit: money, per: period}}
volumes:
  pv: {field: qualifying, unit: points, orders_of: self_and_customers, returns_count: in_period_of_return}
  cv: {field: commissionable, unit: money, orders_of: self_and_customers, returns_count: in_period_of_return}
  profit: {is: line.price - line.distributor_price, unit: money}
measures: {gv: sum(pv of self and team)}
statuses: {active: pv >= 100}
memory: {title: {starts: Member, becomes: highest(before; rank)}}
ranks: {lower_ranks: not_required, ladder: [{name: Member, needs: always}, {name: Builder, label: Team builder, needs: [gv >= 500]}]}
bonuses:
  level_pay:
    on: cv
    walk: {along: sponsor, counts: levels, first: 1, last: 2, compression: none}
    rate: 10%
    earner: active
    if_not_earned: kept_by_company
  pairs:
    pair: {along: placement, volume: cv, unit: 100 to 100, pays_per_pair: 5 EUR, own_volume_goes_to: neither, carry: unlimited, carry_expires: never, when_not_qualified: keep}
  retail: {amount: profit, only: line.by_customer, earner: always, if_not_earned: kept_by_company}
  first: {once: rank >= Builder, gives: 50 EUR, again: never}
ledger: {round: half_up, returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt}, smallest_payout: 0 EUR}
"""
START = PLAN.count("\n")
MONTH = """\
people:
  Ana: {joined: 2025-01-10}
  Ben: {sponsor: Ana, joined: 2025-02-01}
periods:
  2026-01:
    orders:
      - {by: Ana, on: 2026-01-03, pv: 100, cv: 80}
      - {by: Ben, on: 2026-01-04, pv: 60, cv: 50.50}
expect:
  2026-01: {Ana: {level_pay: 5.05, gv: 160}}
"""


def problems(text: str) -> list[str]:
    with pytest.raises(PlanError) as caught:
        play_text(PLAN + text)
    # Lines are counted from the end of the plan.
    return [
        f"{problem.line - START}: {problem.key}: {problem.message}"
        + (f"; allowed: {', '.join(problem.allowed)}" if problem.allowed else "")
        for problem in caught.value.problems
    ]


SAME = [
    ("", ""),
    (
        "  Ana: {joined: 2025-01-10}\n  Ben: {sponsor: Ana, joined: 2025-02-01}\n",
        "  - {id: Ana, joined: 2025-01-10}\n  - {id: Ben, sponsor: Ana, joined: 2025-02-01}\n",
    ),
    ("{sponsor: Ana, joined", "{enroller: Ana, joined"),
    ("{sponsor: Ana, joined", "{parent: Ana, joined"),
    ("Ana: {joined: 2025-01-10}", "Ana: {since: 2025-01-10, sponsor: none, status: good, placement: top}"),
    ("Ana: {joined: 2025-01-10}", "Ana:"),
    ("Ana: {joined: 2025-01-10}", "Ana: {placement: {parent: null}}"),
    ("{sponsor: Ana, joined", "{sponsor: Ana, placement: {parent: Ana, side: left}, joined"),
    ("{by: Ben,", "{member: Ben, quantity: 2,"),
    ("{by: Ana, on: 2026-01-03, pv: 100", "{buyer: Ana, date: 2026-01-03, pv: 100"),
    ("{by: Ana, on: 2026-01-03, pv: 100", "{seller: Ana, day: 3, qualifying: 100"),
    ("pv: 60, cv: 50.50}", "volumes: {pv: 60.00, commissionable: 50.5}}"),
    ("{by: Ben,", "{by: Ben, class: customer,"),
    ("{by: Ben,", "{by: Ben, customer: yes, price: 10,"),
    ("  2026-01:\n    orders", "  period 1:\n    orders"),
    ("  2026-01:\n    orders:", "  - period: 2026-01\n    orders:"),
    ("expect:\n  2026-01: {Ana: {level_pay: 5.05, gv: 160}}", "expect: {Ana: {level_pay: 5.05, gv: 160}}"),
    ("expect:\n  2026-01: {", "    expect: {"),
    ("periods:\n  2026-01:\n    orders:", "period: 2026-01\norders:"),
    ("periods:\n  2026-01:\n    orders:", "periods: [2026-01]\norders:"),
    ("periods:\n  2026-01:\n    orders:", "periods: [{id: 2025-12}, {id: 2026-01}, 2026-02]\norders:"),
    ("periods:\n  2026-01:\n    orders:", "periods: {2026-01: {}, 2026-02: {}}\norders:"),
    ("level_pay: 5.05", "level_pay: 5.05 EUR, level_pay from Ben: 5.05, level_pay on level 1: 5.05"),
]


@pytest.mark.parametrize(("old", "new"), SAME)
def test_many_ways_to_say_one_thing(old, new):
    assert old in MONTH
    text = MONTH.replace(old, new, 1).replace("period 1: {Ana", "2026-01: {Ana")
    if "period 1" in text:
        text = text.replace("expect:\n  2026-01", "expect:\n  period 1")
    answer = play_text(PLAN + text)
    assert told(answer) == []
    periods = answer.told()["periods"]
    (period,) = (one for one in periods if one["first_day"] == "2026-01-01")
    assert period["people"]["Ana"]["items"]["level_pay"] == 505
    assert period["people"]["Ana"]["measures"]["gv"] == 16_000


WRONG = [
    ("joined: 2025-02-01", "status: inactive, standing: good", ["3: people.Ben.standing: is not a key here; allowed: carry, enroller, given, held, id, joined, label, name, owes, parent, placement, says, since, sponsor, status, title, upline, waiting"]),
    ("periods:\n  2026-01:\n    orders:\n      - {by: Ana, on: 2026-01-03", "periods: [2026-01]\norders:\n      - {by: Ana, on: 2026-01-33", ["6: orders 1.on: '2026-01-33' is not a day; allowed: a day like 2026-01-31"]),
    ("periods:\n", "periods:\n  2025-12: nothing\n", ["5: periods.2025-12: must be a mapping of keys to values"]),
    ("    orders:", "    changes: {Ben: {status: inactive}}\n    orders:", ["6: periods.2026-01.changes.Ben.status: is said by given: {…: {active: no}} in the period; allowed: good, suspended, left"]),
    ("periods:\n  2026-01:\n    orders:", "orders:", ["4: orders: stands inside a period, or beside `period: 2026-01`, or, with their days, beside `periods: [2026-01, 2026-02]`", "8: expect.2026-01: is no period here"]),
    ("periods:\n  2026-01:\n    orders:", "periods: [2026-02]\norders:", ["6: orders 1.on: is in none of the periods; allowed: 2026-02", "7: orders 2.on: is in none of the periods; allowed: 2026-02", "9: expect.2026-01: is no period here; allowed: 2026-02"]),
    ("Ben: {sponsor: Ana,", "Ben: {sponsor: Anna,", ["3: people.Ben.sponsor: 'Anna' is nobody; did you mean Ana?"]),
    ("Ben: {sponsor: Ana,", "Ben: {sponsr: Ana,", ["3: people.Ben.sponsr: is not a key here; did you mean sponsor?"]),
    ("Ben: {sponsor: Ana,", "Ben: {sponsor: Ana, parent: Ana,", ["3: people.Ben.parent: says the tree sponsor a second time"]),
    ("Ana: {joined: 2025-01-10}", "Ana: {sponsor: Ben}", ["2: people.Ana: stands above itself: Ana under Ben under Ana"]),
    ("joined: 2025-01-10", "joined: 10.1.2025", ["2: people.Ana.joined: '10.1.2025' is not a day; allowed: a day like 2026-01-31"]),
    ("joined: 2025-02-01", "joined: 2024-02-01", ["3: people.Ben.joined: Ben joined before the one above did"]),
    ("joined: 2025-02-01", "status: lost", ["3: people.Ben.status: 'lost' is no status; allowed: good, suspended, left"]),
    ("joined: 2025-02-01", "status: left, standing: good", ["3: people.Ben.standing: says the same as status; write one of them"]),
    ("joined: 2025-02-01", "placement: Ana middle", ["3: people.Ben.placement: 'middle' is no slot of placement; its slots are left, right"]),
    ("joined: 2025-02-01", "placement: {under: Ana, slot: middle}", ["3: people.Ben.placement: 'middle' is no slot of placement; allowed: left, right"]),
    ("joined: 2025-02-01", "title: Biulder", ["3: people.Ben.title: 'Biulder' is no rank; did you mean Builder?; allowed: Member, Builder"]),
    ("joined: 2025-02-01", "rank: Builder", ["3: people.Ben.rank: a rank is computed; given: {Ben: {rank: …}} pins it"]),
    ("joined: 2025-02-01", "inputs: {trained: perhaps}", ["3: people.Ben.inputs.trained: 'perhaps' is no truth; allowed: yes, no"]),
    ("joined: 2025-02-01", "inputs: {trainde: yes}", ["3: people.Ben.inputs.trainde: is no input of the plan; did you mean trained?; allowed: trained, extra"]),
    ("joined: 2025-02-01", "carry: [1]", ["3: people.Ben.carry: must be a number for each of left, right"]),
    ("people:\n", "people:\n  Ana#2: {}\n", ["2: people: everybody needs an id of 1 to 60 characters without #"]),
    ("  2026-01:\n    orders", "  2026-13:\n    orders", ["5: periods.2026-13: '2026-13' is no period of a plan whose period is month; allowed: 2026-01, month 1, period 1", "10: expect.2026-01: is no period here"]),
    ("    orders:", "    oders:", ["6: periods.2026-01.oders: is not a key here; did you mean orders?"]),
    ("on: 2026-01-03", "on: 2026-02-03", ["7: periods.2026-01.orders 1.on: 2026-02-03 is outside the period; allowed: 2026-01-01 to 2026-01-31"]),
    ("by: Ana", "by: Anna", ["7: periods.2026-01.orders 1.by: 'Anna' is nobody; did you mean Ana?"]),
    ("by: Ana", "by: ", ["7: periods.2026-01.orders 1.by: '' is nobody"]),
    ("by: Ana", "class: custommer, by: Ana", ["7: periods.2026-01.orders 1.class: 'custommer' is not known; did you mean customer?; allowed: customer, retail, preferred, preferred_customer, retail_customer, self, own, personal, distributor, member"]),
    ("pv: 100, cv", "pvv: 100, cv", ["7: periods.2026-01.orders 1.pvv: is not a key here; did you mean pv?"]),
    ("pv: 100, cv", "pv: 100.001, cv", ["7: periods.2026-01.orders 1.pv: '100.001' is no points; allowed: a number with at most 2 decimals"]),
    ("pv: 100, cv", "pv: -100, cv", ["7: periods.2026-01.orders 1.pv: is negative; what comes back is written under returns"]),
    ("pv: 100, cv", "pv: 100, qualifying: 90, cv", ["7: periods.2026-01.orders 1.qualifying: says qualifying a second time, with another number"]),
    ("pv: 100, cv", "pv: 100, profit: 3, cv", ["7: periods.2026-01.orders 1.profit: is computed by the plan, from the volumes it names; leave it out"]),
    ("{by: Ana,", "{id: x, by: Ana}\n      - {id: x, by: Ana,", ["8: periods.2026-01.orders 2.id: 'x' stands twice"]),
    ("    orders:", "    returns: [{order: b}]\n    orders:", ["6: periods.2026-01.returns 1.order: there is no earlier order 'b'"]),
    ("pv: 100, cv", "pv: 99_999_999_999_999, cv", ["7: periods.2026-01.orders 1.pv: is beyond 1000000000000000 of the smallest unit"]),
    ("pv: 100, cv", "pv: 1,000, cv", ["7: periods.2026-01.orders 1.000: is not a key here; thousands are grouped with _: 1_000"]),
    ("    orders:", "    given: {Ana: {pv: 5}}\n    orders:", ["6: periods.2026-01.given.Ana.pv: a volume cannot be given; write an order of that size"]),
    ("    orders:", "    returns: [{order: o, on: 2026-01-02}]\n    orders:\n      - {id: o, by: Ana, on: 2026-01-03}", ["6: periods.2026-01.returns 1.on: is before the sale, on 2026-01-03"]),
    ("  2026-01:\n    orders", "  9999-12:\n    orders", ["5: periods.9999-12: '9999-12' is no period of a plan whose period is month; allowed: 2026-01, month 1, period 1", "10: expect.2026-01: is no period here"]),
    ("joined: 2025-02-01", "owes: -1", ["3: people.Ben.owes: is negative"]),
    ("joined: 2025-02-01", "carry: [-1, 0]", ["3: people.Ben.carry: must be a number for each of left, right"]),
    ("people:", "generate: {under: Ana, along: placement, wide: 3}\npeople:", ["1: generate.wide: is wider than placement, which has 2 slots"]),
    ("people:\n", "generate: {under: Ana, wide: 1}\npeople:\n  Ana.1: {sponsor: Ana}\n", ["3: people.Ana.1: stands twice: generate grows somebody of that name"]),
    ("    orders:", "    inputs: {Ana: {extra: 1.234}}\n    orders:", ["6: periods.2026-01.inputs.Ana.extra: '1.234' is no money; allowed: a number with at most 2 decimals"]),
    ("    orders:", "    inputs: {extar: {Ana: 1}}\n    orders:", ["6: periods.2026-01.inputs.extar: is neither a person nor an input; did you mean extra?; allowed: trained, extra"]),
    ("    orders:", "    given: {Ana: {rnak: Builder}}\n    orders:", ["6: periods.2026-01.given.Ana.rnak: is no measure, status, memory or rank of the plan; did you mean rank?"]),
    ("    orders:", "    changes: {Ben: {placement: Ana left}}\n    orders:", ["6: periods.2026-01.changes.Ben.placement: a position stays where it was taken"]),
    ("expect:\n", "expcet:\n", ["9: expcet: is not a key here; did you mean expect?"]),
    ("2026-01: {Ana: {level_pay", "2026-01: {Anna: {level_pay", ["10: expect.Anna: is nobody in this period; did you mean Ana?"]),
    ("level_pay: 5.05", "level_pya: 5.05", ["10: expect.Ana.level_pya: is nothing this plan computes; did you mean level_pay?"]),
    ("level_pay: 5.05", "level_pay: 5.055", ["10: expect.Ana.level_pay: '5.055' is no amount of EUR"]),
    ("level_pay: 5.05", "level_pay from Bne: 5.05", ["10: expect.Ana.level_pay from Bne: 'Bne' is nobody; did you mean Ben?"]),
    ("gv: 160", "lacks Biulder: gv 1", ["10: expect.Ana.lacks Biulder: 'Biulder' is no rank; did you mean Builder?"]),
    ("people:", "before: {Ana: {caryr: [0, 0]}}\npeople:", ["1: before.Ana.caryr: is not a key here; did you mean carry?"]),
    ("people:", "before: {Ann: {title: Builder}}\npeople:", ["1: before.Ann: is neither a person nor a memory; did you mean Ana?"]),
    ("people:", "generate: {under: Ann, wide: 2}\npeople:", ["1: generate.under: 'Ann' is nobody; did you mean Ana?"]),
    ("people:", "generate: {under: Ana, wide: 500, deep: 3}\npeople:", ["1: generate: grows more than 200000 people"]),
    ("people:", "people: {}\npepole:", ["2: pepole: is not a key here; did you mean people?"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "expected"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_is_told_with_its_line(old, new, expected):
    assert old in MONTH
    assert problems(MONTH.replace(old, new, 1)) == expected


@pytest.mark.parametrize("share", ["0.5", "0%", "101%", "half", "-5%"])
def test_a_share_is_a_percentage_of_the_order(share):
    text = MONTH.replace("{by: Ben,", "{id: o, by: Ben,").replace(
        "    orders:", f"    returns: [{{order: o, share: {share}}}]\n    orders:"
    )
    told_ = "must be a share of the order like 50%, more than 0% and at most 100%"
    assert problems(text) == [f"6: periods.2026-01.returns 1.share: {told_}"]


def test_problems_are_told_together_in_the_order_of_the_lines():
    text = (
        MONTH.replace("sponsor: Ana", "sponsor: Eva").replace("by: Ben", "by: Bea").replace("pv: 60", "pv: x")
    )
    assert [line.partition(":")[0] for line in problems(text)] == ["3", "8", "8"]


def test_a_scenario_that_reads_well_and_cannot_be_played_says_why():
    text = MONTH.replace("joined: 2025-02-01", "placement: Ana left")
    text = text.replace("  Ben:", "  Cas: {sponsor: Ana, placement: Ana left}\n  Ben:")
    with pytest.raises(
        ScenarioError, match=r"line 30: people.Ben.placement: Ana left in placement is taken already"
    ):
        play_text(PLAN + text)


@pytest.mark.parametrize(
    ("joined", "told_"),
    [
        ("2026-02-01", "8: periods.2026-01.orders 2: Ben joins later, on 2026-02-01"),
        ("2026-01-05", "8: periods.2026-01.orders 2.on: is before Ben joined, on 2026-01-05"),
    ],
)
def test_an_order_before_joining_is_refused(joined, told_):
    assert problems(MONTH.replace("joined: 2025-02-01", f"joined: {joined}")) == [told_]


def test_a_month_of_long_ago_has_people_who_name_no_day():
    text = "people: {Ana: {}, Ben: {sponsor: Ana}}\nperiods: {1996-03: {orders: [{by: Ben, pv: 5, cv: 5}]}}\n"
    assert told(play_text(PLAN + text + "expect: {1996-03: {Ana: {gv: 5}}}\n")) == []


def test_an_order_without_a_day_is_of_the_day_of_joining_at_the_earliest():
    """The window of a newcomer counts from that day: in a period that began before it, the first day would be too soon."""
    text = MONTH.replace("joined: 2025-02-01", "joined: 2026-01-20").replace("on: 2026-01-04, ", "")
    assert told(play_text(PLAN + text)) == []


def test_a_move_below_oneself_is_refused():
    text = MONTH.replace("    orders:", "    changes: {Ana: {sponsor: Ben}}\n    orders:")
    with pytest.raises(
        ScenarioError, match=r"line 32: periods.2026-01.changes.Ana.sponsor: Ana would stand above"
    ):
        play_text(PLAN + text)


def test_a_move_holds_from_its_period_on():
    text = """\
people: {Ana: {}, Ben: {sponsor: Ana}, Cas: {sponsor: Ben}}
periods:
  2026-01: {orders: [{by: Ana, pv: 100}, {by: Ben, pv: 100}, {by: Cas, cv: 100}]}
  2026-02: {changes: {Cas: {sponsor: Ana}}, orders: [{by: Ana, pv: 100}, {by: Ben, pv: 100}, {by: Cas, cv: 100}]}
  2026-03: {changes: {Ben: {status: left}}, orders: [{by: Ana, pv: 100}, {by: Ben, pv: 100, cv: 100}, {by: Cas, cv: 100}]}
expect:
  2026-01: {Ana: {level_pay from Cas: 10}, Ben: {level_pay: 10}, Cas: {sponsor: Ben, enroller: Ben}}
  2026-02: {Ana: {level_pay from Cas: 10}, Ben: {level_pay: 0}, Cas: {sponsor: Ana, enroller: Ben}}
  2026-03: {Ana: {level_pay: 20}, Ben: {level_pay: 0}}
"""
    assert told(play_text(PLAN + text)) == []


def test_the_plan_may_stand_whole_under_one_key():
    inner = "\n".join("  " + line for line in PLAN.splitlines())
    assert told(play_text(f"plan:\n{inner}\n{MONTH}")) == []


def test_several_scenarios_stand_in_a_list():
    one = "\n".join("    " + line for line in MONTH.splitlines())
    text = PLAN + f"scenarios:\n  -\n{one}\n  -\n{one.replace('5.05', '5.06')}\n"
    answer = play_text(text)
    assert len(answer.told()["scenarios"]) == 2
    assert [difference.found for difference in answer.differences] == ["5.05"]


def test_several_scenarios_may_have_names_and_one_may_stand_under_its_key():
    one = "\n".join("    " + line for line in MONTH.splitlines())
    answer = play_text(PLAN + f"scenarios:\n  first:\n{one}\n  second:\n{one}\n")
    assert told(answer) == []
    assert len(answer.told()["scenarios"]) == 2
    assert told(play_text(PLAN + f"scenario:\n{one}\n")) == []


def test_what_is_written_beside_several_scenarios_is_refused():
    assert problems("scenarios: []\npeople: {}\n") == [
        "2: people: stands beside scenarios; write it inside one of them"
    ]


def test_a_plan_that_is_not_found_is_told():
    with pytest.raises(PlanError, match="line 1: plan: no plan 'lindne' is found"):
        play_text("plan: lindne\n" + MONTH)


def test_a_plan_that_ships_is_found_by_its_name():
    text = "plan: linden 1\npeople: {Ana: {}}\nperiods: {2026-01: {orders: [{by: Ana, pv: 100}]}}\n"
    assert play_text(text).told()["plan"]["name"] == "Linden"


def test_a_document_that_should_be_refused_and_is_not_is_told():
    assert problems("refused: judged_at\n" + MONTH) == [
        "1: refused: the document is expected to be refused for 'judged_at', and it is not"
    ]


def test_a_refusal_for_another_reason_is_told():
    text = PLAN.replace("  last: 2", "").replace("last: 2, ", "") + "refused: judged_at\n" + MONTH
    with pytest.raises(PlanError, match="last"):
        play_text(text)


def test_people_come_when_they_join_and_take_their_state_along():
    text = """\
people: {Ana: {joined: 2025-01-10}, Ben: {sponsor: Ana, joined: 2026-02-10}}
periods:
  2026-01: {orders: [{by: Ana, pv: 600}]}
  2026-02: {orders: [{by: Ben, on: 2026-02-10, pv: 10, cv: 300}]}
expect:
  2026-01: {Ana: {title: Builder, first: 50, carry: [0, 0]}}
  2026-02: {Ana: {title: Builder, rank: Member, first: 0, carry: [300, 0]}}
"""
    answer = play_text(PLAN + text)
    assert told(answer) == []
    first, second = answer.told()["periods"]
    assert sorted(first["people"]) == ["Ana"]
    assert sorted(second["people"]) == ["Ana", "Ben"]


def test_how_things_stand_before_is_said_beside_the_person_or_apart():
    month = "people: {Ana: %s}\n%speriods: {2026-01: {orders: [{by: Ana, pv: 600}]}}\nexpect: {Ana: {first: 0, title: Builder, carry: [3, 4], waiting: 0, paid: 5, owes: 7}}\n"
    before = "{title: Builder, carry: [3, 4], given: [first], waiting: 5, owes: 7}"
    assert told(play_text(PLAN + month % (before, ""))) == []
    assert told(play_text(PLAN + month % ("{}", f"before: {{Ana: {before}}}\n"))) == []


@pytest.mark.parametrize(
    "said", ["title: Builder", "titles: Builder", "titles: {title: Builder}", "career_rank: Team builder"]
)
def test_a_title_is_said_in_many_ways(said):
    text = MONTH.replace("Ana: {joined: 2025-01-10}", f"Ana: {{{said}}}").replace("gv: 160", "title: Builder")
    assert told(play_text(PLAN + text)) == []


def test_pinned_names_are_taken_and_others_follow_from_them():
    text = MONTH.replace("expect:", "given: {Ben: {gv: 400}, Ana: {active: no}}\nexpect:")
    text = text.replace("level_pay: 5.05, gv: 160", "level_pay: 0, gv: 160, active: no")
    answer = play_text(PLAN + text)
    assert told(answer) == []
    (period,) = answer.told()["periods"]
    assert period["people"]["Ben"]["measures"]["gv"] == 40_000
    assert period["given"] == {"Ana": {"active": 0}, "Ben": {"gv": 40_000}}


def test_a_pinned_rank_is_held_by_its_requirements_too():
    text = MONTH.replace("expect:", "given: {Ben: {rank: Builder}}\nexpect:").replace(
        "gv: 160", "lacks Builder: gv 340"
    )
    answer = play_text(PLAN + text)
    assert told(answer) == []
    (period,) = answer.told()["periods"]
    assert period["people"]["Ben"]["rank"] == "Builder"
    assert period["people"]["Ben"]["missing"] == {}
    assert period["people"]["Ben"]["items"] == {"first": 5_000}


def test_the_same_document_tells_the_same_bytes():
    once, again = (json.dumps(play_text(PLAN + MONTH).told()) for _ in range(2))
    assert once == again


def test_the_order_of_people_and_orders_changes_no_amount():
    turned = MONTH.replace("  Ana: {joined: 2025-01-10}\n", "").replace(
        "joined: 2025-02-01}\n", "joined: 2025-02-01}\n  Ana: {joined: 2025-01-10}\n"
    )
    first, second = (play_text(PLAN + text).told()["periods"] for text in (MONTH, turned))
    assert first == second


def test_a_return_leaves_nothing_of_an_order_in_two_steps_as_in_one():
    for returns in ("[{order: o}]", "[{order: o, share: 33%}, {order: o, share: 67%}]"):
        text = MONTH.replace("{by: Ben,", "{id: o, by: Ben,").replace(
            "expect:\n", f"  2026-02: {{returns: {returns}}}\nexpect:\n"
        )
        text += "  2026-02: {Ana: {returns: -5.05, owes: 5.05, gv: -60}}\n"
        assert told(play_text(PLAN + text)) == []


TWO_MONTHS = """\
people: [{id: Ana, sponsor: null}, {id: Ben, sponsor: Ana}]
periods: [2026-01, 2026-02, 2026-03]
orders:
  - {by: Ana, on: 2026-01-03, pv: 100}
  - {id: o, by: Ben, date: 2026-01-04, quantity: 3, pv: 30, cv: 100, price: 120}
  - {by: Ana, on: 2026-02-03, pv: 100}
"""


@pytest.mark.parametrize(
    ("returns", "february", "march"),
    [
        # A third of 100, then the other two: 3.33 and 6.67 of the 10 are taken back, together all of it.
        (
            "{order: o, on: 2026-02-05, quantity: 1}, {order: o, on: 2026-03-05, quantity: 2}",
            "-3.33",
            "-6.67",
        ),
        ("{order: o, on: 2026-02-05, cv: 25}, {order: o, on: 2026-03-05}", "-2.50", "-7.50"),
        ("{order: o, on: 2026-02-05, price: 30.00, commissionable: 25}", "-2.50", "0"),
        ("{order: o, on: 2026-02-05, share: 12.5%}", "-1.25", "0"),
    ],
)
def test_what_came_back_is_said_in_pieces_in_amounts_or_as_a_share(returns, february, march):
    text = f"{TWO_MONTHS}returns: [{returns}]\nexpect:\n  2026-01: {{Ana: {{level_pay: 10}}}}\n"
    text += f"  2026-02: {{Ana: {{returns: {february}}}}}\n  2026-03: {{Ana: {{returns: {march}}}}}\n"
    assert told(play_text(PLAN + text)) == []


@pytest.mark.parametrize(
    ("returns", "message"),
    [
        (
            "{order: o, on: 2026-02-05, quantity: 4}",
            "returns 1.quantity: more comes back than is left of the order",
        ),
        (
            "{order: o, on: 2026-02-05}, {order: o, on: 2026-02-06}",
            "returns 2.order: all of it came back already",
        ),
        ("{order: o, on: 2026-02-05, cv: 50, pv: 10}", "returns 1.pv: is another share of the order than cv"),
        ("{order: o, on: 2026-02-05, cv: 0}", "returns 1.cv: must be more than nothing"),
    ],
)
def test_more_than_an_order_does_not_come_back(returns, message):
    found = problems(f"{TWO_MONTHS}returns: [{returns}]\n")
    assert [line.partition(".")[2].partition(".")[2] or line for line in found] == [
        message
    ] or message in found[0]


def test_who_is_called_inactive_is_so_whatever_they_order():
    """`active` in the same place says no more than that the person is in good standing."""
    text = MONTH.replace("Ana: {joined: 2025-01-10}", "Ana: {status: inactive}")
    text = text.replace("level_pay: 5.05, gv: 160", "active: no, level_pay: 0 because not_qualified, gv: 160")
    assert told(play_text(PLAN + text)) == []
    text = MONTH.replace("Ana: {joined: 2025-01-10}", "Ana: {status: active}").replace("pv: 100", "pv: 99")
    assert told(play_text(PLAN + text.replace("level_pay: 5.05, gv: 160", "active: no, level_pay: 0"))) == []


def test_nobody_above_is_said_as_it_is_written():
    for word in ("nobody", "none", "null"):
        text = MONTH.replace("gv: 160", f"sponsor: {word}")
        assert told(play_text(PLAN + text)) == []


def test_a_document_full_of_mistakes_is_refused_in_bounded_time():
    people = "\n".join(f"  P{at}: {{}}" for at in range(1_000))
    orders = "\n".join(f"      - {{by: Q{at}, pv: x}}" for at in range(1_000))
    found = problems(f"people:\n{people}\nperiods:\n  2026-01:\n    orders:\n{orders}\n")
    assert len(found) == 200
    assert found[0].startswith("1005: periods.2026-01.orders 1.by: 'Q0' is nobody")


@pytest.mark.parametrize("people", ["Cas Ben Ana", "Cas Ana Ben", "Ana Ben Cas"])
@pytest.mark.parametrize(
    "cas", ["{sponsor: Ben}", "{sponsor: Ben, placement: Ben}", "{sponsor: Ben, placement: Ben left}"]
)
def test_nobody_takes_a_place_before_the_one_above_does(people, cas):
    """Otherwise whoever the document names first would stand at the top."""
    said = {"Ana": "{}", "Ben": "{sponsor: Ana, placement: Ana right}", "Cas": cas}
    text = "people: {" + ", ".join(f"{name}: {said[name]}" for name in people.split()) + "}\n"
    text += "periods: {2026-01: {}}\nexpect:\n"
    text += "  2026-01: {Ana: {placement: top}, Ben: {placement: Ana right}, Cas: {placement: Ben left}}\n"
    assert told(play_text(PLAN + text)) == []


def test_a_word_for_nobody_that_is_somebodys_name_means_that_person():
    text = (
        "people: {root: {}, top: {sponsor: root, placement: root left}, Ana: {parent: top, placement: top}}\n"
    )
    text += "periods: {2026-01: {}}\nexpect:\n  2026-01:\n"
    text += "    {Ana: {sponsor: top, placement: top left}, top: {sponsor: root}, root: {sponsor: nobody}}\n"
    assert told(play_text(PLAN + text)) == []
    assert told(play_text(PLAN + text.replace("root: {sponsor: nobody}", "root: {sponsor: top}"))) == [
        f"line {START + 5}: 2026-01: root: sponsor is nobody, not top"
    ]


@pytest.mark.parametrize("fill", ["first_free_by_level", "alternate", "weaker_leg"])
def test_whoever_is_under_nobody_is_put_below_the_top(fill):
    text = "people: {Ana: {}, Ben: {}, Cas: {}}\nperiods: {2026-01: {}}\nexpect:\n"
    text += "  2026-01: {Ana: {placement: top}, Ben: {placement: Ana left}, Cas: {placement: Ana right}}\n"
    assert told(play_text(PLAN.replace("first_free_by_level", fill) + text)) == []


CHOSEN = PLAN.replace("fill: first_free_by_level", "fill: chosen")


def test_where_places_are_chosen_the_topmost_need_not_be_placed():
    text = "people: {Ben: {sponsor: Ana, placement: Ana left}, Ana: {}, Cas: {sponsor: Ana}}\n"
    text += "periods: {2026-01: {}}\nexpect:\n"
    text += "  2026-01: {Ana: {placement: top}, Ben: {placement: Ana left}, Cas: {placement: none}}\n"
    assert told(play_text(CHOSEN + text)) == []


@pytest.mark.parametrize(
    ("people", "reason"),
    [
        (
            "{Ana: {}, Ben: {sponsor: Ana}, Cas: {sponsor: Ana, placement: Ben left}}",
            "people.Cas.placement: Ben has no position in placement to stand under",
        ),
        (
            "{Ana: {placement: top}, Ben: {placement: top}}",
            "people.Ben.placement: the top of placement is taken already, by Ana",
        ),
        (
            "{Ana: {placement: top}, Ben: {placement: [Ana left, Ana right]}}",
            "people.Ben.placement: asks for more than 1 positions in placement",
        ),
    ],
)
def test_a_place_that_cannot_be_taken_is_told_with_its_line(people, reason):
    with pytest.raises(ScenarioError) as caught:
        play_text(f"{CHOSEN}people: {people}\nperiods: {{2026-01: {{}}}}\n")
    assert str(caught.value) == f"line {START + 1}: {reason}"

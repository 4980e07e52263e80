"""Where newcomers are put in a tree of positions, and the parent that a rule says."""

import pytest

from commissions.core.placing import find_place, parent_by_rule
from commissions.core.plan import load
from commissions.core.terms import Tree

TWO = Tree("placement", "placed", slots=("left", "right"), fill="first_free_by_level", under="sponsor")
TOP = {"Top": ("Top", "", -1)}
FULL = {
    **TOP,
    "A": ("A", "Top", 0),
    "B": ("B", "Top", 1),
    "C": ("C", "A", 0),
    "D": ("D", "A", 1),
    "E": ("E", "B", 0),
    "F": ("F", "B", 1),
}


def test_the_first_is_the_top():
    assert find_place(TWO, {}, "") == ("", -1)


@pytest.mark.parametrize(
    ("held", "under", "place"),
    [
        (TOP, "Top", ("Top", 0)),
        (FULL, "Top", ("C", 0)),
        (FULL, "B", ("E", 0)),
        ({key: held for key, held in FULL.items() if key != "D"}, "Top", ("A", 1)),
        (FULL, "nobody who has a position", ("C", 0)),
    ],
)
def test_level_by_level_from_the_first_slot(held, under, place):
    assert find_place(TWO, held, under) == place


def test_a_matrix_is_full_below_its_depth():
    shallow = Tree("board", "placed", slots=("1", "2"), depth=2, fill="first_free_by_level", under="sponsor")
    assert find_place(shallow, FULL, "Top") is None
    assert find_place(shallow, FULL, "A") == ("C", 0)


@pytest.mark.parametrize(("brought", "place"), [(0, ("C", 0)), (1, ("F", 1)), (2, ("C", 0))])
def test_the_outside_of_one_leg_after_the_other(brought, place):
    tree = Tree("placement", "placed", slots=("left", "right"), fill="alternate", under="sponsor")
    assert find_place(tree, FULL, "Top", brought) == place


def test_the_leg_with_fewer_positions():
    tree = Tree("placement", "placed", slots=("left", "right"), fill="weaker_leg", under="sponsor")
    assert find_place(tree, TOP, "Top") == ("Top", 0)
    assert find_place(tree, {**TOP, "A": ("A", "Top", 0)}, "Top") == ("Top", 1)
    lean = {key: held for key, held in FULL.items() if key not in "EF"}
    assert find_place(tree, lean, "Top") == ("B", 0)
    assert find_place(tree, FULL, "Top") == ("C", 0)


RULED = """
plan: {name: Coded, version: 1, starts: 2026-01-01, currency: EUR, period: month, main_tree: sponsor,
       judged_at: end_of_period}
trees:
  sponsor: {parent: chosen_at_sign_up, moves: never, who_leaves: stays_as_a_gap}
  enroller: {parent: who_brought_them_in, moves: never, who_leaves: stays_as_a_gap}
  code: {parent: RULE, moves: never, who_leaves: stays_as_a_gap}
volumes: {cv: {field: commissionable, unit: money, orders_of: self, returns_count: in_period_of_return}}
bonuses: {retail: {amount: cv, earner: always, if_not_earned: kept_by_company}}
ledger: {round: half_up, smallest_payout: 0 EUR,
         returns: {take_back: original_amounts, ranks: stay, not_covered: becomes_debt}}
"""
BROUGHT = "  enroller: {parent: who_brought_them_in, moves: never, who_leaves: stays_as_a_gap}\n"
PARENTS = {
    "enroller": {"Ben": "Ana", "Cy": "Ana", "Dee": "Ana"},
    "sponsor": {"Ben": "Ana", "Cy": "Ben", "Dee": "Ben"},
    "code": {"Ana": "Zoe", "Ben": "Zoe"},
}


@pytest.mark.parametrize(
    ("rule", "parents"),
    [
        ("if join_number <= 2 then code of enroller else enroller", ["Zoe", "Zoe", "Ana"]),
        ("if not join_number <= 2 then code of enroller else enroller", ["Ana", "Ana", "Zoe"]),
        ("if join_number == 1 or join_number == 3 then enroller else sponsor", ["Ana", "Ben", "Ana"]),
        ("if join_number > 1 and join_number < 3 then enroller else code of sponsor", ["Zoe", "Ana", "Zoe"]),
    ],
)
def test_a_rule_tells_the_parent_by_whose_how_manieth_a_newcomer_is(rule, parents):
    plan = load(RULED.replace("RULE", rule))
    joined = ["Zoe", "Ana", "Ben", "Cy", "Dee"]
    found = [parent_by_rule(plan, plan.trees["code"], name, joined, PARENTS) for name in ("Ben", "Cy", "Dee")]
    assert found == parents


def test_without_a_tree_of_who_brought_whom_the_main_tree_counts():
    plan = load(
        RULED.replace("RULE", "if join_number == 1 then sponsor else code of sponsor").replace(BROUGHT, "")
    )
    joined = ["Zoe", "Ana", "Ben", "Cy", "Dee"]
    found = [parent_by_rule(plan, plan.trees["code"], name, joined, PARENTS) for name in ("Ben", "Cy", "Dee")]
    assert found == ["Ana", "Ben", "Zoe"]


def test_who_is_under_nobody_has_no_parent_by_a_rule():
    plan = load(RULED.replace("RULE", "if join_number <= 2 then code of enroller else enroller"))
    assert (
        parent_by_rule(plan, plan.trees["code"], "Zoe", ["Zoe"], {"enroller": {}, "sponsor": {}, "code": {}})
        == ""
    )

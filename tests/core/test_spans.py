"""Between which bounds names can be: what the linter calls impossible is."""

from pathlib import Path

import pytest

from commissions.core.linter.cases import line_of, money, profiles, sales, tree_of
from commissions.core.linter.spans import ANY, EITHER, FAR, NOTHING, World
from commissions.core.plan import load

CLEAN = (Path(__file__).parent / "documents/clean.yaml").read_text(encoding="utf-8")
SURE = (1, 1)
MEASURES = {
    "six": ("count(levels 1 to 2 in placement)", (0, 6)),
    "two": ("count(frontline in placement)", (0, 2)),
    "legs_two": ("legs(active in placement)", (0, 2)),
    "legs_none": ("legs(more in placement)", NOTHING),
    "legs_many": ("legs(active)", ANY),
    "plus": ("six + two", (0, 8)),
    "minus": ("six - two", (-2, 6)),
    "product": ("six * two", (0, 12)),
    "signs": ("minus * minus", (-12, 36)),
    "high": ("highest(six; 3)", (3, 6)),
    "low": ("lowest(six; 3)", (0, 3)),
    "either": ("if active then six else 9", (0, 9)),
    "surely": ("if six >= 0 then 1 else 9", SURE),
    "hardly": ("if six >= 7 then 1 else 9", (9, 9)),
    "by_rank": ("steps", (50_000, 200_000)),
    "by_one": ("rates(1; Member)", (50_000, 50_000)),
    "by_both": ("rates(2; rank)", (0, 50_000)),
    "of_self": ("sum(six of self)", (0, 6)),
    "of_levels": ("sum(six of levels 1 to 2 in placement)", (0, 36)),
    "of_second": ("count(level 2 in placement)", (0, 4)),
    "of_team": ("sum(six of team)", ANY),
    "self_and_team": ("sum(two of self and team)", ANY),
    "signed": ("sum(minus of frontline in placement)", (-4, 12)),
    "largest_of": ("largest(minus of frontline in placement)", (-2, 6)),
    "largest_high": ("largest(high of frontline in placement)", (0, 6)),
    "placed_team": ("count(team in placement)", ANY),
    "of_another_plan": ("monthly.rank", (0, 2)),
    "nobody": ("sum(six of levels 1 to 2 in placement where more)", NOTHING),
    "kept": ("sum(recent)", (0, 36)),
    "kept_most": ("largest(recent)", (0, 6)),
    "kept_count": ("count(recent where it >= 7)", NOTHING),
    "points_of": ("six * 100 points", (0, 60_000)),
    "half": ("round_down(points_of * 50%)", (0, 30_000)),
    "wholes": ("whole(two / 1)", (0, 2)),
    "no_wholes": ("whole(nobody / 3)", NOTHING),
}
STATUSES = {
    "more": ("six > 6", NOTHING),
    "just": ("six >= 6", EITHER),
    "below": ("six < 0", NOTHING),
    "at_zero": ("six <= 0", EITHER),
    "unequal": ("six != 7", SURE),
    "maybe_unequal": ("six != 6", EITHER),
    "equal": ("six == 7", NOTHING),
    "may_equal": ("six == 6", EITHER),
    "turned": ("not more", SURE),
    "both": ("more and active", NOTHING),
    "one_of": ("unequal or active", SURE),
    "maybe": ("more or active", EITHER),
    "bounded": ("six <= 6", SURE),
    "under": ("six < 7", SURE),
    "over": ("six > -1", SURE),
    "from_zero": ("six >= 0", SURE),
    "some": ("any(active of team)", EITHER),
    "none": ("any(more of team)", NOTHING),
    "legs_apart": ("legs_once(1 active; 1 unequal)", EITHER),
    "no_legs": ("legs_once(1 active; 1 more)", NOTHING),
    "theirs": ("any(team where mine(sponsor))", EITHER),
    "high_rank": ("rank >= Leader", EITHER),
    "title_before": ("before(title) >= Leader", EITHER),
}


def declared(rows: dict[str, tuple[str, tuple[int, int]]]) -> str:
    return "".join(f"  {name}: {text}\n" for name, (text, _) in rows.items())


MEMORIES = """\
  recent: {keeps: 6 periods, of: six}
  most: {starts: 0, becomes: highest(before; six)}
  life: {starts: 0, becomes: before + six}
  debt: {starts: 0, becomes: before - six}
"""
WIDE = CLEAN.replace("statuses:\n", f"{declared(MEASURES)}statuses:\n{declared(STATUSES)}").replace(
    "memory:\n", f"memory:\n{MEMORIES}"
)
WIDE = WIDE.replace("trees:", "other_plans: {monthly: Other}\ntrees:")


@pytest.fixture(scope="module")
def world():
    return World(load(WIDE))


@pytest.mark.parametrize(
    ("name", "bounds"), [(name, bounds) for name, (_, bounds) in (MEASURES | STATUSES).items()]
)
def test_a_name_is_within_its_bounds(world, name, bounds):
    assert world.named(name, True) == bounds


def test_a_memory_goes_as_far_as_it_can(world):
    assert world.named("most", True) == (0, 6)
    assert world.named("life", True) == (0, FAR)
    assert world.named("debt", True) == (-FAR, FAR)
    assert world.named("title", True) == (0, 2)


def test_where_nobody_buys_nobody_is_active_nor_rises():
    world = World(load(CLEAN), volume=lambda volume, mine: NOTHING)
    assert world.named("gv", True) == NOTHING
    assert world.named("active", True) == NOTHING
    assert world.top == 0
    assert World(load(CLEAN)).top == 2


def test_who_buys_nothing_may_have_a_team_that_buys():
    world = World(load(CLEAN), volume=lambda volume, mine: NOTHING if mine else ANY)
    assert world.named("active", True) == NOTHING
    assert world.named("active", False) == EITHER
    assert world.named("gv", True) == ANY


def test_a_volume_of_customers_is_there_without_own_orders():
    text = CLEAN.replace(
        "margin: {is: line.list_price - line.distributor_price",
        "margin: {is: if line.by_customer then cv else 0",
    )
    assert World(load(text), by_customer=NOTHING).named("margin", True) == NOTHING
    assert World(load(text), by_customer=SURE).named("margin", True) == ANY


# --- the organisations that are computed -----------------------------------------------------------------------------
def test_a_line_sells_at_its_end_and_a_tree_on_its_lowest_level():
    line, tree = line_of(3), tree_of(3)
    assert (line.parent, line.height) == ((-1, 0, 1), (2, 1, 0))
    assert (tree.parent, tree.height) == ((-1, 0, 0, 1, 1, 2, 2), (2, 1, 1, 0, 0, 0, 0))


def test_everything_is_assumed_in_turn():
    plan = load(CLEAN)
    told = {profile.told: [profile.given(height) for height in range(3)] for profile in profiles(plan)}
    assert len(told) == 8
    ladder = told["ranks and rates rise by one with each step up"]
    assert [one["rank"] for one in ladder] == [0, 1, 2]
    lowest = told["the seller lowest, everybody above at the top"]
    assert [one["title"] for one in lowest] == [0, 2, 2]
    assert [one["rank"] for one in told["everybody Builder"]] == [1, 1, 1]
    assert [one["active"] for one in told["nobody Active"]] == [0, 0, 0]
    assert [one["active"] for one in told["the seller alone not Active"]] == [0, 1, 1]
    assert [one["active"] for one in told["every second one Active"]] == [0, 1, 0]


def test_what_tables_are_read_by_is_assumed_row_by_row():
    stairs = (Path(__file__).parent / "documents/stairs.yaml").read_text(encoding="utf-8")
    told = {profile.told: profile for profile in profiles(load(stairs))}
    top = told["everybody Member, everything met"].given(0)
    assert (top["group_pv"], top["group_bv"]) == (1_000_000, 500_000)
    ladder = told["ranks and rates rise by one with each step up"]
    assert [ladder.given(height)["group_pv"] for height in range(3)] == [0, 20_000, 100_000]


def test_sales_are_large_and_where_there_are_pairs_of_their_size():
    clean = [(sale.size, sale.newcomer, sale.by_customer) for sale in sales(load(CLEAN))]
    assert clean == [(10**8, newcomer, customer) for newcomer in (False, True) for customer in (False, True)]
    pairs = (Path(__file__).parent / "documents/pairs.yaml").read_text(encoding="utf-8")
    assert {sale.size for sale in sales(load(pairs))} == {40_000, 10**8}
    assert money(load(CLEAN), 123_456_789) == "1,234,567.89 EUR"

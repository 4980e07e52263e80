"""What a document says is what the plan has: numbers in their units, rows filled, names in order of need."""

from pathlib import Path

import pytest

from commissions.core.language import Arithmetic, Capped, Literal, Lookup, Number, Word, parse
from commissions.core.plan import PlanError, load
from commissions.core.terms import NEVER, UNLIMITED, Group

HERE = Path(__file__).parent
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in (HERE / "documents").glob("*.yaml")}


def plan(name: str, *changes: tuple[str, str]):
    text = TEXTS[name]
    for old, new in changes:
        assert text.count(old) >= 1
        text = text.replace(old, new, 1)
    return load(text)


def bonus(document, name: str):
    return next(one for one in document.bonuses if one.name == name)


# --- the language -----------------------------------------------------------------------------------------------------
def told(part) -> str:
    """An expression with all its brackets."""
    match part:
        case Literal(digits, suffix):
            return digits + suffix
        case Word(prefix, name):
            return f"{prefix}.{name}" if prefix else name
        case _:
            inner = [getattr(part, field) for field in part.__dataclass_fields__]
            shown = [
                " ".join(told(one) if hasattr(one, "__dataclass_fields__") else str(one) for one in value)
                if isinstance(value, tuple)
                else told(value)
                if hasattr(value, "__dataclass_fields__")
                else str(value)
                for value in inner
                if value not in (None, "", False, 0, ())
            ]
            return f"({type(part).__name__} {' '.join(shown)})"


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("a + b * c", "(Arithmetic + a (Arithmetic * b c))"),
        ("a - b - c", "(Arithmetic - (Arithmetic - a b) c)"),
        ("(a + b) * c", "(Arithmetic * (Arithmetic + a b) c)"),
        ("-a", "(Arithmetic - 0 a)"),
        ("a or b and c", "(Logic or a (Logic and b c))"),
        ("not a and b", "(Logic and (Not a) b)"),
        ("a + 1 >= b", "(Compare >= (Arithmetic + a 1) b)"),
        ("if a then b else c + d", "(Choose a b (Arithmetic + c d))"),
        ("1_000.50 EUR", "1000.50EUR"),
        ("12.5%", "12.5%"),
        ("60 days", "60days"),
        ("5 points", "5points"),
        ("earner.rank", "earner.rank"),
        ("monthly.rank", "monthly.rank"),
        ("sum(a of team)", "(Aggregate sum a (Scope team))"),
        ("sum(a of self and team)", "(Aggregate sum a (Scope self and team))"),
        ("sum(a of leg left in p)", "(Aggregate sum a (Scope leg left) p)"),
        ("sum(a of leg 2 in p)", "(Aggregate sum a (Scope leg 2) p)"),
        ("count(level 2 where a)", "(Aggregate count (Scope levels 2 2) a)"),
        ("sum(a of levels 1 to 9 skipping b)", "(Aggregate sum a (Scope levels 1 9) b)"),
        ("sum(a of team until b inclusive where c)", "(Aggregate sum a (Scope team) c b True)"),
        ("any(team where a)", "(Aggregate any a (Scope team))"),
        ("any(a of team)", "(Aggregate any a (Scope team))"),
        ("largest(recent)", "(Aggregate largest it (Scope memory recent))"),
        (
            "count(before(recent) where it >= 2)",
            "(Aggregate count (Scope memory recent True) (Compare >= it 2))",
        ),
        ("sum(before(title) of team)", "(Aggregate sum (Before title) (Scope team))"),
        ("legs(a in p)", "(Legs a p)"),
        ("legs_once(2 a; 3 b >= 4)", "(LegsOnce 2 3 a (Compare >= b 4))"),
        ("mine(sponsor)", "(Mine sponsor)"),
        ("before", "(Before )"),
        ("whole(a / 500)", "(Call whole a 500)"),
        ("whole((a + b) / c)", "(Call whole (Arithmetic + a b) c)"),
        ("highest(a; b; c)", "(Call highest a b c)"),
        ("step(a; b)", "(Lookup step a b)"),
    ],
)
def test_text_is_read_as_it_is_meant(text, means):
    assert told(parse(text)) == means


# --- numbers in their units -------------------------------------------------------------------------------------------
def test_points_money_rates_and_days_are_integers():
    levels = plan("levels")
    assert levels.expressions["active"].right == Number(10_000, "points")
    assert bonus(levels, "level_pay").most.amount == Number(20_000, "money")
    assert bonus(levels, "fast_start").how.rate == Number(200_000, "rate")
    assert levels.volumes[-2].expression.test.right == Number(60, "days")
    assert levels.ledger.smallest_payout == 1_000


def test_a_yen_has_no_decimals_and_a_dinar_three():
    changes = [
        ("currency: EUR", "currency: JPY"),
        ("200 EUR", "200 JPY"),
        ("50 EUR", "50 JPY"),
        ("10 EUR}", "10 JPY}"),
    ]
    assert plan("levels", *changes).ledger.smallest_payout == 10
    changes = [(old, new.replace("JPY", "KWD")) for old, new in changes]
    assert plan("levels", *changes).ledger.smallest_payout == 10_000


def test_a_share_beside_a_whole_amount_makes_both_exact():
    (then, otherwise) = (lambda e: (e.then, e.otherwise))(bonus(plan("stairs"), "upward").how.already_sent)
    assert then == Arithmetic("*", Word("", "group_bv"), Number(40_000, "rate"))
    assert otherwise == Arithmetic("*", Number(0, "money"), Number(1_000_000, "rate"))


def test_what_a_point_is_worth_is_money_per_hundredth():
    assert bonus(plan("stairs"), "performance").how.worth == 18_000_000
    assert bonus(plan("stairs", ("pv: 18 INR", "pv: 0.50 INR")), "performance").how.worth == 500_000


def test_a_rate_whose_worth_is_no_whole_millionth_is_refused():
    with pytest.raises(ValueError, match=r"3.0001% of a point's worth has more decimals"):
        plan("stairs", ("pv: 18 INR", "pv: 0.01 INR"), ("200: 3%", "200: 3.0001%"))


# --- tables -----------------------------------------------------------------------------------------------------------
def test_a_rank_serves_the_higher_ranks_and_a_level_itself_alone():
    rates = plan("levels").tables["rates"]
    assert rates.cells == ((50_000, 80_000), (0, 40_000))
    assert [axis.exact for axis in rates.axes] == [True, False]
    assert rates.at(1, 3) == 80_000
    assert rates.at(3, 3) == 0


def test_stacked_rows_are_summed_up():
    gifts = "gifts: {by: rank, reading: stacked, rows: {Member: 1 EUR, Builder: 2 EUR, Star: 3 EUR}}"
    assert plan("levels", ("tables:\n", f"tables:\n  {gifts}\n")).tables["gifts"].cells == (
        (100,),
        (300,),
        (600,),
    )


def test_a_table_may_be_called_levels():
    """Only before a number is it a word of the language: count(levels 1 to 2)."""
    text = TEXTS["levels"].replace("rate: rates", "rate: levels").replace("  rates:", "  levels:")
    assert load(text).tables["levels"].name == "levels"


def test_a_marginal_table_is_paid_slice_by_slice():
    slices = plan("stairs").tables["slices"]
    assert slices.slices(700_000) == ((500_000, 10_000), (200_000, 20_000))
    assert bonus(plan("stairs"), "structure").how.amount == Lookup("slices", (Word("", "group_bv"),))


def test_a_walk_takes_a_marginal_table_by_what_it_walks_from():
    text = (
        TEXTS["stairs"]
        .replace("by: group_bv, reading", "by: line.bv, reading")
        .replace("rate: 4%", "rate: slices")
    )
    lines = [line for line in text.splitlines() if "structure" not in line and "group_rules" not in line]
    assert bonus(load("\n".join(lines)), "leadership").how.rate == Lookup("slices")


# --- people -----------------------------------------------------------------------------------------------------------
def test_names_that_need_each_other_below_are_one_group_and_others_stand_in_order():
    order = plan("stairs").order
    assert order[0] == Group(("group_pv", "broken"), "sponsor")
    assert order[-1] == Group(("rank",))
    levels = [name for group in plan("levels").order for name in group.names]
    assert levels.index("gv") < levels.index("even") < levels.index("rank") < levels.index("recent")
    assert levels.index("recent") < levels.index("steady")
    assert "counted" not in levels


def test_a_cap_by_the_requirement_is_asked_with_its_number():
    levels = plan("levels")
    (first, _) = levels.ladder[2].requirements
    assert (first.have, first.need) == (Capped("counted", 200_000), 200_000)
    assert "counted" not in levels.measures
    assert levels.units["counted"] == "points"
    assert levels.expressions["even"] == Capped("even")


def test_a_memory_has_the_unit_of_what_it_becomes():
    memories = plan("levels").memories
    assert (memories["life"].unit, memories["title"].unit, memories["recent"].unit) == (
        "points",
        "rank",
        "rank",
    )
    assert (memories["recent"].keeps, memories["recent"].becomes) == (6, None)
    counted = plan(
        "levels", ("life: {starts: 0, becomes: before + gv}", "life: {starts: 0, becomes: before + 1}")
    )
    assert counted.memories["life"].unit == "count"


def test_requirements_say_what_is_had_and_what_is_needed():
    levels = plan("levels")
    builder = levels.ladder[1].requirements
    assert [(one.unit, one.need) for one in builder] == [("truth", 1), ("points", 100_000), ("count", 2)]
    assert builder[1].label == "Gv"
    (star,) = levels.ladder[3].requirements
    assert star.text == "(active) and (even >= 9_000) or legs_once(2 rank >= Leader; 1 gv >= 500)"


def test_lower_ranks_required_adds_what_they_need():
    stacked = plan("levels", ("lower_ranks: not_required", "lower_ranks: required"))
    assert [len(rank.requirements) for rank in stacked.ladder] == [0, 3, 5, 6]
    assert {one.rank for one in stacked.ladder[2].requirements} == {2}


def test_a_plan_without_ranks_has_one_that_everybody_has():
    (rank,) = plan("pairs").ladder
    assert (rank.name, rank.requirements) == ("Member", ())
    changed = plan("pairs", ("leader: rank >= earner.rank", "leader: rank >= Member"))
    assert bonus(changed, "gathered").how.leader.right == Number(0, "rank")


# --- bonuses ----------------------------------------------------------------------------------------------------------
def test_bonuses_stand_after_those_they_read():
    pairs = plan("pairs")
    order = [pairs.bonuses[at].name for at in pairs.bonus_order]
    assert order.index("pairs") < order.index("matching")
    assert order.index("gathered") < order.index("fund")


def test_a_match_after_caps_waits_for_guarantees_too():
    walk = "walk: {along: sponsor, counts: levels, first: 1, last: 1, compression: none}"
    keys = [
        "on: earnings of leadership",
        "taken: after_caps",
        walk,
        "rate: 5%",
        "if_not_earned: kept_by_company",
    ]
    match = "\n    ".join(["  match:", *keys])
    changed = plan("stairs", ("group_rules:", f"{match}\ngroup_rules:"))
    order = [changed.bonuses[at].name for at in changed.bonus_order]
    assert order.index("leadership") < order.index("upward") < order.index("match")


def test_a_pair_takes_what_it_says():
    pairs = bonus(plan("pairs"), "pairs").how
    assert (pairs.unit, pairs.takes, pairs.carry, pairs.carry_expires) == (
        (20_000, 40_000),
        (30_000, 30_000),
        500_000,
        4,
    )
    assert (pairs.cap, pairs.cap_of, pairs.cap_over, pairs.cap_per) == (
        Number(40, "count"),
        "pairs",
        "flush",
        "person",
    )
    endless = bonus(
        plan("pairs", ("carry: 5_000, carry_expires: 4 periods", "carry: unlimited, carry_expires: never")),
        "pairs",
    )
    assert (endless.how.carry, endless.how.carry_expires) == (UNLIMITED, NEVER)


def test_a_new_position_is_taken_in_the_tree_that_the_test_looks_at():
    document = plan("pairs", ("then: new_position, in: board", "then: new_position"))
    assert bonus(document, "full_board").how.tree == "board"


def test_a_percentage_of_the_smaller_leg_has_no_unit():
    changed = plan("pairs", ("unit: 200 to 400, takes: 300 to 300, pays_per_pair: 20 USD", "unit: any, pays_rate: 10%"),
                   ("cap: {pairs: 40,", "cap: {money: 2_000 USD,"))  # fmt: skip
    how = bonus(changed, "pairs").how
    assert (how.unit, how.takes, how.pays_rate, how.pays_per_pair) == (
        (0, 0),
        (0, 0),
        Number(100_000, "rate"),
        None,
    )


@pytest.mark.parametrize(
    ("word", "levels"), [("none", -1), ("blocker_only", 0), ("9 levels", 9), ("1 level", 1)]
)
def test_how_far_below_a_blocker_pay_goes_on(word, levels):
    assert bonus(plan("pairs", ("tail: 9 levels", f"tail: {word}")), "beyond").how.tail == levels


def test_what_waits_lapses_or_never_does():
    assert bonus(plan("levels"), "fast_start").hold.lapses_after == 3
    assert bonus(plan("stairs"), "performance").hold.lapses_after == NEVER


def test_a_campaign_runs_to_the_end_of_its_last_day():
    assert bonus(plan("levels"), "first_builder").valid == (20_513, 20_605)


def test_an_amount_over_order_lines_is_a_volume_of_its_own():
    levels = plan("levels")
    assert bonus(levels, "retail").how.volume == "retail"
    assert levels.volumes[-1].name == "retail"
    assert levels.units["retail"] == "money"


def test_rules_and_the_ledger_are_as_they_are_written():
    pairs, stairs = plan("pairs"), plan("stairs")
    (cap,) = pairs.group_rules
    assert (cap.method, cap.order, cap.of) == ("cut_in_order", ("fund", "matching", "pairs"), "everyone")
    assert (pairs.ledger.round, pairs.ledger.ranks) == ("down", "recomputed")
    assert [(one.name, one.rate, one.of) for one in stairs.ledger.deductions] == [
        ("service", 100_000, "gross"),
        ("tax", 50_000, "after_previous"),
    ]


def test_a_version_says_what_it_replaces_and_what_was_renamed():
    levels = plan("levels")
    assert (levels.replaces, dict(levels.renamed), dict(levels.other_plans)) == (
        1,
        {"Silver": "Builder"},
        {"weekly": "Pairs"},
    )


def test_trees_have_their_slots_depth_and_rules():
    trees = plan("pairs").trees
    assert (trees["board"].slots, trees["board"].depth, trees["board"].fill) == (
        ("1", "2", "3"),
        6,
        "weaker_leg",
    )
    assert trees["placement"].positions_per_person == 3
    assert (
        told(trees["code"].rule)
        == "(Choose (Compare <= join_number (Number 3 count)) (TreeOf code enroller) enroller)"
    )


def test_a_walk_is_not_paid_on_a_rank():
    best = ("  depth: sum(", "  best: largest(rank of team)\n  depth: sum(")
    with pytest.raises(PlanError, match=r"level_pay\.on: best is a rank, nothing to pay on"):
        plan("levels", best, ("on: later", "on: best"))

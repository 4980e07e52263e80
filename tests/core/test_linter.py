"""Each warning with a plan that deserves it, and a near twin that does not."""

from pathlib import Path

import pytest
import yaml

from commissions.core.linter import DOUBTS, Doubt, doubts, fees, payout
from commissions.core.plan import load

HERE = Path(__file__).parent
CLEAN = (HERE / "documents/clean.yaml").read_text(encoding="utf-8")
CASES = yaml.safe_load((HERE / "doubtful_plans.yaml").read_text(encoding="utf-8"))
LOOKS = {look.__name__: look for look in DOUBTS}
VOLUME = "{{field: {field}, unit: {unit}, orders_of: {orders}, returns_count: in_period_of_return}}"
EXTRA = {
    "own": VOLUME.format(field="qualifying", unit="points", orders="self"),
    "srp": VOLUME.format(field="list_price", unit="money", orders="self_and_customers"),
}
PAIRS = next(case["bad"] for case in CASES if "pairs:" in case["bad"])
LIMIT = (
    "group_rules: {cap: {limit: 50% * sum(cv of everyone), over: [pairs], method: pro_rata, "
    "leftover_cents: largest_remainder}}\n"
)


def written(old: str, new: str) -> str:
    """The clean plan with one place changed, and what the change mentions declared."""
    assert CLEAN.count(old) >= 1
    text = CLEAN.replace(old, new, 1)
    for word, volume in EXTRA.items():
        if f"{word} >= 40" in text or f"on: {word}" in text:
            text = text.replace("measures:", f"  {word}: {volume}\nmeasures:", 1)
    if "paid_fee" in text:
        text = text.replace("volumes:", "inputs: {paid_fee: {unit: truth, per: period}}\nvolumes:", 1)
    if "last: unlimited" in text:  # which a table by level ends
        text = text.replace("rate: rates", "rate: 1%", 1)
    return text


def found(text: str, code: str) -> list[Doubt]:
    return LOOKS[code](load(text))


def test_nothing_is_said_of_a_clean_plan():
    assert doubts(load(CLEAN)) == []


@pytest.mark.parametrize("case", CASES, ids=[f"{case['warning']}: {case['bad'][-40:]}" for case in CASES])
def test_a_warning_is_given_to_whom_it_is_due_and_not_to_a_near_twin(case):
    (doubt,) = found(written(case["where"], case["bad"]), case["warning"])
    assert (doubt.code, doubt.where) == (case["warning"], case["at"])
    assert "http" in doubt.source
    assert found(written(case["where"], case["twin"]), case["warning"]) == []


def test_every_warning_has_a_case():
    assert set(LOOKS) == {case["warning"] for case in CASES}


def test_kits_and_fees_with_volume_are_told_those_without_are_not():
    offered = [
        fees.Offered("Starter box", "starter kit", 5_000, 0, "they use it up"),
        fees.Offered("Yearly fee", "fee", 0, 0, ""),
    ]
    (doubt,) = fees.carry_volume(offered)
    assert doubt.where == "products.Starter box"
    assert "50.00 qualifying" in doubt.says
    assert "they use it up" in doubt.says


def test_a_status_that_gates_pay_is_activity_whether_pages_show_it_or_not():
    text = CLEAN.replace("shows: {active: active, own_volume: pv, group_volume: gv}\n", "")
    text = text.replace("needs: [active, gv", "needs: [gv")
    assert found(text, "may_be_met_by_own_purchases") == []
    mixed = text.replace("points, orders_of: customers", "points, orders_of: self_and_customers")
    (doubt,) = found(mixed, "may_be_met_by_own_purchases")
    assert doubt.where == "volumes.pv"


# --- the worst case ---------------------------------------------------------------------------------------------------
def test_the_worst_case_is_what_the_bonuses_pay_together_on_one_sale():
    """Level pay 10 % and 5 %, a difference of 20 % less the seller's 5 %, two generations of 2 %, a pool of 2 %."""
    case = payout.worst(load(CLEAN))
    assert dict(case.by_bonus) == {
        "level_pay": 150_000,
        "performance": 150_000,
        "generations": 40_000,
        "pool": 20_000,
    }
    assert case.share == 360_000
    assert "the seller lowest, everybody above at the top" in case.told


def test_a_case_over_a_hundred_percent_is_a_real_one_with_its_number():
    text = CLEAN.replace("last: 2, compression", "last: unlimited, compression").replace(
        "rate: rates", "rate: 1%"
    )
    (doubt,) = found(text, "may_pay_more_than_is_sold")
    case = payout.worst(load(text))
    assert case.share > 1_000_000
    assert f"{payout.percent(case.share)} of the commissionable volume" in doubt.says
    assert f"{len(case.shape.parent)} people, one below the other" in doubt.says


def test_payout_that_grows_with_depth_is_told_before_it_is_over_a_hundred_percent():
    case = payout.worst(load(written("  award:", PAIRS)))
    assert case.share < 1_000_000
    assert case.grows > 0


@pytest.mark.parametrize(("levels", "rate"), [(9, "5%"), (10, "10%"), (12, "4%"), (20, "2%")])
def test_level_pay_ends_with_its_last_level_however_many_there_are(levels, rate):
    """A tree with two below each is looked at no deeper than some levels pay; a line is."""
    text = CLEAN.replace("last: 2, compression", f"last: {levels}, compression").replace(
        "rate: rates", f"rate: {rate}"
    )
    text = (
        text.replace("performance:", "steps_pay:")
        .replace("rate: steps", "rate: 0%")
        .replace("rate: 2%", "rate: 0%")
    )
    text = text.replace("fund: 2%", "fund: 0%")
    assert found(text, "may_pay_more_than_is_sold") == []
    pairs = text.replace("  award:", PAIRS)
    assert found(pairs, "may_pay_more_than_is_sold") != []


def test_a_limit_over_the_bonuses_ends_growth():
    text = written("  award:", PAIRS).replace("ledger:", LIMIT + "ledger:")
    assert payout.worst(load(text)).grows == 0


def test_fixed_amounts_do_not_count():
    text = CLEAN.replace("gives: 50 EUR", "gives: 900_000_000 EUR")
    assert payout.worst(load(text)).share == payout.worst(load(CLEAN)).share

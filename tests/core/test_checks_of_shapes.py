"""Each doubt about a shape of bonus notices the damage it is there for; worked months are sound."""

from dataclasses import replace

import numpy as np
import pytest

from commissions.core.checks import check
from commissions.core.facts import State
from commissions.core.result import Kind
from tests.core.scenarios import PLANS, play_file

MONTHS = sorted((PLANS / "choices").glob("*.yaml"))


def played(name, period=0):
    (outcome,) = play_file(PLANS / "choices" / f"{name}.yaml").outcomes
    return outcome.played[period]


def problems(month, **changes):
    return check(month.plan, month.facts, replace(month.result, **changes))


def changed(month, kind, *, by=100, column="whole", bonus=None):
    """The month's lines with one of a kind changed, its base too where that is the amount itself."""
    lines = month.result.lines
    rows = (
        np.flatnonzero(lines.kind == kind)
        if bonus is None
        else np.flatnonzero((lines.kind == kind) & (lines.bonus == bonus))
    )
    values = {
        name: getattr(lines, name).copy() for name in {column, "base"} if column == "whole" or name == column
    }
    for one in values.values():
        one[rows[0]] += by
    return replace(lines, **values)


@pytest.mark.parametrize("path", MONTHS, ids=lambda path: path.stem)
def test_worked_months_raise_no_doubt(path):
    for outcome in play_file(path).outcomes:
        for month in outcome.played:
            assert problems(month) == []


def test_a_pool_that_shares_more_than_its_fund_is_noticed():
    month = played("pools")
    assert any("of a fund of" in one for one in problems(month, lines=changed(month, Kind.POOL)))
    fund, size = next(iter(month.result.funds.items()))
    assert any("of a fund of" in one for one in problems(month, funds={**month.result.funds, fund: size + 1}))


def test_a_guarantee_that_makes_money_is_noticed():
    month = played("guarantee")
    assert any(
        "was sent and not received" in one for one in problems(month, lines=changed(month, Kind.GUARANTEE))
    )


def test_what_waits_must_have_been_held():
    month = played("held")
    held = {
        name: tuple((who, amount + 1, age) for who, amount, age in rows)
        for name, rows in month.result.state_after.held.items()
    }
    after = replace(month.result.state_after, held=held)
    assert any("what waited" in one for one in problems(month, state_after=after))


def test_what_is_released_must_have_waited():
    month = played("held", 2)
    assert any("what waited" in one for one in problems(month, lines=changed(month, Kind.RELEASED)))
    forgotten = replace(month.facts, state=State())
    assert any("what waited" in one for one in check(month.plan, forgotten, month.result))


def test_what_is_given_once_is_not_given_again():
    month = played("once")
    had = {name: np.ones(len(month.facts.people), np.int64) for name in month.result.state_after.given}
    facts = replace(month.facts, state=replace(month.facts.state, given=had))
    assert any("once more" in one for one in check(month.plan, facts, month.result))


def test_a_leg_that_carries_on_what_it_did_not_have_is_noticed():
    month = played("pair-own-volume-and-carry")
    carry = {name: kept + 10**9 for name, kept in month.result.state_after.carry.items()}
    after = replace(month.result.state_after, carry=carry)
    assert any("what it did not have" in one for one in problems(month, state_after=after))


@pytest.mark.parametrize(
    ("name", "said"),
    [("group-pro-rata", "cap allows"), ("group-each-person", "is paid more than")],
)
def test_more_than_a_rule_allows_is_noticed(name, said):
    month = played(name)
    items = replace(month.result.items, amount=month.result.items.amount * 2)
    assert any(said in one for one in problems(month, items=items))


def test_both_of_which_the_better_counts_are_noticed():
    month = played("better-of")
    items = month.result.items
    other = replace(
        items, **{n: np.concatenate([getattr(items, n)] * 2) for n in ("beneficiary", "amount", "line_count")}
    )
    other = replace(other, bonus=np.concatenate([items.bonus, 1 - items.bonus]))
    assert any("more than one of best_of_two" in one for one in problems(month, items=other))


@pytest.mark.parametrize(("name", "kind"), [("pools", Kind.POOL), ("held", Kind.HELD), ("most", Kind.MOST)])
def test_a_sign_that_is_turned_is_noticed(name, kind):
    month = played(name)
    lines = month.result.lines
    turned = replace(lines, whole=np.where(lines.kind == kind, -lines.whole, lines.whole))
    turned = replace(turned, base=np.where(lines.kind == kind, -lines.base, lines.base))
    assert any("where it should" in one for one in problems(month, lines=turned))


def test_lines_out_of_order_are_noticed():
    month = played("pools")
    lines = month.result.lines
    backwards = type(lines)(*(getattr(lines, name)[::-1] for name in lines.__dataclass_fields__))
    assert any("stands before a line that comes first" in one for one in problems(month, lines=backwards))


def test_a_window_that_forgets_and_a_negative_share_are_noticed():
    month = played("memory-and-windows")
    assert any(
        "one row of periods" in one
        for one in problems(month, state_after=replace(month.result.state_after, windows={}))
    )
    month = played("points-pool")
    shares = {name: values - 10**6 for name, values in month.result.shares.items()}
    assert any("less than no share" in one for one in problems(month, shares=shares))

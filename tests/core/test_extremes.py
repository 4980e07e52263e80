"""Large amounts, long lines, other currencies: exact, or refused."""

from pathlib import Path

import numpy as np
import pytest

from commissions.core.measures import Overflowing
from commissions.core.plan import load
from commissions.core.reading.frame import EXPONENTS
from commissions.core.run import run
from common.money import currency
from tests.core.world import facts_of

LINDEN = (Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml").read_text(encoding="utf-8")


def test_currencies_have_the_decimals_the_world_gives_them():
    assert {code: currency(code=code).exponent for code in EXPONENTS} == EXPONENTS


@pytest.mark.parametrize(("code", "smallest"), [("JPY", 10), ("EUR", 1_000), ("KWD", 10_000)])
def test_money_is_in_the_currencys_own_minor_units(code, smallest):
    plan = load(LINDEN.replace("EUR", code))
    assert (plan.exponent, plan.ledger.smallest_payout) == (EXPONENTS[code], smallest)


def test_the_largest_amounts_are_exact():
    people = [("A", "", 0, 0), ("B", "A", 0, 0)]
    line = {"seller": "B", "qualifying": 10**15, "commissionable": 10**15 - 1}
    lines = [{"key": f"{at:04}/1", **line} for at in range(2_000)] + [
        {"key": "Z/1", "seller": "A", "qualifying": 10_000}
    ]
    result = run(plan=load(LINDEN), facts=facts_of(people=people, lines=lines))
    assert result.items.amount.tolist() == [(2_000 * (10**15 - 1) * 6 + 50) // 100]


def test_a_measure_that_would_leave_64_bits_is_refused():
    plan = load(LINDEN.replace("is: gv - largest(gv of frontline)", "is: gv * 10_000"))
    facts = facts_of(
        people=[("A", "", 0, 0)],
        lines=[{"key": f"{at}/1", "seller": "A", "qualifying": 10**15} for at in range(9)],
    )
    with pytest.raises(Overflowing):
        run(plan=plan, facts=facts)


def test_a_line_of_three_thousand_people_is_paid_seven_levels():
    people = [(f"P{at:04}", f"P{at - 1:04}" if at else "", 0, 0) for at in range(3_000)]
    lines = [
        {"key": f"{at:04}/1", "seller": f"P{at:04}", "qualifying": 10_000, "commissionable": 100}
        for at in range(3_000)
    ]
    result = run(plan=load(LINDEN), facts=facts_of(people=people, lines=lines))
    assert np.bincount(result.lines.level).tolist() == [0, 2_999, 2_998]
    assert set(result.rank.tolist()) == {0}


def test_an_empty_company_has_an_empty_result():
    result = run(plan=load(LINDEN), facts=facts_of(people=[], lines=[]))
    assert (len(result.lines), len(result.items), len(result.rank)) == (0, 0, 0)
    assert len(result.output_hash()) == 64

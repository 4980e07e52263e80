"""From what was earned to what is paid: debts, deductions, smallest payouts, and what returns take back."""

from dataclasses import replace

import pytest

from commissions.core.run import run
from commissions.core.settlement import Account, Statement, settle
from commissions.core.taking_back import Back, Taken, take_back
from commissions.core.terms import Deduction, Ledger
from tests.core.by_hand import company, plan_of

LEDGER = Ledger(smallest_payout=1_000, take_back="original_amounts", not_covered="becomes_debt")
NOBODY: dict[str, str] = {}


def one(
    ledger: Ledger = LEDGER, gross: int = 0, returns: int = 0, account: Account | None = None
) -> Statement:
    accounts = {"Ana": account} if account else {}
    found = settle(
        ledger=ledger, gross={"Ana": gross}, returns={"Ana": returns}, accounts=accounts, above=NOBODY
    )
    return found["Ana"]


def test_what_is_earned_is_paid():
    assert one(gross=4_320) == Statement(4_320, 0, 0, (), 4_320, 0, 0, Account())


def test_a_debt_is_neither_written_off_nor_rolled_up():
    assert one(returns=-60) == Statement(0, -60, 0, (), 0, 0, 0, Account(owes=60))


def test_the_smallest_amount_is_paid_where_nothing_is_too_small():
    assert one(replace(LEDGER, smallest_payout=0), gross=1).paid == 1


def test_several_deductions_take_no_more_than_is_left_together():
    taxed = replace(
        LEDGER, deductions=(Deduction("one", 700_000, "gross"), Deduction("two", 700_000, "gross"))
    )
    assert one(taxed, gross=1_000).deductions == (("one", 700), ("two", 300))


@pytest.mark.parametrize(("gross", "paid", "waiting"), [(999, 0, 999), (1_000, 1_000, 0), (0, 0, 0)])
def test_less_than_the_smallest_payout_waits(gross, paid, waiting):
    statement = one(gross=gross)
    assert (statement.paid, statement.account.waiting) == (paid, waiting)


def test_what_waited_is_paid_when_there_is_enough():
    statement = one(gross=300, account=Account(waiting=700))
    assert (statement.paid, statement.account.waiting) == (1_000, 0)


def test_what_returns_take_is_taken_off_earnings_then_off_what_waits_then_owed():
    statement = one(gross=100, returns=-500, account=Account(waiting=250))
    assert (statement.paid, statement.account) == (0, Account(owes=150, waiting=0))


def test_a_debt_is_repaid_first():
    statement = one(gross=2_500, account=Account(owes=1_400))
    assert (statement.repaid, statement.paid, statement.account.owes) == (1_400, 1_100, 0)


def test_a_debt_larger_than_earnings_stays():
    statement = one(gross=30, account=Account(owes=50))
    assert (statement.repaid, statement.paid, statement.account.owes) == (30, 0, 20)


def test_deductions_of_the_gross_and_of_what_is_left():
    taxed = replace(
        LEDGER,
        deductions=(Deduction("service", 100_000, "gross"), Deduction("tax", 50_000, "after_previous")),
    )
    assert one(taxed, gross=20_000).deductions == (("service", 2_000), ("tax", 900))


def test_a_deduction_takes_no_more_than_is_left_to_pay():
    taxed = replace(LEDGER, deductions=(Deduction("tax", 500_000, "gross"),))
    statement = one(taxed, gross=1_000, account=Account(owes=900))
    assert (statement.repaid, statement.deductions, statement.paid) == (900, (("tax", 100),), 0)


@pytest.mark.parametrize(("how", "taken"), [("half_up", 3), ("half_even", 2), ("down", 2)])
def test_a_deduction_is_rounded_as_the_ledger_says(how, taken):
    ledger = replace(LEDGER, round=how, deductions=(Deduction("tax", 100_000, "gross"),))
    assert one(ledger, gross=25).deductions == (("tax", taken),)


def test_what_is_not_covered_may_be_written_off():
    statement = one(replace(LEDGER, not_covered="written_off"), gross=10, returns=-60)
    assert (statement.written_off, statement.account.owes) == (50, 0)


def test_what_is_not_covered_may_be_owed_by_the_one_above():
    ledger = replace(LEDGER, not_covered="rolls_up")
    found = settle(ledger=ledger, gross={}, returns={"Ben": -60}, accounts={}, above={"Ben": "Ana"})
    assert found["Ben"].account.owes == 0
    assert found["Ana"] == Statement(0, 0, 0, (), 0, 0, 0, Account(owes=60))


def test_with_nobody_above_it_stays_a_debt():
    ledger = replace(LEDGER, not_covered="rolls_up")
    statement = one(ledger, returns=-60)
    assert (statement.account.owes, statement.rolled_up) == (60, 0)


def test_nothing_is_lost_between_two_periods():
    """Earned + returns + what was open before = paid + deducted + written off + what is open after."""
    taxed = replace(LEDGER, deductions=(Deduction("tax", 70_000, "gross"),))
    for gross in range(0, 3_000, 37):
        for returns in (0, -400, -2_900):
            account = Account(owes=gross % 700, waiting=gross % 900)
            found = one(taxed, gross, returns, account)
            deducted = sum(amount for _, amount in found.deductions)
            before = account.waiting - account.owes
            after = found.account.waiting - found.account.owes
            assert gross + returns + before == found.paid + deducted + after


# --- what a return takes at the average rate --------------------------------------------------------------------------
@pytest.mark.parametrize(("how", "taken"), [("half_up", -3), ("half_even", -2), ("down", -2)])
@pytest.mark.parametrize(("share", "more"), [(500_000, 0), (400_000, None), (600_000, None)])
def test_the_average_rate_is_rounded_as_the_ledger_says(how, taken, share, more):
    """10 % of 0.50 is 5 cents. Of half of it 2.5 are taken; of four tenths 2, of six tenths 3, however one rounds."""
    bonus = "  x: {on: cv, walk: {along: sponsor, counts: levels, first: 1, last: 1, compression: none}, rate: 10%, "
    plan = plan_of(bonus + "earner: always, if_not_earned: kept_by_company}", rounding=how)
    plan = replace(plan, ledger=replace(plan.ledger, take_back="average_rate"))
    facts = company([("Ben", 50)])
    back = Back(share={0: share})
    found = take_back(plan=plan, facts=facts, result=run(plan=plan, facts=facts), back=back, before=Taken())
    assert found.paid == {("Ana", "x"): taken if more == 0 else {400_000: -2, 600_000: -3}[share]}

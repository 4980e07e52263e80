"""A return of what a final month paid for is taken back in the open month, to the cent, whatever the parts."""

import pytest

from commissions.models import Account, Line, Period, StatementItem, Transfer
from commissions.operations import computing, ledger, periods, plans, runs
from commissions.queries import audit, audit_items
from distributors.models import Distributor
from tests.commissions.conftest import START, at, draft, finish, work
from tests.commissions.test_as_the_engine import PLAN as HOLDS
from tests.remembered import remembered

pytestmark = pytest.mark.django_db


@pytest.fixture
@remembered
def paid(october, cast):
    """October is final. Finn's ten pieces paid level pay to Eva and those above her."""
    finish(cast, draft())
    order = cast.finn.sales.get()
    return october, order


def back(paid, pieces, on):
    shop, order = paid
    shop.take_back(order, pieces, on)


def given(cast, name, **filters):
    """What a person's items of final months add up to."""
    items = StatementItem.objects.filter(run__state="final", distributor=cast.people[name], **filters)
    return sum(items.values_list("amount", flat=True))


def from_order(order):
    """What the order's lines of final months still pay, exactly."""
    lines = Line.objects.filter(run__state="final", order_line__order=order)
    return sum(whole * 10**6 + micro for whole, micro in lines.values_list("whole", "micro"))


def test_a_full_return_nets_to_nothing(paid, cast):
    assert from_order(paid[1]) > 0
    back(paid, 10, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert from_order(paid[1]) == 0
    assert audit.everything() == []


def test_parts_and_then_the_rest_net_to_nothing(paid, cast):
    back(paid, 3, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    back(paid, 4, at(12, 20))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    assert from_order(paid[1]) > 0
    back(paid, 3, at(1, 20, year=2027))
    finish(cast, draft("2027-01", at(2, 2, year=2027)), at(2, 3, year=2027))
    assert from_order(paid[1]) == 0
    assert audit.everything() == []


def test_after_a_part_the_item_is_what_the_rest_rounds_to(paid, cast):
    back(paid, 3, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert audit_items.items_are_their_lines() == []
    assert given(cast, "eva", corrects_period="2026-10") < 0


def test_corrections_name_the_lines_they_correct(paid, cast):
    back(paid, 3, at(11, 20))
    run = draft("2026-11", at(12, 2))
    lines = run.lines.filter(corrects__isnull=False)
    assert {line.corrects.run.period.key for line in lines} == {"2026-10"}
    assert all(line.whole < 0 for line in lines)


def test_what_two_drafts_take_back_is_the_same(paid, cast):
    back(paid, 3, at(11, 20))
    first = draft("2026-11", at(12, 2))
    second = runs.recompute(period_key="2026-11", by=cast.users["paula"].pk, now=at(12, 2, 15))
    work(at(12, 2, 15))
    second.refresh_from_db()
    assert (first.output_hash, first.total) == (second.output_hash, second.total)


def test_a_return_in_the_month_of_the_sale_corrects_nothing(october, cast):
    october.take_back(cast.finn.sales.get(), 10, at(10, 20))
    run = draft()
    assert not run.lines.filter(order_line__order__seller=cast.finn).exists()
    assert not run.items.exclude(corrects_period="").exists()


def test_a_return_of_what_is_not_final_corrects_nothing_yet(october, cast):
    draft()
    october.take_back(cast.finn.sales.get(), 10, at(11, 20))
    assert not draft("2026-11", at(12, 2)).items.exclude(corrects_period="").exists()


def test_what_cannot_be_covered_becomes_a_debt(paid, cast):
    # Paid out meanwhile: nothing is left to take it from.
    payable = Account.objects.get(kind="payable", owner=cast.eva)
    out = ledger.Entry(
        "payout:1",
        ledger.Owned("payable", owner_id=cast.eva.pk),
        ledger.Owned("expense", "paid out"),
        payable.balance,
    )
    november = Period.objects.get(state="open")
    ledger.post(entries=[out], into=ledger.Into(november.pk), currency="EUR", now=at(11, 10))
    back(paid, 10, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    taken = given(cast, "eva", corrects_period="2026-10")
    assert Account.objects.get(kind="debt", owner=cast.eva).balance == taken < 0
    payable.refresh_from_db()
    assert payable.balance == 0


def test_a_debt_is_paid_back_by_what_is_earned_next(paid, cast):
    test_what_cannot_be_covered_becomes_a_debt(paid, cast)
    owed = -Account.objects.get(kind="debt", owner=cast.eva).balance
    for seller, pieces in (("eva", 4), ("finn", 60)):
        paid[0].sell(seller, pieces, at(12, 10))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    earned = given(cast, "eva", run__period__key="2026-12")
    assert earned > owed
    assert Account.objects.get(kind="debt", owner=cast.eva).balance == 0
    assert Account.objects.get(kind="payable", owner=cast.eva).balance == earned - owed


def test_correcting_transfers_have_keys_of_their_own(paid, cast):
    back(paid, 3, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    back(paid, 3, at(12, 20))
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    number = cast.eva.number
    keys = Transfer.objects.filter(key__startswith="corr:2026-10:", key__endswith=f":{number}").order_by(
        "key"
    )
    assert [key.rsplit(":", 3)[1] for key in keys.values_list("key", flat=True)] == ["1", "2"]


@pytest.fixture
@remembered
def held(shop, cast):
    """A plan that holds back: in October Dan, who bought nothing, has 1.3 % of Eva's 310.00 waiting, for two months."""
    plans.adopt(document=HOLDS, now=START)
    periods.open_first(key="2026-10", now=at(10, 1))
    for seller, pieces in (("eva", 10), ("finn", 20)):
        shop.sell(seller, pieces, at(10, 10))
    finish(cast, draft())
    return shop


def balances(person):
    return dict(Account.objects.filter(owner=person).values_list("kind", "balance"))


def test_what_waits_is_held_and_shrinks_with_what_comes_back(held, cast):
    assert balances(cast.dan)["held"] == 403
    payable = balances(cast.dan)["payable"]
    held.take_back(cast.eva.sales.get(), 4, at(11, 20))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert balances(cast.dan)["held"] == 242
    # What level pay had paid for it is another bonus, and is taken back.
    assert balances(cast.dan)["payable"] == payable + given(
        cast, "dan", corrects_period="2026-10", bonus="level_pay"
    )
    assert given(cast, "dan", bonus="patience") == 0
    assert audit.everything() == []


def test_what_was_held_is_released_to_payable(held, cast):
    before = balances(cast.dan)
    held.sell("dan", 10, at(11, 10))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    after = balances(cast.dan)
    assert (after["held"], after["payable"]) == (0, before["payable"] + 403)
    assert Transfer.objects.get(key=f"release:2026-11:Both:patience:{cast.dan.number}").amount == 403
    assert audit.everything() == []


def test_without_less_waiting_a_returned_order_would_be_paid(held, cast, monkeypatch):
    monkeypatch.setattr(computing.waiting, "less", lambda *, loaded, by: loaded)
    held.take_back(cast.eva.sales.get(), 10, at(11, 20))
    held.sell("dan", 10, at(11, 21))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert given(cast, "dan", bonus="patience") == 403  # for an order that came back whole


def test_what_lapses_is_the_companys(held, cast):
    for month, year in ((11, 2026), (12, 2026)):
        after = at(month % 12 + 1, 2, year=year + month // 12)
        finish(cast, draft(f"{year}-{month:02d}", after), after)
    assert balances(cast.dan)["held"] == 0
    assert Transfer.objects.filter(key=f"lapse:2026-12:Both:patience:{cast.dan.number}", amount=403).exists()
    assert audit.everything() == []


def test_what_the_suspended_have_is_withheld_until_they_are_so_no_more(paid, cast):
    owed = balances(cast.eva)["payable"]
    Distributor.objects.filter(pk=cast.eva.pk).update(status="suspended")
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    assert (balances(cast.eva)["payable"], balances(cast.eva)["withheld"]) == (0, owed)
    assert audit.everything() == []
    Distributor.objects.filter(pk=cast.eva.pk).update(status="good")
    finish(cast, draft("2026-12", at(1, 2, year=2027)), at(1, 3, year=2027))
    assert (balances(cast.eva)["payable"], balances(cast.eva)["withheld"]) == (owed, 0)
    assert audit.everything() == []

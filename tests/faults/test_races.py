"""Two at once: one works, the other goes home. And the controls: without the lock or the key, both would."""

import threading
from contextlib import nullcontext, suppress
from unittest.mock import patch

import pytest
from django.db import IntegrityError, connection, connections

from commissions.models import Account, Period, Run, Transfer
from commissions.operations import correcting, estimates, ledger, partitions, periods, plans, runs, sealing
from commissions.queries import audit, guards
from commissions.queries.facts import one_view
from common.operations import jobs
from sales.models import Order
from tests.commissions.conftest import START, at, draft, finish, work
from tests.commissions.test_calendars import CLOVER

pytestmark = pytest.mark.django_db(transaction=True)
NOW = at(11, 2)


def race(*actions):
    """Run the actions at once, each in a thread of its own; what each returned or raised."""
    barrier, results = threading.Barrier(len(actions)), [None] * len(actions)

    def one(place, action):
        try:
            barrier.wait()
            results[place] = action()
        except Exception as error:  # noqa: BLE001 - the result of a race may be any error
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def approved(cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=NOW)
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=NOW)
    return Run.objects.select_related("period", "plan").get(pk=run.pk)


def test_of_four_who_close_one_does(october):
    results = race(*[lambda: periods.close(key="2026-10", by=None, now=NOW)] * 4)
    assert sum(isinstance(result, Run) for result in results) == 1
    assert sum(isinstance(result, periods.PeriodNotOpen) for result in results) == 3
    assert (Run.objects.count(), Period.objects.count()) == (1, 2)


def test_without_the_condition_the_constraints_still_stop_the_second(october, monkeypatch):
    """The control: nobody checks, and (where two may read at once) both have read before one writes."""
    looked = threading.Barrier(2)

    def both_look(key, period, now):
        with suppress(threading.BrokenBarrierError):
            looked.wait(timeout=1)

    monkeypatch.setattr(periods, "_check", both_look)
    results = race(*[lambda: periods.close(key="2026-10", by=None, now=NOW)] * 2)
    assert sum(isinstance(result, Run) for result in results) == 1


def test_a_payment_beside_a_close_counts_in_exactly_one_month(october):
    for _ in range(3):
        october.sell("eva", 1, at(10, 20))
    paid = lambda: october.sell("finn", 1, at(10, 30))  # noqa: E731
    race(lambda: periods.close(key="2026-10", by=None, now=NOW), paid, paid, paid)
    jobs.advance_due(now=NOW, owner="a test")
    run = Run.objects.get(kind="close")
    first, second = Period.objects.order_by("key")
    inside = Order.objects.filter(booked_at__gte=first.starts_at, booked_at__lt=first.ends_at).count()
    after = Order.objects.filter(booked_at__gte=second.starts_at).count()
    assert run.order_count == inside
    assert inside + after == Order.objects.count()


@pytest.mark.parametrize(("drawn", "other"), [("2026-W44", "2026-10"), ("2026-10", "2026-W44")])
def test_a_payment_beside_two_lines_counts_once_in_each_calendar(october, drawn, other):
    """A week and a month that end at different moments, their lines drawn at once, with payments between: what was
    computed is what the books say of the period, in either calendar."""
    week_too(october)
    paid = [lambda day=day: october.sell("finn", 1, at(10, day)) for day in (27, 29, 31)]
    race(*(lambda key=key: periods.close(key=key, by=None, now=NOW) for key in (drawn, other)), *paid)
    jobs.advance_due(now=NOW, owner="a test")
    assert Run.objects.filter(kind="close").count() == 2
    for run in Run.objects.filter(kind="close").select_related("period"):
        booked = Order.objects.filter(booked_at__gte=run.period.starts_at, booked_at__lt=run.period.ends_at)
        assert (run.state, run.order_count) == ("draft", booked.count())
    both_end = Period.objects.get(key="2026-W44").ends_at
    late = october.sell("finn", 1, at(10, 30))
    assert Order.objects.get(pk=late.pk).booked_at == both_end


def test_without_the_books_a_payment_slips_behind_the_weeks_line(october):
    """The control: the line is drawn and the books are not shut as far, as if each calendar had books of its own."""
    week_too(october)
    with patch.object(periods.books, "shut", lambda until: until):
        run = periods.close(key="2026-W44", by=None, now=NOW)
    jobs.advance_due(now=NOW, owner="a test")
    october.sell("finn", 1, at(10, 30))
    run.refresh_from_db()
    week = Period.objects.get(key="2026-W44")
    booked = Order.objects.filter(booked_at__gte=week.starts_at, booked_at__lt=week.ends_at)
    assert run.order_count == booked.count() - 1
    assert [problem for problem in audit.everything() if problem.startswith("P1")]


def week_too(shop):
    """A week is open beside October: from the 26th to 1 November, over the month's end."""
    plans.adopt(document=CLOVER, now=START)
    periods.open_first(key="2026-W44", now=at(10, 26))
    shop.sell("eva", 1, at(10, 28))


def test_of_three_who_compute_one_stores(october):
    run = periods.close(key="2026-10", by=None, now=NOW)
    results = race(*[lambda: runs.advance(run_id=run.pk, now=NOW)] * 3)
    assert results.count(True) == 1
    run.refresh_from_db()
    assert (run.state, run.item_count) == ("draft", run.items.count())


def test_of_three_who_seal_each_transfer_is_posted_once(october, cast):
    run = approved(cast)
    race(*[lambda: runs.advance(run_id=run.pk, now=NOW)] * 3)
    assert Transfer.objects.filter(key__startswith="comm:").count() == run.items.count()
    assert audit.everything() == []


@pytest.fixture
def two_to_post(october, cast):
    """A correction of October and November itself, both approved. Each takes back what came back of Finn's order, and
    neither was computed with the other in the books."""
    final = finish(cast, draft())
    order = cast.finn.sales.get()
    october.take_back(order, 3, at(11, 5))
    correction = correcting.ask(
        period_key="2026-10", plan_id=final.plan_id, reason="A test", evidence="Ticket 12",
        without_orders=[order.number], by=cast.users["paula"].pk, now=at(11, 10),
    )  # fmt: skip
    work(at(11, 10))
    november = draft("2026-11", at(12, 2))
    for run in (correction, november):
        run.refresh_from_db()
        runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=at(12, 3))
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=at(12, 3))
    return correction, november


@pytest.fixture
def posted(monkeypatch):
    """Two workers post two runs at once, and the states the runs are in then. Whoever has seen that nothing was posted
    since waits for the other to see it too; then the month goes first."""
    looked, month_is_posted, is_stale = threading.Barrier(2), threading.Event(), sealing.is_stale

    def look(*, run):
        stale = is_stale(run=run)
        with suppress(threading.BrokenBarrierError):
            looked.wait(timeout=1)
        if run.kind == "correct":
            month_is_posted.wait(timeout=2)
        return stale

    def post(run):
        runs.advance(run_id=run.pk, now=at(12, 4))
        if run.kind == "close":
            month_is_posted.set()

    def both(*two):
        race(*[lambda run=run: post(run) for run in two])
        for run in two:
            run.refresh_from_db()
        return sorted(run.state for run in two)

    monkeypatch.setattr(sealing, "is_stale", look)
    return both


def test_of_two_runs_that_post_at_once_the_second_sees_the_first(two_to_post, posted):
    assert posted(*two_to_post) in (["draft", "final"], ["draft", "posted"])
    assert [run.error for run in two_to_post if run.state == "draft"] == [sealing.STALE]
    assert audit.everything() == []


def test_without_the_turn_both_take_back_the_same(two_to_post, posted, monkeypatch):
    """The control: nothing makes the second wait. On SQLite that is the transaction, in which one writes at a time."""
    monkeypatch.setattr(sealing, "_take_turn", lambda: None)
    if connection.vendor == "sqlite":
        monkeypatch.setattr(sealing, "transaction", type("none", (), {"atomic": staticmethod(nullcontext)}))
        monkeypatch.setattr(sealing.trail, "at_the_end", nullcontext)
        # Outside a transaction the trail takes nothing.
        monkeypatch.setattr(sealing.trail, "write", lambda *_: None)
    assert posted(*two_to_post) == ["final", "posted"]
    assert [problem for problem in audit.everything() if problem.startswith("P3")]


def test_without_the_key_everybody_would_post(october, cast, monkeypatch):
    """The control: with keys that tell the two apart, both post, and the audit says so."""
    run = approved(cast)
    ledger.post_run(run=run, now=NOW)
    items = ledger._items

    def again(*how):
        query, parameters = items(*how)
        return query.replace("SELECT %s ||", "SELECT %s || 'again:' ||"), parameters

    monkeypatch.setattr(ledger, "_items", again)
    ledger.post_run(run=run, now=NOW)
    Run.objects.filter(pk=run.pk).update(state="final")
    assert any(problem.startswith("L4") for problem in audit.everything())


def test_posting_again_adds_nothing(october, cast):
    run = approved(cast)
    first = ledger.post_run(run=run, now=NOW)
    assert first > 0
    assert ledger.post_run(run=run, now=NOW) == 0
    assert audit.ledger() == []


def test_the_same_key_with_another_amount_is_refused(october, cast):
    run = approved(cast)
    ledger.post_run(run=run, now=NOW)
    payable = Account.objects.filter(kind="payable").first()
    known = Transfer.objects.filter(credit=payable).first()
    other = ledger.Entry(
        known.key, ledger.Owned("clearing", "2026-10"), ledger.Owned("payable", owner_id=payable.owner_id), 1
    )
    with pytest.raises(ledger.PostedOtherwise):
        ledger.post(entries=[other], into=ledger.Into(run.period_id, run.pk), currency="EUR", now=NOW)


def test_the_database_refuses_a_key_twice(october, cast):
    run = approved(cast)
    ledger.post_run(run=run, now=NOW)
    known = Transfer.objects.first()
    known.pk = None
    with pytest.raises(IntegrityError):
        known.save(force_insert=True)


def test_nothing_is_posted_when_the_ledger_contradicts_itself(october, cast):
    run = approved(cast)
    Account.objects.create(kind="expense", name="strange", currency="EUR", balance=5)
    with pytest.raises(sealing.BooksDoNotBalance):
        runs.advance(run_id=run.pk, now=NOW)
    assert Transfer.objects.count() == 0


def test_two_refreshes_leave_one_estimate(october):
    race(*[lambda: estimates.refresh(now=at(10, 20))] * 2)
    assert Run.objects.filter(state="estimate").count() == 1


@pytest.mark.services
def test_a_draft_that_goes_while_the_books_are_looked_at_is_no_contradiction(october):
    """The catalogue's own words for a trigger are of this moment, whatever moment the rest is read at: what is dropped
    meanwhile would look like a guard that says nothing, and stop all money."""
    run = draft()
    with one_view():
        assert f"commissions_line_run{run.pk}" in guards.guarded()
        assert race(lambda: partitions.drop(of={run.pk: partitions.OF_RUNS})) == [None]
        assert audit.final_rows_are_guarded() == []
    assert f"commissions_line_run{run.pk}" not in guards.guarded()
    assert audit.final_rows_are_guarded() == []

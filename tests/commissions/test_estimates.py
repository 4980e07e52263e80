"""The estimate: one engine, one estimate at a time, fresh after orders."""

from datetime import timedelta

import pytest

from commissions.models import Period, Run, Snapshot, StatementItem
from commissions.operations import estimates, periods, schedule
from common.models import Job
from tests.commissions.conftest import SIGNING, at, draft, finish, work
from tests.commissions.test_correcting import ask

pytestmark = pytest.mark.django_db
END = at(10, 31, 23)


def rows(run):
    return set(run.items.values_list("distributor", "bonus", "corrects_period", "amount", "line_count"))


def test_at_the_instant_of_closing_it_is_the_draft(october):
    estimate = estimates.refresh(now=END)
    expected, hashes = rows(estimate), (estimate.input_hash, estimate.output_hash, estimate.total)
    run = draft(now=END)
    assert rows(run) == expected
    assert (run.input_hash, run.output_hash, run.total) == hashes


def test_with_a_return_of_an_earlier_month_too(october, cast):
    finish(cast, draft())
    october.take_back(cast.finn.sales.get(), 3, at(11, 20))
    estimate = estimates.refresh(now=at(11, 30, 23))
    assert estimate.items.exclude(corrects_period="").exists()
    assert draft("2026-11", at(11, 30, 23)).output_hash == estimate.output_hash


def test_a_new_order_changes_it(october, cast):
    before = estimates.refresh(now=at(10, 20)).total
    october.sell("finn", 5, at(10, 21))
    assert estimates.refresh(now=at(10, 21)).total > before


def test_there_is_one_for_readers(october):
    for day in (20, 21, 22):
        estimates.refresh(now=at(10, day))
    assert Run.objects.filter(state="estimate").count() == 1


def test_only_the_one_before_is_kept_for_pages_being_read(october):
    for day in (20, 21, 22, 23):
        estimates.refresh(now=at(10, day))
    assert Run.objects.filter(kind="estimate").count() == 2
    assert StatementItem.objects.values("run").distinct().count() == 2
    assert Snapshot.objects.values("run").distinct().count() == 2


def test_a_paid_order_asks_for_it(october, django_capture_on_commit_callbacks):
    Job.objects.all().delete()
    with django_capture_on_commit_callbacks(execute=True):
        october.sell("eva", 1, at(10, 21))
        october.sell("eva", 1, at(10, 21))
    assert Job.objects.filter(kind="estimate", subject="2026-10", state="due").count() == 1


def test_asked_for_it_comes_in_a_moment(october):
    Job.objects.all().delete()
    assert estimates.request_refresh(now=at(10, 21))
    assert work(at(10, 21)) == 0
    assert work(at(10, 21) + timedelta(seconds=5)) == 1


# --- what it begins with has changed ------------------------------------------------------------------------


def waiting(key="2026-11"):
    return Job.objects.filter(kind="estimate", subject=key, state="due").count()


def test_a_run_that_becomes_final_asks_for_it(october, cast):
    run = draft()
    old = estimates.refresh(now=at(11, 2))
    assert waiting() == 0
    finish(cast, run)
    assert waiting() == 1
    work(SIGNING + timedelta(minutes=1))
    new = Run.objects.get(state="estimate")
    assert (new.period_id, new.number) == (old.period_id, old.number + 1)
    # Nobody had a rank to begin with before October was final.
    assert new.input_hash != old.input_hash
    assert new.input_hash == estimates.refresh(now=at(11, 4)).input_hash


def test_orders_that_come_meanwhile_wait_for_the_same(october, cast, django_capture_on_commit_callbacks):
    finish(cast, draft())
    with django_capture_on_commit_callbacks(execute=True):
        october.sell("eva", 1, at(11, 3))
    assert waiting() == 1


def test_one_that_waits_already_does_not_do(october, cast):
    """It may be taken up before the run is seen to be final."""
    run = draft()
    estimates.request_refresh(now=SIGNING)
    finish(cast, run)
    assert waiting() == 2


def test_a_run_that_is_not_final_after_all_asks_for_none(october, cast, monkeypatch):
    request = estimates.request_anew

    def broken_off(**given):
        request(**given)
        raise RuntimeError("Broken off")

    monkeypatch.setattr(estimates, "request_anew", broken_off)
    assert finish(cast, draft()).state == "approved"
    assert waiting() == 0


def test_a_correcting_run_that_is_posted_asks_for_it(october, cast):
    final = finish(cast, draft())
    october.take_back(cast.finn.sales.get(), 3, at(11, 5))
    work(at(11, 6))
    assert (Run.objects.get(state="estimate").seen_turn, waiting()) == (0, 0)
    asked = ask(cast, final, sponsors={cast.finn.number: cast.gus.number})
    finish(cast, asked, at(11, 11))
    assert waiting() == 1
    work(at(11, 11) + timedelta(minutes=1))
    estimate = Run.objects.get(state="estimate")
    # What comes back is taken off the month as it counts now.
    assert estimate.seen_turn == 1
    corrects = estimate.lines.filter(order_line__order__seller=cast.finn).values_list(
        "corrects__run", "corrects_run"
    )
    assert {run for pair in corrects for run in pair if run} == {asked.pk}
    assert draft("2026-11", at(11, 30, 23)).output_hash == estimate.output_hash


def test_an_old_one_is_due_again(october):
    estimates.refresh(now=at(10, 21))
    assert not estimates.request_if_old(now=at(10, 21) + timedelta(minutes=59))
    assert estimates.request_if_old(now=at(10, 21) + timedelta(minutes=61))


def test_it_goes_when_the_month_is_final(october, cast):
    estimates.refresh(now=at(10, 21))
    finish(cast, draft())
    assert not Run.objects.filter(kind="estimate", period__key="2026-10").exists()


def test_none_is_made_without_an_open_month(plan):
    assert estimates.refresh(now=at(10, 21)) is None


def test_none_is_kept_when_the_month_was_closed_meanwhile(october, monkeypatch):
    compute = estimates.computing.compute

    def closed_meanwhile(**given):
        Period.objects.update(state="closing")
        return compute(**given)

    monkeypatch.setattr(estimates.computing, "compute", closed_meanwhile)
    assert estimates.refresh(now=at(10, 21)) is None
    assert not Run.objects.exists()


# --- the clock ----------------------------------------------------------------------------------------------


def test_a_tick_closes_a_month_that_is_over(october):
    schedule.tick(now=at(11, 1, 0), owner="a test")
    run = Run.objects.get(kind="close")
    assert (run.state, run.prepared_by) == ("draft", None)


def test_a_tick_before_the_end_closes_nothing(october):
    schedule.tick(now=at(10, 31, 22), owner="a test")
    assert Period.objects.get().state == "open"


def test_a_clock_that_goes_back_closes_nothing_twice(october):
    schedule.tick(now=at(11, 1, 0), owner="a test")
    schedule.tick(now=at(10, 31, 22), owner="a test")
    schedule.tick(now=at(11, 1, 1), owner="a test")
    assert Run.objects.filter(kind="close").count() == 1


def test_after_two_months_off_both_are_closed(october):
    schedule.tick(now=at(12, 3), owner="a test")
    closing = Period.objects.filter(state="closing").order_by("key").values_list("key", flat=True)
    assert list(closing) == ["2026-10", "2026-11"]


def test_a_tick_without_a_plan_says_so_and_goes_on(cast, caplog):
    periods.open_first(key="2026-10", now=at(10, 1))
    schedule.tick(now=at(11, 3), owner="a test")
    assert "No compensation plan" in caplog.text
    assert Period.objects.get().state == "open"

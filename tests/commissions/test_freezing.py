"""What is wrong with the books stops money until a person has decided, and nothing else."""

from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from commissions.models import Account, BooksCheck, Freeze, Period, Run, Transfer
from commissions.operations import adjustments, checking, freezing, periods, runs, schedule
from commissions.operations.permissions import NotAllowed
from common.models import Job, Letter, Pulse
from tests.commissions.conftest import SIGNING, at, draft, finish, work
from tests.commissions.test_adjustments import ask
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db


def spoil():
    return Account.objects.create(kind="expense", name="strange", currency="EUR", balance=5)


@pytest.fixture
def frozen(october):
    spoil()
    checking.check(which="fast", now=at(10, 30))


def test_right_books_stop_nothing(october):
    found = checking.check(which="full", now=at(10, 30))
    assert found.problems == []
    assert not freezing.is_frozen()


def test_wrong_books_stop_money_and_say_how_much(frozen):
    assert freezing.is_frozen()
    assert any("strange says 5, its transfers 0" in one for one in Freeze.objects.get().problems)


def test_no_month_is_closed(frozen, cast):
    with pytest.raises(freezing.Frozen):
        periods.close(key="2026-10", by=None, now=at(11, 2))
    schedule.enqueue_due(now=at(11, 2))
    assert Period.objects.get().state == "open"


def test_no_run_is_approved(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=SIGNING)
    spoil()
    checking.check(which="fast", now=SIGNING)
    with pytest.raises(freezing.Frozen):
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=SIGNING)


def approved_and_frozen(cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=SIGNING)
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=SIGNING)
    wrong = spoil()
    checking.check(which="fast", now=SIGNING)
    work(SIGNING)
    return run, wrong


def test_nothing_is_posted_and_lifting_lets_it_go_on(october, cast):
    run, wrong = approved_and_frozen(cast)
    assert not Transfer.objects.exists()
    assert not Job.objects.filter(kind="run", state="failed").exists()
    Account.objects.filter(pk=wrong.pk).update(balance=0)
    freezing.lift(reason="A stray balance, set to nothing", by=cast.users["quinn"].pk, now=at(11, 4))
    work(at(11, 4))
    run.refresh_from_db()
    assert run.state == "final"


def test_without_the_question_it_would_be_posted(october, cast, monkeypatch):
    """The control: sealing that does not ask posts into books that are wrong elsewhere."""
    monkeypatch.setattr(freezing, "is_frozen", lambda: False)
    monkeypatch.setattr("commissions.queries.audit.ledger", list)
    approved_and_frozen(cast)
    assert Transfer.objects.exists()


def test_posting_into_wrong_books_stops_money(october, cast):
    run = draft()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=SIGNING)
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=SIGNING)
    spoil()
    work(SIGNING)
    assert freezing.is_frozen()
    assert not Transfer.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_is_posted_between_two_questions_is_no_contradiction(monkeypatch):
    names = ["first", "second"]
    opened = []

    def asks_twice():
        before = Account.objects.count()
        if not opened:
            opened.append(names.pop())
            elsewhere(lambda: Account.objects.create(kind="expense", name=opened[0], currency="EUR"))
        return [] if Account.objects.count() == before else ["L0 the books moved"]

    monkeypatch.setattr(checking.audit, "FAST", (asks_twice,))
    monkeypatch.setattr(checking.audit, "LATE", ())
    assert checking.check(which="fast", now=at(10, 30)).problems == []
    # The control: without one moment for both questions it would be told.
    opened.clear()
    assert asks_twice() == ["L0 the books moved"]


def elsewhere(act):
    """Done by somebody else, and kept."""

    def alone():
        act()
        connection.close()

    thread = Thread(target=alone)
    thread.start()
    thread.join()


def test_selling_goes_on(frozen, october):
    order = october.sell("eva", 2, at(10, 31))
    order.refresh_from_db()
    assert order.booked_at == at(10, 31)


def test_lifting_needs_the_right_and_a_reason(frozen, cast):
    with pytest.raises(NotAllowed):
        freezing.lift(reason="Because", by=cast.users["paula"].pk, now=at(10, 31))
    with pytest.raises(freezing.CannotLift):
        freezing.lift(reason="  ", by=cast.users["quinn"].pk, now=at(10, 31))
    assert freezing.is_frozen()


def test_what_was_decided_stops_nothing_again_but_news_do(frozen, cast):
    freezing.lift(reason="Known, harmless", by=cast.users["quinn"].pk, now=at(10, 31))
    checking.check(which="fast", now=at(10, 31))
    assert not freezing.is_frozen()
    Account.objects.create(kind="expense", name="another", currency="EUR", balance=7)
    checking.check(which="fast", now=at(10, 31))
    assert freezing.is_frozen()


def test_one_freeze_at_a_time_gathers_what_is_found(frozen):
    Account.objects.create(kind="expense", name="another", currency="EUR", balance=7)
    checking.check(which="fast", now=at(10, 31))
    assert any("another" in one for one in Freeze.objects.get().problems)


def test_late_work_is_told_and_stops_nothing(october):
    Pulse.objects.create(name="tick", at=at(10, 20))
    Letter.objects.create(key="a", content={}, due_at=at(10, 20), created_at=at(10, 20))
    Job.objects.create(
        kind="run",
        subject="7",
        state="running",
        due_at=at(10, 1),
        lease_until=at(10, 2),
        created_at=at(10, 1),
    )
    found = checking.check(which="fast", now=at(10, 30)).problems
    assert [one[:2] for one in found] == ["J1"] * 3
    assert not freezing.is_frozen()


def test_the_clock_asks_for_both_sets_and_a_close_for_the_full_one(october, cast):
    schedule.enqueue_due(now=at(10, 30))
    checking.request_if_old(now=at(10, 30))
    checking.request_if_old(now=at(10, 30))
    work(at(10, 30))
    assert sorted(BooksCheck.objects.values_list("which", flat=True)) == ["fast", "full"]
    checking.request_if_old(now=at(10, 30, 13))
    work(at(10, 30, 13))
    assert BooksCheck.objects.filter(which="fast").count() == 2
    finish(cast, draft())
    work(at(11, 4))
    assert BooksCheck.objects.filter(which="full").count() == 2


def test_the_command_keeps_and_tells(october, capsys):
    spoil()
    with pytest.raises(CommandError, match="things are wrong"):
        call_command("check_books", "--fast")
    assert "Money stands still" in capsys.readouterr().err
    assert BooksCheck.objects.get().problems


def test_the_page_shows_it_and_lifts_it(frozen, cast):
    page = cast.client("paula").get("/staff/books/").content.decode()
    assert "strange says 5" in page
    assert "Let money move again" not in page
    quinn = cast.client("quinn")
    assert "Say what was found out" in quinn.post("/staff/books/lift/", {"reason": " "}).content.decode()
    quinn.post("/staff/books/lift/", {"reason": "A stray account"})
    assert "A stray account" in quinn.get("/staff/books/").content.decode()
    assert not freezing.is_frozen()


def test_months_say_that_money_stands_still(frozen, cast):
    assert "Money stands still" in cast.client("paula").get("/staff/months/2026-10/").content.decode()


def test_somebody_may_have_it_checked_now(october, cast):
    cast.client("paula").post("/staff/books/check/")
    cast.client("paula").post("/staff/books/check/")
    assert Job.objects.filter(kind="check-books").count() == 1


def test_the_page_asks_no_more_for_more_checks(october, cast):
    client = cast.client("paula")
    checking.check(which="fast", now=at(10, 30))
    before = queries(lambda: client.get("/staff/books/"))
    for hour in range(5):
        checking.check(which="full", now=at(10, 30, hour))
    assert queries(lambda: client.get("/staff/books/")) == before


def test_an_adjustment_that_only_the_ledger_knows_is_found(october, cast):
    made = ask(cast)
    adjustments.approve(adjustment_id=made.pk, by=cast.users["quinn"].pk, now=at(10, 21))
    type(made).objects.filter(pk=made.pk).update(amount=1)
    assert any("L4 adj:" in one for one in checking.check(which="fast", now=at(10, 30)).problems)
    assert Run.objects.count() == 0

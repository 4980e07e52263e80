"""A small demo company from its files to closed months: what `make demo` does, in a few seconds."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from commissions.models import Adjustment, Period, Run, Transfer
from commissions.operations import runs, schedule
from commissions.operations.estimates import JOB
from common.models import Job, Letter
from common.operations import jobs
from demo import cast, logins, people, setup
from distributors import tree
from distributors.models import (
    Distributor,
    Document,
    NewsItem,
    Notice,
    PageVersion,
    Question,
    SponsorChange,
    User,
)
from sales.models import GuestOrder, Invoice, Order, ReturnRequest
from sales.operations.signals import booked
from tests.papertext import words_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

# The mark also makes sure that there is a test database for the fixture below to fill.
pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("demo_company")]


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker, tmp_path_factory):
    """One set-up for all tests of this file, rolled back at the end."""
    from django.db import transaction

    receivers, folder = list(booked.receivers), tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        patch.setattr(people, "DISTRIBUTORS", 260)
        patch.setattr(people, "CUSTOMERS", 200)
        patch.setattr(setup.settings, "MODE", "demo")
        with transaction.atomic():
            setup.set_up(folder=folder, now=NOW, say=lambda _: None)
            yield folder
            transaction.set_rollback(True)
    booked.receivers = receivers
    booked.sender_receivers_cache.clear()


def test_past_months_are_final_one_waits_and_the_last_is_open(company):
    closed = Period.objects.filter(state="closed").order_by("starts_at").values_list("key", flat=True)
    assert (len(closed), closed[0], closed[11]) == (12, "2025-10", "2026-09")
    assert Period.objects.get(state="closing").key == "2026-10"
    assert Period.objects.get(state="open").key == "2026-11"
    assert Run.objects.filter(kind="close", period__state="closed").exclude(state="final").count() == 0


def test_the_last_month_waits_for_whoever_looks(company):
    run = Run.objects.get(kind="close", period__key="2026-10")
    assert (run.state, run.total > 0, run.error) == ("draft", True, "")
    runs.review(run_id=run.pk, by=User.objects.get(email=cast.STAFF_PREPARER.email).pk, now=NOW)
    approver = User.objects.get(email=cast.STAFF_APPROVER.email)
    runs.approve(run_id=run.pk, by=approver.pk, typed_total=run.total, now=NOW)
    jobs.advance_due(now=NOW, owner="test")
    run.refresh_from_db()
    assert run.state == "final", run.error


def test_people_see_the_month_that_waits_as_an_estimate(company):
    browser = Client()
    browser.force_login(User.objects.get(email=cast.LEADER.email))
    page = browser.get("/earnings/2026-10/").content.decode()
    assert "October is over and is being checked" in page
    assert "October is over and is being checked." in browser.get("/").content.decode()
    assert "October, not final yet" in page
    paper = words_of(browser.get("/earnings/2026-10/statement.pdf").content)
    assert "October, not final yet" in paper
    assert "October is over and is being checked" in " ".join(paper.split())
    assert browser.get("/team/?month=2026-10").status_code == 200
    assert "Estimate, being closed" in browser.get("/earnings/").content.decode()


def test_nobody_is_sent_what_is_past(company):
    assert Notice.objects.filter(kind="statement").exists()
    schedule.tick(now=NOW + timedelta(minutes=1), owner="test")
    # Where the audit trail stands is sent once a day, whatever is past.
    assert not Letter.objects.exclude(key__startswith="trail:").exists()


def test_each_month_was_approved_by_another(company):
    pairs = set(Run.objects.filter(state="final").values_list("reviewed_by__email", "approved_by__email"))
    assert pairs == {(cast.STAFF_PREPARER.email, cast.STAFF_APPROVER.email)}
    assert Transfer.objects.exists()


def test_the_open_month_has_one_estimate(company):
    assert Run.objects.filter(kind="estimate", period__key="2026-11").count() == 1
    # Each month that became final asked for the next one's, which was closed by the time it was its turn.
    asked = Job.objects.filter(kind=JOB)
    assert not asked.filter(subject="2026-11").exists()
    assert not asked.exclude(state="done").exists()
    assert not Run.objects.filter(kind="estimate").exclude(period__key__in=["2026-10", "2026-11"]).exists()


def test_nobody_is_misplaced(company):
    assert Distributor.objects.count() == 260
    assert tree.problems() == []


def test_the_cast_can_sign_in(company):
    for role in cast.PORTAL:
        user = User.objects.get(email=role.email)
        assert user.check_password(logins.PASSWORD)
        assert user.emailaddress_set.get().verified


def test_the_disclosure_counts_everybody(company):
    figures = Document.objects.get(kind="disclosure").figures
    assert sum(band["people"] for band in figures["bands"]) == figures["people"] > 0


PAGES = {
    cast.LEADER: (
        "/sharing/invitations/", "/sharing/page/", "/news/", "/questions/", "/cart/", "/orders/?state=paid",
    ),
    cast.MEMBER: ("/sharing/invitations/", "/sharing/page/preview/", "/news/", "/questions/", "/cart/", "/orders/"),
    cast.NEWCOMER: ("/sharing/invitations/", "/sharing/page/", "/news/", "/questions/", "/orders/"),
    cast.CUSTOMER: ("/news/", "/questions/", "/cart/", "/orders/"),
}  # fmt: skip


@pytest.mark.parametrize("role", PAGES, ids=lambda role: role.email)
def test_no_page_of_the_cast_is_empty(company, role):
    browser = Client()
    browser.force_login(User.objects.get(email=role.email))
    empty = [
        path for path in (*PAGES[role], "/", "/notices/") if b'class="empty' in browser.get(path).content
    ]
    assert empty == []


def test_every_queue_of_the_desk_holds_something(company):
    assert PageVersion.objects.filter(state="waiting").exists()
    assert ReturnRequest.objects.filter(state="waiting").exists()
    assert Question.objects.filter(state="waiting").exists()
    assert SponsorChange.objects.filter(state="requested").exists()
    assert Adjustment.objects.filter(state="requested").exists()


def test_guests_have_bought_and_nothing_is_mailed_to_them_today(company):
    assert GuestOrder.objects.count() >= 8
    assert Invoice.objects.filter(order__guest__isnull=False).exists()
    assert not Letter.objects.filter(state="due").exists()


def test_again_changes_nothing(company):
    def counts():
        return [
            model.objects.count() for model in (User, Distributor, Order, Run, Transfer, Document, NewsItem)
        ]

    before = counts()
    setup.set_up(folder=company, now=NOW, say=lambda _: None)
    after = counts()
    assert after[:3] + after[4:] == before[:3] + before[4:]
    assert after[3] == before[3] + 1  # the estimate is made anew

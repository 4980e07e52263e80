"""Changes of sponsor and months: what counts from when, and that no line is drawn before them."""

import pytest
from django.contrib.auth.models import Permission

from commissions.models import Period, Snapshot
from commissions.operations import periods, sponsor_changes
from commissions.operations.sponsor_changes import CannotChange
from commissions.queries import plans as plan_queries
from common.models import Job
from common.operations import jobs
from distributors.models import Distributor, SponsorChange
from distributors.operations import sponsorship
from tests.commissions.conftest import PLAN, at
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
NOW = at(10, 20)


@pytest.fixture
@remembered
def staff(october, cast):
    rights = Permission.objects.filter(codename__in=["request_sponsor_change", "approve_sponsor_change"])
    for name in ("paula", "quinn"):
        cast.users[name].user_permissions.add(*rights)
    return cast


def ask(cast, month, *, who="eva", under="gus"):
    return sponsor_changes.request(
        number=cast.people[who].number,
        sponsor_number=cast.people[under].number if under else "",
        month=month,
        reason="Both asked for it in writing",
        by=cast.users["paula"].pk,
        now=NOW,
    )


def approve(cast, change_id, now=NOW):
    sponsor_changes.approve(change_id=change_id, by=cast.users["quinn"].pk, now=now)


def close(key, now):
    run = periods.close(key=key, by=None, now=now)
    jobs.advance_due(now=now, owner="a test")
    return run


def sponsor_in(run, person):
    return Snapshot.objects.values_list("sponsor_id", flat=True).get(run=run, distributor=person)


def test_the_open_month_and_the_next_ones_are_offered(staff):
    assert [month.key for month in sponsor_changes.beginnings()] == [
        "2026-10",
        "2026-11",
        "2026-12",
        "2027-01",
    ]


@pytest.mark.parametrize("month", ["2026-09", "2027-06", "", "2026-13"])
def test_no_other_month_is(staff, month):
    with pytest.raises(CannotChange) as refusal:
        ask(staff, month)
    assert refusal.value.field == "month"


def test_without_an_open_month_nothing_is_asked_for(staff):
    Period.objects.update(state="closed")
    with pytest.raises(CannotChange):
        ask(staff, "2026-10")


def test_a_month_that_is_closed_late_has_the_tree_it_had(staff):
    approve(staff, ask(staff, "2026-11"))
    jobs.advance_due(now=at(11, 2), owner="a test")
    assert Distributor.objects.get(pk=staff.eva.pk).sponsor_id == staff.gus.pk
    first, second = close("2026-10", at(11, 20)), close("2026-11", at(12, 2))
    assert sponsor_in(first, staff.eva) == staff.dan.pk
    assert sponsor_in(second, staff.eva) == staff.gus.pk


def test_a_change_of_the_open_month_counts_in_it(staff):
    approve(staff, ask(staff, "2026-10"))
    assert sponsor_in(close("2026-10", at(11, 2)), staff.eva) == staff.gus.pk


def test_a_change_for_a_month_that_was_closed_meanwhile_is_not_approved(staff):
    change = ask(staff, "2026-10")
    close("2026-10", at(11, 2))
    with pytest.raises(CannotChange, match="closed"):
        approve(staff, change, now=at(11, 3))
    assert Distributor.objects.get(pk=staff.eva.pk).sponsor_id == staff.dan.pk


def test_closing_first_does_the_moves_whose_jobs_are_late(staff):
    approve(staff, ask(staff, "2026-11"))
    Job.objects.filter(kind=sponsorship.JOB).delete()
    close("2026-10", at(11, 2))
    assert Distributor.objects.get(pk=staff.eva.pk).sponsor_id == staff.dan.pk
    assert sponsor_in(close("2026-11", at(12, 2)), staff.eva) == staff.gus.pk


def test_without_that_the_line_is_not_drawn(staff, monkeypatch):
    monkeypatch.setattr("distributors.operations.sponsorship.apply_until", lambda moment, now: None)
    change = ask(staff, "2026-10")
    SponsorChange.objects.filter(pk=change).update(
        state="approved", decided_by=staff.users["quinn"], decided_at=NOW
    )
    with pytest.raises(periods.PeopleMoving):
        periods.close(key="2026-10", by=None, now=at(11, 2))
    assert Period.objects.get().state == "open"


def test_a_team_moves_up_where_the_plan_says_so(staff):
    Distributor.objects.filter(pk=staff.eva.pk).update(status="left")
    with pytest.raises(CannotChange, match="keeps the place"):
        ask(staff, "2026-10", under=None)


def test_where_it_says_so_the_team_moves(staff, monkeypatch):
    monkeypatch.setattr("commissions.queries.plans.who_leaves", lambda version: "team_moves_up")
    Distributor.objects.filter(pk=staff.eva.pk).update(status="left")
    approve(staff, ask(staff, "2026-10", under=None))
    assert Distributor.objects.get(pk=staff.finn.pk).sponsor_id == staff.dan.pk


def test_the_rule_is_read_from_the_document(plan):
    assert "who_leaves: stays_as_a_gap" in PLAN.read_text()
    assert plan_queries.who_leaves(version=plan) == "stays_as_a_gap"

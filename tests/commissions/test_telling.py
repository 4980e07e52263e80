"""Statements that are ready, people at risk, people close to a rank: told once, each in a statement or a few."""

import pytest

from commissions.models import Snapshot
from commissions.operations import estimates, telling
from commissions.queries import near
from common.models import Job
from distributors.models import Notice
from distributors.operations import notice_choices
from distributors.operations.notice_choices import Choice
from sales.operations import orders
from tests.commissions.conftest import at, draft, finish, work
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
IN_TIME, TOO_EARLY = at(11, 26), at(11, 24)


def told(kind):
    rows = Notice.objects.filter(kind=kind).order_by("user__email")
    return {email.partition("@")[0]: number for email, number in rows.values_list("user__email", "number")}


def make_final(cast):
    run = finish(cast, draft())
    work(at(11, 4))
    return run


def tick(now):
    telling.request(now=now)
    work(now)


@pytest.fixture
@remembered
def november(october, cast):
    """October is final, and November is open with its estimate; only Dan has sold enough in it."""
    finish(cast, draft())
    october.sell("dan", 4, at(11, 10))
    estimates.refresh(now=at(11, 20))
    return october


def test_everybody_who_was_paid_is_told_that_the_statement_is_ready(october, cast):
    run = make_final(cast)
    amounts = dict(run.items.order_by().values_list("distributor__profile__given_name", "amount"))
    assert amounts["Ben"] > 0
    found = told("statement")
    assert set(found) >= {name.lower() for name in amounts}
    sums = {}
    for name, amount in run.items.values_list("distributor__profile__given_name", "amount"):
        sums[name.lower()] = sums.get(name.lower(), 0) + amount
    assert {name: found[name] for name in sums} == sums


def test_not_before_it_is_final(october):
    draft()
    assert told("statement") == {}


def test_told_once_however_often_it_is_done(october, cast):
    run = make_final(cast)
    before = Notice.objects.count()
    assert telling.statements_ready(run=run, now=at(11, 9)) == 0
    assert Notice.objects.count() == before


def test_without_the_key_everybody_would_be_told_again(october, cast):
    """The control."""
    run = make_final(cast)
    before = Notice.objects.filter(kind="statement").count()
    run.period.key = "another"
    assert telling.statements_ready(run=run, now=at(11, 9)) == before


def test_what_is_not_final_after_all_is_not_told_either(october, cast, monkeypatch):
    """Notices and FINAL are one transaction."""
    monkeypatch.setenv("FAILPOINT", "seal.notifying:raise")
    run = make_final(cast)
    assert (run.state, run.stage) == ("approved", "notify")
    assert told("statement") == {}


def test_parts_reach_the_same_people(october, cast, monkeypatch):
    monkeypatch.setattr(telling, "AT_ONCE", 2)
    run = make_final(cast)
    assert Notice.objects.filter(kind="statement").count() == Snapshot.objects.filter(run=run).count() - 1


def test_whose_active_status_is_at_risk_is_told_five_days_before_the_end(november):
    tick(TOO_EARLY)
    assert told("at_risk") == {}
    tick(IN_TIME)
    assert set(told("at_risk")) == {"ana", "ben", "cleo", "eva", "finn", "gus"}
    assert told("at_risk")["eva"] == 10_000
    tick(IN_TIME.replace(hour=14))
    assert Notice.objects.filter(kind="at_risk").count() == 6


def test_not_those_who_sold_enough_meanwhile(november):
    november.sell("eva", 4, at(11, 22))
    estimates.refresh(now=at(11, 23))
    tick(IN_TIME)
    assert "eva" not in told("at_risk")


def test_a_short_period_has_no_five_days(november, monkeypatch):
    from datetime import timedelta

    monkeypatch.setattr(telling, "LONG_ENOUGH", timedelta(days=40))
    tick(IN_TIME)
    assert not Job.objects.filter(kind=telling.JOB, subject__startswith="risk").exists()


def test_those_above_hear_of_who_is_close_to_a_rank(november, cast, monkeypatch):
    run = telling._estimate("2026-11")
    found = near.close_to_a_rank(run_id=run.pk)
    assert set(found.person_ids.tolist()) == by_hand(run)
    eva = cast.eva.pk

    def close(*, run_id):
        import numpy as np

        return near.Close(person_ids=np.array([eva]), ranks=np.array([1]), labels=found.labels)

    monkeypatch.setattr(near, "close_to_a_rank", close)
    wanted = {"near_deeper": Choice(in_portal=True, by_mail=False)}
    notice_choices.choose(user_id=cast.users["cleo"].pk, choices=wanted, rhythm="at_once", now=at(11, 20))
    tick(at(11, 24))
    assert (told("near"), told("near_deeper")) == ({"dan": 1}, {"cleo": 2})
    tick(at(11, 25))
    assert Notice.objects.filter(kind="near").count() == 1
    page = cast.client("dan").get("/notices/").content.decode()
    assert f"Eva Vermeer is close to {found.labels[1]} in November 2026" in page


def by_hand(run):
    """The same, one person at a time."""
    from commissions.queries import plans

    ladder, close = plans.parsed(version=run.plan).ladder, set()
    for row in Snapshot.objects.filter(run=run, standing=0):
        at_column = sum(len(rank.requirements) for rank in ladder[: row.rank + 1])
        following = ladder[row.rank + 1].requirements if row.rank + 1 < len(ladder) else ()
        pairs = list(zip(row.have[at_column:], [one.need for one in following], strict=False))
        if pairs and all(have * 5 >= need * 4 for have, need in pairs) and any(h < n for h, n in pairs):
            close.add(row.distributor_id)
    return close


def test_a_buyer_is_told_when_the_order_leaves(october, cast):
    order = october.sell("eva", 1, at(10, 20))
    assert orders.ship(order_id=order.pk, now=at(10, 21))
    assert not orders.ship(order_id=order.pk, now=at(10, 22))
    assert told("shipped") == {"eva": None}
    assert Notice.objects.get(kind="shipped").reference == order.number


def test_a_buyer_without_a_login_is_not(october):
    order = october.sell("eva", 1, at(10, 20), customer=True)
    orders.ship(order_id=order.pk, now=at(10, 21))
    assert set(told("shipped")) <= {"ivo"}

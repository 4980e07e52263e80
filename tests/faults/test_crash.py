"""A close that is broken off at any point and taken up again ends as if nothing had happened."""

import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from commissions.models import Account, Line, Period, Promotion, Run, Snapshot, StatementItem, Transfer
from commissions.operations import estimates, periods, runs
from commissions.queries import audit
from common.models import Job
from common.operations import jobs
from common.operations.failpoints import Broken
from tests.commissions.conftest import at

ROOT = Path(__file__).resolve().parents[2]
CLOSE = ["close.drawn", "close.opened", "close.enqueued"]
RUN = ["run.compute", "run.check", "run.store", "run.storing", "run.review"]
SEAL = ["seal.posting", "seal.posted", "seal.promoting"]


def books():
    """Everything a month leaves, by business keys and numbers, without keys of the database and moments."""
    return {
        "periods": sorted(Period.objects.values_list("key", "state")),
        "runs": sorted(
            Run.objects.filter(kind="close").values_list(
                "number", "state", "total", "input_hash", "output_hash"
            )
        ),
        "items": sorted(
            StatementItem.objects.values_list("distributor__number", "bonus", "amount", "line_count")
        ),
        "lines": sorted(
            Line.objects.values_list(
                "distributor__number", "bonus", "order_line__order__number", "whole", "micro"
            )
        ),
        "snapshots": sorted(
            Snapshot.objects.values_list("distributor__number", "rank", "title", "own_volume")
        ),
        "transfers": sorted(Transfer.objects.values_list("key", "amount", "debit__kind", "credit__kind")),
        "balances": sorted(Account.objects.values_list("kind", "name", "owner__number", "balance"), key=str),
        "promotions": sorted(Promotion.objects.values_list("distributor__number", "rank")),
    }


def walk(cast, now):
    """From an open October to a final one, from wherever it stands."""
    period = Period.objects.get(key="2026-10")
    if period.state == "open":
        periods.close(key="2026-10", by=None, now=now)
    jobs.advance_due(now=now, owner="the next")
    run = Run.objects.get(kind="close")
    if run.state == "draft":
        runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=now)
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=now)
    jobs.advance_due(now=now, owner="the next")


@pytest.mark.django_db
@pytest.mark.parametrize("place", [*CLOSE, *RUN, *SEAL])
def test_raised_at_any_point_it_ends_the_same(october, cast, monkeypatch, place, request):
    monkeypatch.setenv("FAILPOINT", f"{place}:raise")
    try:
        walk(cast, at(11, 2))
    except Broken:
        assert place in CLOSE
    assert not Period.objects.filter(key="2026-10", state="closed").exists()
    monkeypatch.delenv("FAILPOINT")
    walk(cast, at(11, 2) + timedelta(hours=1))
    assert Period.objects.get(key="2026-10").state == "closed"
    assert audit.everything() == []
    assert books() == undisturbed(request)


def undisturbed(request):
    """The books of the same month without any accident, kept from the first time it was walked."""
    return request.session.stash.setdefault(UNDISTURBED, None) or _walk_anew(request)


UNDISTURBED = pytest.StashKey[dict]()


def _walk_anew(request):
    from django.db import transaction

    found = {}
    try:
        with transaction.atomic():
            _forget()
            walk(request.getfixturevalue("cast"), at(11, 2))
            found = books()
            raise Broken("undo")
    except Broken:
        request.session.stash[UNDISTURBED] = found
    return found


def _forget():
    """Back to an open October, as far as the books go. Only a test may do this."""
    from commissions.operations import guards
    from distributors.models import Distributor

    guards.lift()
    for model in (Transfer, Account, Promotion, Line, StatementItem, Snapshot, Run, Job):
        model.objects.all().delete()
    Period.objects.exclude(key="2026-10").delete()
    Period.objects.update(state="open", closed_at=None, line_drawn_at=None)
    Distributor.objects.update(career_rank="Partner")
    # The books are checked on the way, and money stands still where a guard is missing.
    guards.install()


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["estimate.computed", "estimate.replacing"])
def test_a_broken_refresh_leaves_the_estimate_before(october, monkeypatch, place):
    before = estimates.refresh(now=at(10, 20))
    october.sell("eva", 1, at(10, 21))
    monkeypatch.setenv("FAILPOINT", f"{place}:raise")
    with pytest.raises(Broken):
        estimates.refresh(now=at(10, 22))
    assert Run.objects.get(state="estimate").pk == before.pk
    assert before.items.exists()


# --- killed for good: a process of its own on the committed database ------------------------------------------


def _environment(**more):
    name = str(connection.settings_dict["NAME"])
    url = f"sqlite:///{name}"
    if connection.vendor == "postgresql":
        url = re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"])
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": "", **more}


def _work_in_a_process(**more):
    """One look of a runner; its clock is the real one, so what is due by then is done."""
    command = [sys.executable, "manage.py", "runner", "--once"]
    return subprocess.run(command, cwd=ROOT, env=_environment(**more), capture_output=True, timeout=120)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["run.check", "run.storing", "seal.posting", "seal.posted"])
def test_killed_at_a_point_it_ends_the_same(october, cast, place):
    past = at(11, 2)
    run = periods.close(key="2026-10", by=None, now=past)
    if place.startswith("seal"):
        jobs.advance_due(now=past, owner="a test")
        run.refresh_from_db()
        runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=past)
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=past)
    killed = _work_in_a_process(FAILPOINT=f"{place}:kill")
    assert killed.returncode == -9, killed.stderr.decode()[-2000:]
    # Its lease has to run out before somebody else may go on.
    assert Job.objects.filter(kind="run", state="running").update(lease_until=past)
    assert _work_in_a_process().returncode == 0
    run.refresh_from_db()
    if not place.startswith("seal"):
        assert run.state == "draft"
    walk(cast, run.started_at + timedelta(days=4000))
    run.refresh_from_db()
    assert (run.state, run.total) == ("final", sum(run.items.values_list("amount", flat=True)))
    assert Transfer.objects.filter(key__startswith="comm:").count() == run.items.count()
    assert audit.ledger() == []

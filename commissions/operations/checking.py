"""The books set against themselves on a schedule and around closes; what is wrong with money stops it."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Max, Sum

from commissions.core.facts import FactsError
from commissions.models import BooksCheck, Transfer
from commissions.operations import freezing, recomputing
from commissions.operations.computed_again import FactsChanged
from commissions.queries import audit, audit_final
from commissions.queries.facts import one_view
from common.operations import jobs
from common.queries import jobs as job_rows
from common.queries import trail

JOB = "check-books"
FAST, FULL = BooksCheck.Set.FAST, BooksCheck.Set.FULL
EVERY = {FAST: timedelta(minutes=10), FULL: timedelta(days=1)}
KEPT = timedelta(days=90)


def check(*, which: str, now: datetime) -> BooksCheck:
    """Run a set of checks, keep what it found, and freeze money when something is wrong with it.

    Trouble with jobs (J) is kept and shown, and stops nothing: it costs time, not money.
    """
    began = time.monotonic()
    # Counted before it is looked at: what is posted meanwhile is for the next check to count.
    figures = _figures()
    problems = _at_one_moment(lambda: _full(now) if which == FULL else audit.fast(now=now))
    found = BooksCheck.objects.create(
        which=which,
        at=now,
        milliseconds=round((time.monotonic() - began) * 1000),
        problems=problems,
        **figures,
    )
    freezing.freeze(check=found, problems=[one for one in problems if not one.startswith("J")], now=now)
    # What froze money is kept for good; of the rest the last months.
    old = BooksCheck.objects.filter(at__lt=now - KEPT, problems=[])
    old.exclude(pk=found.pk).delete()
    return found


def _at_one_moment(look: Callable[[], list[str]]) -> list[str]:
    """What is wrong with the books where nothing is posted between two questions: that is no contradiction.

    On PostgreSQL each check takes care of it (audit). On SQLite nobody can write while a transaction looks, so there it
    is done only where a first look found something.
    """
    found = look()
    if not found or connection.vendor == "postgresql":
        return found
    with one_view():
        return look()


def _full(now: datetime) -> list[str]:
    """Everything; and of a month whose snapshots are not those that were computed, the first that differs."""
    problems = audit.everything(now=now)
    if not any(problem.startswith(audit_final.CHANGED) for problem in problems):
        return problems
    return problems + [said for key in audit_final.changed_snapshots() if (said := _first_difference(key))]


def _first_difference(key: str) -> str:
    try:
        found = recomputing.again(period_key=key)
    except (FactsError, FactsChanged) as error:
        return f"P4 {key} cannot be computed again: {error}"
    return f"P4 {key}: {found.first}" if found.first else ""


def request(*, which: str, now: datetime) -> bool:
    """Make a check due now; False when one is waiting already."""
    if job_rows.is_waiting(kind=JOB, subject=which):
        return False
    return jobs.enqueue(kind=JOB, subject=which, due_at=now, now=now)


def request_if_old(*, now: datetime) -> None:
    """Make the fast set due every ten minutes and the full one every day."""
    for which, age in EVERY.items():
        if not BooksCheck.objects.filter(which=which, at__gt=now - age).exists():
            request(which=which, now=now)
    jobs.forget(kind=JOB, before=now - timedelta(days=1))


def _figures() -> dict[str, int | Decimal | str]:
    found = Transfer.objects.aggregate(count=Count("pk"), last=Max("pk"))
    last = found["last"] or 0
    total = Transfer.objects.filter(pk__lte=last).aggregate(total=Sum("amount"))["total"]
    head = trail.head()
    return {
        "trail_number": head.number,
        "trail_hash": head.hash,
        "transfer_count": found["count"],
        "last_transfer": last,
        "transfer_sum": Decimal(total or 0),
    }

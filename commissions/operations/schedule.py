"""What the clock makes due. It may be asked once a minute, twice at once, or again after two days."""

import logging
from datetime import datetime, timedelta

from commissions.models import Calendar, Period, Run
from commissions.operations import (
    anchoring,
    checking,
    estimates,
    freezing,
    partitions,
    periods,
    readying,
    runs,
    telling,
    tidying,
)
from commissions.operations.due import JOB, make_due
from commissions.queries.plans import NoPlanInForce
from common.operations import jobs, outbox, pulses
from common.queries import jobs as job_rows
from distributors.operations import leaving, leg_volumes, notice_mail, tree_care
from distributors.operations import telling as joined

TICK = "tick"
A_DAY = timedelta(days=1)
log = logging.getLogger(__name__)


def tick(*, now: datetime, owner: str) -> int:
    """Make due what the clock asks for, and work on what is due; how many jobs were worked on."""
    pulses.beat(name=TICK, now=now)
    enqueue_due(now=now)
    checking.request_if_old(now=now)
    joined.request(now=now)
    telling.request(now=now)
    notice_mail.request(now=now)
    leaving.request(now=now)
    anchoring.request(now=now)
    outbox.request(now=now)
    leg_volumes.request(now=now)
    tree_care.request(now=now)
    partitions.sweep()
    tidying.sweep()
    return jobs.advance_due(now=now, owner=owner)


def enqueue_due(*, now: datetime) -> None:
    """Close each calendar's open period if its end has passed (the next too, if that is over as well); keep the
    estimates fresh."""
    for calendar in Calendar.values:
        _close_due(calendar, now)
    _pick_up(now)
    _keep_fresh(now)


def _close_due(calendar: str, now: datetime) -> None:
    """What keeps one calendar from being closed leaves the other alone."""
    try:
        while key := _over(calendar, now):
            periods.close(key=key, by=None, now=now)
    except freezing.Frozen as error:
        log.warning("%s", error)
    except NoPlanInForce as error:
        log.warning("%s", error)
    except periods.CannotClose as error:
        # Somebody else was first.
        log.info("%s", error)


def _pick_up(now: datetime) -> None:
    """A run that is to be worked on and has no job any more (a row somebody deleted, a table put back from an older
    copy) gets one. A job that was given up is left to the people who see it."""
    stages = [Run.State.COMPUTING, Run.State.APPROVED]
    for pk in Run.objects.filter(state__in=stages).values_list("pk", flat=True):
        if not job_rows.is_unfinished(kind=JOB, subject=str(pk)):
            log.warning("Run %s had no job; it has one again", pk)
            make_due(run_id=pk, now=now)


def _keep_fresh(now: datetime) -> None:
    try:
        estimates.request_if_old(now=now)
        for kind in (estimates.JOB, readying.JOB):
            jobs.forget(kind=kind, before=now - A_DAY)
    except NoPlanInForce as error:
        log.warning("%s", error)


def _over(calendar: str, now: datetime) -> str | None:
    over = Period.objects.filter(calendar=calendar, state=Period.State.OPEN, ends_at__lte=now)
    return over.values_list("key", flat=True).first()


def advance_run(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs about runs: `subject` is the run's key."""
    runs.advance(run_id=int(subject), now=now, progress=progress)
    return False


def run_given_up(*, subject: str, now: datetime, error: str) -> None:
    """A run whose computing was given up has failed: it can be computed again as a new draft."""
    runs.fail(run_id=int(subject), error=error.strip().splitlines()[-1], now=now)


def refresh_estimate(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs about estimates. A period that was closed meanwhile needs none: its runs say more."""
    estimates.refresh(now=now, key=subject, progress=progress)
    return False


def check_books(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs that check the books: `subject` is the set."""
    progress(subject, 0, 1)
    checking.check(which=subject, now=now)
    return False


def make_ready(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of jobs that make ready what pages of great teams need of a run: `subject` is the run's key."""
    readying.make_ready(run_id=int(subject))
    return False

"""What is due. The row is the truth; a message to a broker only says "look again".

Somebody enqueues a job in the same transaction as the change that makes it due. A worker claims it by a conditional
update and owns it while its lease runs; it works in steps, each of which commits its own effect. Whoever
finds an expired lease goes on at the step that was not done. A handler must bear running zero, one or nine times.
"""

import logging
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from django.db import Error, IntegrityError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Q

from common.models import Job
from common.operations import pace

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MOST_ATTEMPTS = 5
PAUSE = timedelta(seconds=2)
LONGEST_ERROR = 4000
# Between two notes of how many are done; seconds.
OFTEN = 0.5


class UnknownKind(LookupError):
    """No handler is registered for this kind of job."""


class LeaseLost(RuntimeError):
    """Somebody else took the job over: stop, and write nothing more."""


class Progress(Protocol):
    """Says how far a job has come: its stage, and how many of how many are done."""

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None: ...


class Watch(Protocol):
    """Is told the progress: stage, done, total."""

    def __call__(self, stage: str, done: int, total: int) -> None: ...


class Handler(Protocol):
    """Does one step of the job about `subject`; True when more is to do. The step commits its own effect."""

    def __call__(self, *, subject: str, now: datetime, progress: Progress) -> bool: ...


class GivenUp(Protocol):
    """Is told that a job was given up, and why."""

    def __call__(self, *, subject: str, now: datetime, error: str) -> None: ...


_handlers: dict[str, Handler] = {}
_mourners: dict[str, GivenUp] = {}
_wakers: list[Callable[[timedelta], None]] = []


def register(*, kind: str, handler: Handler, given_up: GivenUp | None = None) -> None:
    """Tell who handles a kind of job, and who is told when one is given up. Done once, when an app is ready."""
    _handlers[kind] = handler
    if given_up is not None:
        _mourners[kind] = given_up


def wake_with(*, waker: Callable[[timedelta], None]) -> None:
    """Tell how workers are woken after a commit, after a while. Nothing depends on it: the next tick looks anyway."""
    if waker not in _wakers:
        _wakers.append(waker)


def enqueue(*, kind: str, subject: str, due_at: datetime, now: datetime) -> bool:
    """Make a job due. False when this very job (kind, subject, due moment) is there already.

    Call it in the transaction that makes it due. Raises UnknownKind.
    """
    _handler_of(kind)
    job = Job(kind=kind, subject=subject, due_at=due_at, created_at=now)
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        return False
    transaction.on_commit(partial(wake, after=max(due_at - now, timedelta())), robust=True)
    return True


def claim(*, job_id: int, owner: str, now: datetime) -> bool:
    """Take a job that is due, or whose owner's lease has run out. False when somebody else was first."""
    free = Q(state=Job.State.DUE) & (Q(lease_until__isnull=True) | Q(lease_until__lte=now))
    orphaned = Q(state=Job.State.RUNNING, lease_until__lte=now)
    mine = Job.objects.filter(free | orphaned, pk=job_id, due_at__lte=now, attempts__lt=MOST_ATTEMPTS)
    return bool(
        mine.update(state=Job.State.RUNNING, owner=owner, lease_until=now + LEASE, attempts=F("attempts") + 1)
    )


def advance_due(*, now: datetime, owner: str, limit: int = 100) -> int:
    """Work on whatever is due, one job after the other, and return how many were worked on.

    A job that raises is tried again after a pause, five times in all; then it is FAILED and keeps its error. It never
    keeps the others from their turn.
    """
    _bury(now)
    worked = 0
    for job_id in _due(now, limit):
        if claim(job_id=job_id, owner=owner, now=now):
            work(job_id=job_id, owner=owner, now=now)
            worked += 1
    return worked


def work(*, job_id: int, owner: str, now: datetime, watch: Watch | None = None) -> bool:
    """Do a claimed job to its end; True when it is done. `watch` is told the progress too."""
    job = Job.objects.get(pk=job_id)
    hold = _Hold(job_id, owner, now, watch)
    try:
        handler = _handler_of(job.kind)
        with pace.heard_by(hold):
            while handler(subject=job.subject, now=hold.moment(), progress=hold):
                # A finished step is a checkpoint: what follows has five attempts of its own.
                hold.keep(attempts=1)
    except LeaseLost:
        log.warning("%s was taken over by somebody else", job)
        return False
    except Exception as error:  # noqa: BLE001 - a job may raise anything; the others must have their turn
        hold.fail(error)
        return False
    finally:
        hold.hang_up()
    return hold.finish()


def work_on(*, kind: str, subject: str, owner: str, now: datetime, watch: Watch | None = None) -> bool:
    """Do the job of this kind about this subject here, if it is due and nobody else has it; True when it is done."""
    job = Job.objects.filter(kind=kind, subject=subject).order_by("-due_at", "-pk").first()
    if job is None or not claim(job_id=job.pk, owner=owner, now=now):
        return False
    return work(job_id=job.pk, owner=owner, now=now, watch=watch)


def retry(*, job_id: int, now: datetime) -> bool:
    """Give a FAILED job five more attempts. False when it has not failed."""
    failed = Job.objects.filter(pk=job_id, state=Job.State.FAILED)
    again = failed.update(state=Job.State.DUE, attempts=0, lease_until=None, owner="", finished_at=None)
    transaction.on_commit(wake, robust=True)
    return bool(again)


def forget(*, kind: str, before: datetime) -> int:
    """Delete the jobs of a kind that were done before a moment; what failed is kept. How many went."""
    gone, _ = Job.objects.filter(kind=kind, state=Job.State.DONE, finished_at__lt=before).delete()
    return gone


def wake(*, after: timedelta = timedelta()) -> None:
    """Wake the workers, if there is a way to. A broker that does not answer is logged and otherwise ignored."""
    for waker in _wakers:
        try:
            waker(after)
        except Exception as error:  # noqa: BLE001 - whatever a broker's client raises
            log.warning("Nobody could be woken, the next tick will look: %s", error)


def _handler_of(kind: str) -> Handler:
    if kind not in _handlers:
        raise UnknownKind(f"Nobody handles jobs of the kind {kind!r}")
    return _handlers[kind]


def _due(now: datetime, limit: int) -> list[int]:
    waiting = Job.objects.filter(due_at__lte=now, attempts__lt=MOST_ATTEMPTS).filter(
        Q(state=Job.State.DUE), Q(lease_until__isnull=True) | Q(lease_until__lte=now)
    )
    orphaned = Job.objects.filter(
        state=Job.State.RUNNING, lease_until__lte=now, attempts__lt=MOST_ATTEMPTS, due_at__lte=now
    )
    return list((waiting | orphaned).order_by("due_at", "pk").values_list("pk", flat=True)[:limit])


def _bury(now: datetime) -> None:
    """Workers that died over a job five times did not live to say that it failed."""
    error = "Every worker that tried it ended without a word."
    left = Job.objects.filter(state=Job.State.RUNNING, lease_until__lte=now, attempts__gte=MOST_ATTEMPTS)
    for job in list(left):
        if left.filter(pk=job.pk).update(state=Job.State.FAILED, finished_at=now, error=error):
            _mourn(job, now, error)


def _mourn(job: Job, now: datetime, error: str) -> None:
    if job.kind in _mourners:
        _mourners[job.kind](subject=job.subject, now=now, error=error)


class _Hold:
    """A worker's hold on a job: it keeps the lease, tells the progress, and lets go at the end."""

    def __init__(self, job_id: int, owner: str, now: datetime, watch: Watch | None) -> None:
        self.mine = Job.objects.filter(pk=job_id, owner=owner, state=Job.State.RUNNING)
        self.job_id, self.owner, self.now, self.watch = job_id, owner, now, watch
        self.began = self.noted = time.monotonic()
        self.stage = ""
        self.aside: BaseDatabaseWrapper | None = None

    def moment(self) -> datetime:
        """The moment the work began, and the time it has taken since: no second look at a clock."""
        return self.now + timedelta(seconds=time.monotonic() - self.began)

    def keep(self, **fields: object) -> None:
        if not self.mine.update(lease_until=self.moment() + LEASE, **fields):
            raise LeaseLost(f"Job {self.job_id} is somebody else's")

    def __call__(self, stage: str, done: int = 0, total: int = 0) -> None:
        since = {} if stage == self.stage else {"stage_since": self.moment()}
        self.keep(stage=stage, done_count=min(done, total), total_count=total, **since)
        self.stage, self.noted = stage, time.monotonic()
        if self.watch is not None:
            self.watch(stage, done, total)

    def count(self, done: int, total: int) -> None:
        """How many are done in the present stage. Told often, noted now and then.

        Inside a transaction nobody else would see a note before the end: on PostgreSQL it is made over a
        line of its own, which keeps the lease as well. SQLite lets one write at a time, and that is the transaction.
        """
        if self.watch is not None:
            self.watch(self.stage, done, total)
        if time.monotonic() - self.noted < OFTEN:
            return
        self.noted = time.monotonic()
        if not connection.in_atomic_block:
            self.keep(done_count=min(done, total), total_count=total)
        elif connection.vendor == "postgresql":
            self._note_aside(min(done, total), total)

    def _note_aside(self, done: int, total: int) -> None:
        """A note that cannot be made is left out: it is not worth the work it is about."""
        try:
            if self.aside is None:
                self.aside = connection.copy()
                with self.aside.cursor() as cursor:
                    cursor.execute("SET lock_timeout = '500ms'")
            with self.aside.cursor() as cursor:
                cursor.execute(
                    "UPDATE common_job SET done_count = %s, total_count = %s, lease_until = %s "
                    "WHERE id = %s AND owner = %s AND state = %s",
                    [done, total, self.moment() + LEASE, self.job_id, self.owner, Job.State.RUNNING],
                )
        except Error as error:
            log.info("Job %s could not note how far it is: %s", self.job_id, error)

    def hang_up(self) -> None:
        if self.aside is not None:
            self.aside.close()
            self.aside = None

    def finish(self) -> bool:
        return bool(
            self.mine.update(state=Job.State.DONE, finished_at=self.moment(), lease_until=None, error="")
        )

    def fail(self, error: Exception) -> None:
        """Keep the error; hand the job back after a pause that grows, or for good after the last attempt."""
        log.error("Job %s failed", self.job_id, exc_info=error)
        # Perhaps it failed because the database hung up: what is to be written now needs another line.
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        job = self.mine.first()
        if job is None:
            return
        over = job.attempts >= MOST_ATTEMPTS
        text = "".join(traceback.format_exception(error))[-LONGEST_ERROR:]
        self.mine.update(
            state=Job.State.FAILED if over else Job.State.DUE,
            lease_until=None if over else self.moment() + PAUSE * 2**job.attempts,
            finished_at=self.moment() if over else None,
            error=text,
        )
        if over:
            _mourn(job, self.moment(), text)

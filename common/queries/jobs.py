"""What is due, under way, done or failed, as pages show it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from common.models import Job


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as it stands: state is "due", "running", "done" or "failed"; `percent` is None when unknown."""

    id: int
    kind: str
    subject: str
    state: str
    stage: str
    done: int
    total: int
    percent: int | None
    attempts: int
    error: str
    due_at: datetime
    finished_at: datetime | None
    stage_since: datetime | None = None

    @property
    def is_waiting(self) -> bool:
        return self.state in ("due", "running")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the present stage of a job goes; None where nothing can be said yet."""

    per_second: int | None = None
    seconds_left: int | None = None


def pace(*, job: JobView, now: datetime) -> Pace:
    """By what was done since the stage began. A clock that was set back says nothing."""
    passed = (now - job.stage_since).total_seconds() if job.stage_since else 0
    if passed <= 0 or not job.done or not job.total:
        return Pace()
    left = passed * (job.total - job.done) / job.done
    return Pace(per_second=round(job.done / passed), seconds_left=round(left))


def latest(*, kind: str, subject: str) -> JobView | None:
    """The newest job of a kind about a subject, or None."""
    job = Job.objects.filter(kind=kind, subject=subject).order_by("-due_at", "-pk").first()
    return _view(job) if job else None


def failed() -> list[JobView]:
    """Jobs that were given up, newest first: somebody has to look at their error.

    One whose work a later job has done is left out.
    """
    same = Job.objects.filter(
        kind=OuterRef("kind"), subject=OuterRef("subject"), due_at__gt=OuterRef("due_at")
    )
    left = Job.objects.filter(~Exists(same.filter(state=Job.State.DONE)), state=Job.State.FAILED)
    return [_view(job) for job in left.order_by("-finished_at", "-pk")[:100]]


def waiting(*, now: datetime) -> list[JobView]:
    """Jobs that are due by a moment or under way, oldest first. What is planned for later is not among them."""
    due = Q(state=Job.State.DUE, due_at__lte=now) | Q(state=Job.State.RUNNING)
    return [_view(job) for job in Job.objects.filter(due).order_by("due_at", "pk")[:20]]


def silent(*, before: datetime) -> list[str]:
    """Jobs under way whose lease ran out before a moment: their worker is gone, and nobody has taken over."""
    gone = Job.objects.filter(state=Job.State.RUNNING, lease_until__lt=before)
    return [str(job) for job in gone.order_by("pk")[:20]]


def is_waiting(*, kind: str, subject: str) -> bool:
    """Whether a job of this kind about this subject still waits for its turn."""
    return Job.objects.filter(kind=kind, subject=subject, state=Job.State.DUE).exists()


def is_unfinished(*, kind: str, subject: str) -> bool:
    """Whether a job of this kind about this subject is due, under way or given up."""
    left = Job.objects.filter(kind=kind, subject=subject)
    return left.exclude(state=Job.State.DONE).exists()


def _view(job: Job) -> JobView:
    return JobView(
        id=job.pk,
        kind=job.kind,
        subject=job.subject,
        state=job.state,
        stage=job.stage,
        done=job.done_count,
        total=job.total_count,
        percent=100 * job.done_count // job.total_count if job.total_count else None,
        attempts=job.attempts,
        error=job.error,
        due_at=job.due_at,
        finished_at=job.finished_at,
        stage_since=job.stage_since,
    )

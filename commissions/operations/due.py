"""What makes a run's next stage due."""

from datetime import datetime, timedelta

from common.operations import jobs

JOB = "run"


def make_due(*, run_id: int, now: datetime) -> None:
    """Make the computing of a run, or its going on, due.

    Due since the instant before: the run's sealing, approved in the same instant, is a job of its own.
    """
    jobs.enqueue(kind=JOB, subject=str(run_id), due_at=now - timedelta(microseconds=1), now=now)

"""How far a stage is: said from deep inside, kept by the job, seen by others while the work goes on."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from common.models import Job
from common.operations import jobs, pace
from common.queries import jobs as job_rows

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)


def elsewhere():
    """What somebody else sees of the job meanwhile."""
    seen = []

    def look():
        seen.append(Job.objects.values_list("stage", "done_count", "total_count").get())
        connections.close_all()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return seen[0]


@pytest.fixture
def works(monkeypatch):
    """Lets a job do this; how often it is noted is not a matter of time here."""
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "OFTEN", 0)

    def let(do):
        def handler(*, subject, now, progress):
            progress("store")
            do()
            return False

        jobs.register(kind="test", handler=handler)
        jobs.enqueue(kind="test", subject="one", due_at=NOW, now=NOW)
        jobs.advance_due(now=NOW, owner="a")
        return Job.objects.get()

    return let


@pytest.mark.django_db(transaction=True)
def test_what_is_told_is_seen_at_once(works):
    seen = []

    def do():
        pace.tell(3, 10)
        seen.append(elsewhere())
        with pace.as_part(after=4, of=10):
            pace.tell(2, 6)
            seen.append(elsewhere())

    job = works(do)
    assert seen == [("store", 3, 10), ("store", 6, 10)]
    assert (job.state, job.done_count) == ("done", 6)
    assert NOW <= job.stage_since < NOW + timedelta(minutes=1)


@pytest.mark.django_db(transaction=True)
def test_what_is_told_in_a_transaction_is_seen_where_the_database_can(works):
    """PostgreSQL takes the note over a line of its own; SQLite has one writer, and that is the transaction."""
    seen = []

    def do():
        with transaction.atomic():
            pace.tell(5, 10)
            seen.append(elsewhere())

    assert works(do).state == "done"
    assert seen == [("store", 5, 10) if connection.vendor == "postgresql" else ("store", 0, 0)]


@pytest.mark.django_db(transaction=True)
def test_a_note_that_cannot_be_made_does_not_harm_the_work(works, monkeypatch):
    def no_line(*_):
        raise OperationalError("too many connections")

    monkeypatch.setattr(BaseDatabaseWrapper, "copy", no_line)

    def do():
        with transaction.atomic():
            pace.tell(5, 10)

    assert works(do).state == "done"


def test_where_nobody_listens_nothing_happens():
    pace.tell(1, 2)
    with pace.as_part(after=1, of=2):
        pace.tell(1, 1)
    assert pace.moment(otherwise=NOW) == NOW


def view(**given):
    known = {"state": "running", "stage": "store", "done": 0, "total": 100, "stage_since": NOW}
    names = dict.fromkeys(job_rows.JobView.__dataclass_fields__, "")
    return job_rows.JobView(**{**names, **known, **given})


@pytest.mark.parametrize(
    ("given", "seconds", "expected"),
    [
        ({"done": 40}, 8, (5, 12)),
        ({"done": 100}, 8, (12, 0)),
        ({"done": 0}, 8, (None, None)),
        ({"done": 40, "total": 0}, 8, (None, None)),
        ({"done": 40, "stage_since": None}, 8, (None, None)),
        ({"done": 40}, -3600, (None, None)),
    ],
)
def test_rate_and_time_left_follow_from_what_is_done(given, seconds, expected):
    found = job_rows.pace(job=view(**given), now=NOW + timedelta(seconds=seconds))
    assert (found.per_second, found.seconds_left) == expected

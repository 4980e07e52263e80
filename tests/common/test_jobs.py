"""What is due stands in the database: claimed once, tried five times, taken over when its worker is gone."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections

from common.models import Job
from common.operations import jobs
from common.queries import jobs as job_rows

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def handled(monkeypatch):
    """What a handler was asked for; put exceptions into `fails` to let it fail."""
    monkeypatch.setattr(jobs, "_handlers", {})
    monkeypatch.setattr(jobs, "_mourners", {})
    seen: list[str] = []

    def handler(*, subject, now, progress):
        progress("at it", 1, 2)
        seen.append(subject)
        if subject.startswith("bad"):
            raise ValueError("poison")
        return False

    jobs.register(kind="test", handler=handler)
    return seen


def enqueue(subject="one", due_at=NOW):
    return jobs.enqueue(kind="test", subject=subject, due_at=due_at, now=NOW)


@pytest.mark.django_db
def test_a_due_job_is_done_once(handled):
    enqueue()
    assert jobs.advance_due(now=NOW, owner="a") == 1
    assert jobs.advance_due(now=LATER, owner="a") == 0
    assert handled == ["one"]


@pytest.mark.django_db
def test_the_same_thing_due_twice_is_one_job(handled):
    assert enqueue()
    assert not enqueue()
    assert Job.objects.count() == 1


@pytest.mark.django_db
def test_what_is_not_due_waits(handled):
    enqueue(due_at=LATER)
    assert jobs.advance_due(now=NOW, owner="a") == 0
    assert jobs.advance_due(now=LATER, owner="a") == 1


@pytest.mark.django_db
def test_an_unknown_kind_is_refused_when_it_is_enqueued(handled):
    with pytest.raises(jobs.UnknownKind):
        jobs.enqueue(kind="nonsense", subject="x", due_at=NOW, now=NOW)


@pytest.mark.django_db
def test_poison_is_tried_five_times_and_keeps_its_error(handled):
    enqueue("bad")
    for hour in range(1, 9):
        jobs.advance_due(now=NOW + timedelta(hours=hour), owner="a")
    job = Job.objects.get()
    assert (job.state, job.attempts, len(handled)) == ("failed", 5, 5)
    assert "poison" in job.error


@pytest.mark.django_db
def test_poison_does_not_keep_others_from_their_turn(handled):
    enqueue("bad")
    enqueue("good")
    jobs.advance_due(now=NOW, owner="a")
    assert Job.objects.get(subject="good").state == "done"


@pytest.mark.django_db
def test_a_failed_try_pauses_before_the_next(handled):
    enqueue("bad")
    jobs.advance_due(now=NOW, owner="a")
    assert jobs.advance_due(now=NOW + timedelta(seconds=1), owner="a") == 0


@pytest.mark.django_db
def test_a_lease_that_runs_keeps_others_out(handled):
    enqueue()
    job = Job.objects.get()
    assert jobs.claim(job_id=job.pk, owner="a", now=NOW)
    assert not jobs.claim(job_id=job.pk, owner="b", now=NOW + timedelta(seconds=30))


@pytest.mark.django_db
def test_a_lease_that_ran_out_is_taken_over(handled):
    enqueue()
    job = Job.objects.get()
    jobs.claim(job_id=job.pk, owner="dead", now=NOW)
    assert jobs.advance_due(now=LATER, owner="b") == 1
    assert Job.objects.get().state == "done"


@pytest.mark.django_db
def test_who_lost_the_lease_writes_nothing_more(handled):
    enqueue()
    job = Job.objects.get()
    jobs.claim(job_id=job.pk, owner="slow", now=NOW)
    jobs.claim(job_id=job.pk, owner="other", now=LATER)
    assert not jobs.work(job_id=job.pk, owner="slow", now=LATER)
    assert Job.objects.get().owner == "other"
    assert handled == []


@pytest.mark.django_db
def test_a_job_whose_workers_all_died_is_given_up(handled):
    enqueue()
    for hour in range(5):
        jobs.claim(job_id=Job.objects.get().pk, owner=str(hour), now=NOW + timedelta(hours=hour))
    jobs.advance_due(now=NOW + timedelta(hours=9), owner="a")
    assert (Job.objects.get().state, handled) == ("failed", [])


@pytest.mark.django_db
def test_a_failed_job_can_be_tried_again(handled):
    enqueue()
    Job.objects.update(state="failed", attempts=5)
    assert jobs.retry(job_id=Job.objects.get().pk, now=NOW)
    assert jobs.advance_due(now=NOW, owner="a") == 1


@pytest.mark.django_db
def test_a_failure_that_a_later_job_made_good_is_not_shown(handled):
    enqueue("one")
    Job.objects.update(state="failed", attempts=5)
    assert [job.subject for job in job_rows.failed()] == ["one"]
    enqueue("one", due_at=NOW + timedelta(minutes=1))
    jobs.advance_due(now=LATER, owner="a")
    assert job_rows.failed() == []


@pytest.mark.django_db
def test_who_registered_for_it_is_told_of_a_job_given_up(handled):
    told = []
    jobs.register(kind="sad", handler=jobs._handlers["test"], given_up=lambda **given: told.append(given))
    jobs.enqueue(kind="sad", subject="bad", due_at=NOW, now=NOW)
    for hour in range(1, 7):
        jobs.advance_due(now=NOW + timedelta(hours=hour), owner="a")
    assert [one["subject"] for one in told] == ["bad"]


@pytest.mark.django_db
def test_old_jobs_that_are_done_are_forgotten(handled):
    enqueue("one")
    enqueue("bad")
    jobs.advance_due(now=NOW, owner="a")
    jobs.forget(kind="test", before=LATER)
    assert [job.subject for job in Job.objects.all()] == ["bad"]


@pytest.mark.django_db
def test_progress_is_kept_on_the_row(handled):
    enqueue()
    jobs.advance_due(now=NOW, owner="a")
    job = Job.objects.get()
    assert (job.stage, job.done_count, job.total_count) == ("at it", 1, 2)


@pytest.mark.django_db
def test_a_broker_that_is_down_harms_nobody(handled, monkeypatch, django_capture_on_commit_callbacks):
    def waker(after):
        raise OSError("no broker")

    monkeypatch.setattr(jobs, "_wakers", [waker])
    with django_capture_on_commit_callbacks(execute=True):
        enqueue()
    assert Job.objects.get().state == "due"


def _race(action, count=4):
    barrier, won = threading.Barrier(count), []

    def one(at):
        try:
            barrier.wait()
            if action(f"worker {at}"):
                won.append(at)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=one, args=(at,)) for at in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(won)


@pytest.mark.django_db(transaction=True)
def test_of_four_workers_one_claims(handled):
    enqueue()
    pk = Job.objects.get().pk
    assert _race(lambda owner: jobs.claim(job_id=pk, owner=owner, now=NOW)) == 1


@pytest.mark.django_db(transaction=True)
def test_without_the_conditional_update_all_would_claim(handled):
    """The control: looking first and writing after lets everybody in."""
    enqueue()
    pk = Job.objects.get().pk
    looked = threading.Barrier(4)

    def look_then_write(owner):
        free = Job.objects.get(pk=pk).state == Job.State.DUE
        looked.wait()
        return free and Job.objects.filter(pk=pk).update(state=Job.State.RUNNING, owner=owner)

    assert _race(look_then_write) == 4


@pytest.mark.django_db(transaction=True)
def test_four_who_enqueue_the_same_make_one_job(handled):
    assert _race(lambda owner: enqueue()) == 1
    assert Job.objects.count() == 1
    assert connection.vendor in {"sqlite", "postgresql"}

"""A real Celery worker and beat on a real Redis: woken, flushed, killed, started again."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import redis
from django.db import connection

from commissions.models import Run, Transfer
from commissions.operations import periods, runs
from commissions.queries import audit
from common.models import Job
from mlmportal.celery import app
from tests.commissions.conftest import at
from tests.faults.test_crash import _environment

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]
ROOT = Path(__file__).resolve().parents[2]
NOW = at(11, 2)
PATIENCE = 60


@pytest.fixture
def broker():
    """The address of an empty Redis database of our own."""
    url = os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/0"
    server, number = re.fullmatch(r"(.*:\d+)/?(\d*)", url).groups()
    url = f"{server}/{8 + int(number or 0)}"
    client = redis.Redis.from_url(url, socket_connect_timeout=2)
    try:
        client.flushdb()
    except redis.RedisError as error:
        if os.environ.get("CI") or os.environ.get("TEST_REQUIRE_ALL"):
            pytest.fail(f"Redis is needed here: {error}")
        pytest.skip(f"Redis does not answer: {error}")
    yield url
    client.flushdb()
    client.close()


@contextmanager
def worker(broker, tmp_path, app="mlmportal", **more):
    """A worker with a beat, ended by its process group when the test is done with it."""
    flags = [
        "--concurrency=2",
        "--beat",
        "-s",
        str(tmp_path / "beat"),
        "--without-gossip",
        "--without-mingle",
    ]
    with (tmp_path / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", app, "worker", "-l", "INFO", *flags],
            cwd=ROOT,
            env={**_environment(**more), "REDIS_URL": broker},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(true, tmp_path):
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if true():
            return
        time.sleep(0.2)
    pytest.fail((tmp_path / "worker.log").read_text()[-3000:])


def send(broker, task="commissions.advance"):
    with app.connection_for_write(broker) as wire:
        app.send_task(task, connection=wire, ignore_result=True)


def state(run):
    return Run.objects.values_list("state", flat=True).get(pk=run.pk)


def close():
    return periods.close(key="2026-10", by=None, now=NOW)


def test_a_month_is_computed_and_sealed(october, cast, broker, tmp_path):
    run = close()
    with worker(broker, tmp_path):
        until(lambda: state(run) == "draft", tmp_path)
        run.refresh_from_db()
        runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=NOW)
        runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=NOW)
        send(broker)
        until(lambda: state(run) == "final", tmp_path)
    assert audit.everything() == []


def received(tmp_path):
    """The messages that the worker has taken, by their names, as often as it took them."""
    log = (tmp_path / "worker.log").read_text()
    return re.findall(r"Task commissions\.\w+\[([0-9a-f-]+)\] received", log)


def was_received_again(tmp_path):
    return len(received(tmp_path)) > len(set(received(tmp_path)))


def waiting(broker):
    """The messages that wait for a worker, by their names."""
    with redis.Redis.from_url(broker) as client:
        return [json.loads(message)["headers"]["id"] for message in client.lrange("celery", 0, -1)]


def test_messages_sent_thrice_and_delivered_again_have_one_effect(october, cast, broker, tmp_path):
    """The work takes longer than the broker waits for its being acknowledged: the message comes a second time."""
    again = tmp_path / "delivered again"
    hold = {"FAILPOINT": "run.storing:hold", "FAILPOINT_UNTIL": str(again)}
    with worker(broker, tmp_path, app="tests.faults.impatient", **hold):
        run = close()
        for _ in range(3):
            send(broker)
        # Where the worker has its hands full, what the broker gives out again waits in the queue.
        until(
            lambda: set(waiting(broker)) & set(received(tmp_path)) or was_received_again(tmp_path), tmp_path
        )
        assert state(run) == "computing"
        again.touch()
        until(lambda: state(run) == "draft", tmp_path)
        until(lambda: was_received_again(tmp_path), tmp_path)
    run.refresh_from_db()
    assert run.items.count() == run.item_count
    assert Job.objects.get(kind="run").attempts == 1


def test_a_redis_that_forgot_everything_in_the_middle_loses_nothing(october, cast, broker, tmp_path):
    """Flushed while the draft is being stored; nobody sends anything again, and whoever ticks next goes on."""
    with worker(broker, tmp_path, FAILPOINT="run.storing:slow"):
        run = close()
        send(broker)
        until(lambda: Job.objects.filter(kind="run", state="running").exists(), tmp_path)
        with redis.Redis.from_url(broker) as client:
            client.flushdb()
        until(lambda: state(run) == "draft", tmp_path)
    run.refresh_from_db()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=NOW)
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=NOW)
    with worker(broker, tmp_path):
        until(lambda: state(run) == "final", tmp_path)
    assert audit.everything() == []


def test_what_a_killed_worker_left_is_taken_up(october, broker, tmp_path):
    run = close()
    with worker(broker, tmp_path, FAILPOINT="run.storing:kill"):
        until(lambda: Job.objects.filter(kind="run", state="running").exists(), tmp_path)
        until(lambda: "WorkerLostError" in (tmp_path / "worker.log").read_text(), tmp_path)
    assert state(run) == "computing"
    Job.objects.filter(kind="run").update(lease_until=NOW)
    with worker(broker, tmp_path):
        until(lambda: state(run) == "draft", tmp_path)
    assert Transfer.objects.count() == 0
    assert connection.vendor in {"sqlite", "postgresql"}

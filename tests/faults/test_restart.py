"""PostgreSQL ends in the middle of a close, as in a crash, and is started again: the same runner goes on."""

import subprocess
import sys
import time
from pathlib import Path

import environ
import pytest
from django.db import connections

from commissions.models import Run
from commissions.operations import periods
from commissions.queries import audit
from common.models import Job
from tests.faults import worlds
from tests.faults.test_crash import ROOT, _environment
from tests.run import INITDB, cluster, find

pytestmark = pytest.mark.services
PATIENCE = 60


def bring(world, address, binaries):
    """The world, in another cluster."""
    source = _environment()["DATABASE_URL"].rpartition("/")[0] + f"/{world.built(worlds.OPEN)}"
    dump = subprocess.run(
        [binaries / "pg_dump", "--no-owner", source], capture_output=True, check=True
    ).stdout
    subprocess.run(
        [binaries / "psql", "-q", "-v", "ON_ERROR_STOP=1", address],
        input=dump,
        check=True,
        capture_output=True,
    )


def until(true):
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        if true():
            return True
        time.sleep(0.2)
    return False


def test_the_runner_outlives_the_database(world, tmp_path):
    initdb = find("initdb", *INITDB)
    # What was committed has to be there after the crash: this cluster is not careless.
    with cluster(initdb, "-c max_connections=30") as (address, crash_and_start):
        bring(world, address, Path(initdb).resolve().parent)
        found = environ.Env.db_url_config(address)
        with worlds.inside(found["NAME"], **{name: found[name] for name in ("HOST", "PORT", "USER")}):
            run = periods.close(key=worlds.MONTH, by=None, now=worlds.NOW)
            with (tmp_path / "log").open("wb") as log:
                environment = {**_environment(FAILPOINT="run.storing:slow"), "DATABASE_URL": address}
                command = [sys.executable, "manage.py", "runner", "--interval", "0.2"]
                runner = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
            try:
                assert until(lambda: Job.objects.filter(kind="run", stage="store").exists())
                connections.close_all()
                crash_and_start()
                assert until(lambda: Run.objects.get(pk=run.pk).state == "draft"), (
                    tmp_path / "log"
                ).read_text()
                assert runner.poll() is None
            finally:
                runner.terminate()
                runner.wait(timeout=PATIENCE)
            assert Job.objects.get(kind="run", subject=str(run.pk)).error == ""
            run.refresh_from_db()
            worlds.sign(worlds.MONTH, worlds.NOW)
            worlds.jobs.advance_due(now=worlds.NOW, owner="the next")
            assert audit.everything() == []
    assert run.output_hash in world.undisturbed()

"""A great run's tables are written by two connections, and what one of them leaves behind belongs to nobody."""

import signal
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from commissions.models import Line, Run, Snapshot
from commissions.operations import computing, partitions
from commissions.queries import audit
from tests.faults import worlds

pytestmark = pytest.mark.services


@pytest.fixture
def apart(world, monkeypatch):
    """From here on every run is great enough for two connections; who wrote what, in the order in which it was
    ready."""
    world.undisturbed()
    monkeypatch.setattr(computing, "APART", 0)
    wrote, write = [], partitions._write_bare

    def noted(model, run_id, columns, count):
        write(model, run_id, columns, count)
        wrote.append((model, connection.connection.info.backend_pid))

    monkeypatch.setattr(partitions, "_write_bare", noted)
    return wrote


def test_two_connections_write_what_one_does(world, apart):
    with world.copy(worlds.OPEN):
        worlds.walk()
        assert world.differences() == []
        assert audit.everything() == []
        own = connection.connection.info.backend_pid
    others = {pid for model, pid in apart if model is Snapshot}
    assert {pid for model, pid in apart if model is Line} == {own}
    assert len(others) == 1
    assert own not in others


@pytest.mark.parametrize("how", ["raise", "kill"])
def test_what_is_left_behind_is_in_nobodys_way(world, apart, monkeypatch, how):
    with world.copy(worlds.OPEN):
        monkeypatch.setenv("FAILPOINT", f"run.storing:{how}")
        if how == "kill":
            assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        else:
            worlds.walk()
        monkeypatch.delenv("FAILPOINT")
        run = Run.objects.latest("pk")
        left = [name for name, _ in partitions._left_behind()]
        assert f"commissions_snapshot_run{run.pk}" in left
        assert not run.snapshots.exists()
        worlds.again()
        assert world.differences() == []
        assert audit.everything() == []
        assert partitions._left_behind() == []


def test_an_error_of_the_other_connection_stores_nothing(world, apart, monkeypatch):
    lost = {Snapshot: {"distributor_id": "commissions_plan_of_nobody"}}
    with world.copy(worlds.OPEN):
        monkeypatch.setattr(partitions, "REFERENCES", lost)
        worlds.walk()
        run = Run.objects.latest("pk")
        assert run.state == Run.State.COMPUTING
        assert not run.lines.exists()
        monkeypatch.undo()
        worlds.again()
        assert world.differences() == []


def test_what_became_no_runs_is_swept_away_unless_it_is_being_written(world, apart, monkeypatch):
    with world.copy(worlds.OPEN):
        monkeypatch.setenv("FAILPOINT", "run.storing:raise")
        worlds.walk()
        left = [name for name, _ in partitions._left_behind()]
        assert left
        run = Run.objects.latest("pk")
        with transaction.atomic():
            # Somebody is storing this run: holds its row.
            Run.objects.select_for_update().get(pk=run.pk)
            assert elsewhere(partitions.sweep) == []
        assert elsewhere(partitions.sweep) == left
        assert partitions._left_behind() == []


def elsewhere(action):
    """What an action gives that another connection takes."""

    def act():
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=1) as pool:
        return pool.submit(act).result()

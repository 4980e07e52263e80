"""A great run's tables are written by two connections, and what one of them leaves behind belongs to nobody; it is
posted by one and proved by another."""

import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction

from commissions.models import Run, Snapshot, Transfer
from commissions.operations import bare, computing, ledger, partitions, periods, sealing
from commissions.queries import audit, fingerprint, guards
from common.operations import jobs
from tests.faults import worlds

pytestmark = pytest.mark.services


@pytest.fixture
def apart(world, monkeypatch):
    """From here on every run is great enough for two connections; who wrote what, in the order in which it was
    ready."""
    world.undisturbed()
    monkeypatch.setattr(computing, "APART", 0)
    monkeypatch.setattr(partitions, "OF_A_PART", 3)
    wrote, write = [], bare.write

    def noted(**given):
        write(**given)
        wrote.append((given["name"], connection.connection.info.backend_pid))

    monkeypatch.setattr(bare, "write", noted)
    return wrote


def test_two_connections_write_what_one_does(world, apart):
    with world.copy(worlds.OPEN):
        worlds.walk()
        assert world.differences() == []
        assert audit.everything() == []
        own = connection.connection.info.backend_pid
        closed = Run.objects.get(period__key=worlds.MONTH, kind="close").pk
    # The estimate that follows has connections of its own.
    tables = [(name.partition("_part")[0], pid) for name, pid in apart]
    snapshots, of_lines = (
        bare.name_of(table=f"commissions_{table}", run_id=closed) for table in ("snapshot", "line")
    )
    others = {pid for name, pid in tables if name == snapshots}
    assert len(others) == 1
    assert own not in others
    lines = {pid for name, pid in tables if name == of_lines}
    assert own in lines
    assert lines <= {own, *others}


@pytest.mark.parametrize("who", ["other", "own"])
def test_whoever_is_slow_leaves_the_parts_to_the_other(world, apart, monkeypatch, who):
    """One connection waits before its first table until the other one has written all parts it can take."""
    wait, write, own = threading.Event(), bare.write, threading.get_ident()
    taken = {"other": "popleft", "own": "pop"}[who]

    def slow(**given):
        if (threading.get_ident() == own) == (who == "own"):
            assert wait.wait(timeout=60)
        write(**given)

    def told(take):
        part = take_next(take)
        if part is None and take.__name__ == taken:
            wait.set()
        return part

    take_next = partitions._taken
    monkeypatch.setattr(bare, "write", slow)
    monkeypatch.setattr(partitions, "_taken", told)
    with world.copy(worlds.OPEN):
        worlds.walk()
        assert world.differences() == []
        pid = connection.connection.info.backend_pid
    first = next(name for name, _ in apart if "_part" in name).partition("_part")[0]
    lines = [backend for name, backend in apart if name.startswith(f"{first}_part")]
    assert len(lines) > 2
    assert sum((backend == pid) == (who == "own") for backend in lines) <= 1


def test_every_part_is_guarded_by_its_own_name(world, apart):
    with world.copy(worlds.OPEN):
        worlds.walk()
        parts = {name for name, _ in apart if "_part" in name}
        assert len(parts) > 2
        assert guards.missing() == []
        for part in sorted(parts):
            for change in ("DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET whole = whole + 1"):
                with pytest.raises(DatabaseError, match="final"), transaction.atomic():
                    bare.execute(change.format(part))


def test_a_draft_in_parts_dies_whole(world, apart):
    with world.copy(worlds.OPEN):
        periods.close(key=worlds.MONTH, by=None, now=worlds.NOW)
        jobs.advance_due(now=worlds.NOW, owner="one")
        run = Run.objects.latest("pk")
        assert run.lines.count() == run.line_count > 0
        partitions.drop(of={run.pk: partitions.OF_RUNS})
        assert not run.lines.exists()
        assert not any(bare.exists(name=name) for name, _ in apart)


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
        assert all(bare.exists(name=name) for name in left)
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


# --- posting beside the proof -----------------------------------------------------------------------------------------
def give_more():
    """Somebody with the database's password gives himself more, line and item alike."""
    run = Run.objects.get(period__key=worlds.MONTH, kind="close")
    item = run.items.filter(corrects_period="").order_by("pk").first()
    line = run.lines.filter(distributor=item.distributor_id, bonus=item.bonus).first()
    run.items.filter(pk=item.pk).update(amount=item.amount + 100_000)
    run.lines.filter(pk=line.pk).update(whole=line.whole + 100_000)


@pytest.fixture
def great(world, monkeypatch):
    """Every run is great enough to be proved on a connection of its own; from which connections rows were hashed."""
    world.undisturbed()
    monkeypatch.setattr(computing, "APART", 0)
    hashed, of_run = [], fingerprint.of_run

    def noted(**given):
        hashed.append(backend())
        return of_run(**given)

    monkeypatch.setattr(fingerprint, "of_run", noted)
    return hashed


def backend():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_what_one_connection_posts_another_one_proves(world, great):
    with world.copy(worlds.APPROVED):
        worlds.walk()
        assert great[0] != backend()
        assert world.differences() == []
        assert audit.everything() == []


def test_what_is_proved_wrong_is_not_posted(world, great):
    with world.copy(worlds.APPROVED):
        give_more()
        jobs.advance_due(now=worlds.NOW, owner="one")
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert (run.state, run.approved_by_id, run.error) == ("draft", None, sealing.CHANGED)
        assert not Transfer.objects.filter(run=run).exists()
        assert audit.ledger() == []


@pytest.mark.parametrize("how", ["raise", "kill"])
def test_an_accident_while_it_is_posted_and_proved(world, great, monkeypatch, how):
    with world.copy(worlds.APPROVED):
        monkeypatch.setenv("FAILPOINT", f"seal.posting:{how}")
        if how == "kill":
            assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        else:
            worlds.walk()
        monkeypatch.delenv("FAILPOINT")
        assert not Transfer.objects.filter(run__period__key=worlds.MONTH).exists()
        worlds.again()
        assert world.differences() == []


def test_an_error_of_the_proof_posts_nothing(world, great, monkeypatch):
    with world.copy(worlds.APPROVED):
        with monkeypatch.context() as lost:
            lost.setattr(fingerprint, "tables_of_run", lambda **_: 1 / 0)
            worlds.walk()
        assert not Transfer.objects.filter(run__period__key=worlds.MONTH).exists()
        worlds.again()
        assert world.differences() == []


def changes_between_proof_and_posting(monkeypatch):
    """Somebody changes rows when they are proved and not yet read by who posts them; whether they got through."""
    post_run, through = ledger.post_run, []

    def give_or_give_up():
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '200ms'")
        with suppress(OperationalError):
            give_more()
            through.append(True)

    def changed_first(**given):
        elsewhere(give_or_give_up)
        return post_run(**given)

    with monkeypatch.context() as patched:
        patched.setattr(
            computing, "APART", 10**9
        )  # proved before the posting begins: nothing is left to luck
        patched.setattr(ledger, "post_run", changed_first)
        worlds.walk()
    return bool(through)


def test_nobody_changes_what_is_being_posted(world, great, monkeypatch):
    with world.copy(worlds.APPROVED):
        assert not changes_between_proof_and_posting(monkeypatch)
        worlds.again()
        assert world.differences() == []
    with world.copy(worlds.APPROVED):
        # Without the lock it is paid, whatever was approved.
        monkeypatch.setattr(partitions, "keep", lambda **_: None)
        assert changes_between_proof_and_posting(monkeypatch)
        assert audit.everything() != []

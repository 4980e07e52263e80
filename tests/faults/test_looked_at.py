"""Whoever looks at the books while everything moves finds no contradiction: a false alarm would stop all money. And
nobody waits for whoever reads for long, a backup perhaps, nor the portal's pages behind somebody who does."""

import signal
import threading
from contextlib import contextmanager
from importlib import import_module

import pytest
from django.db import OperationalError, connection, transaction

from commissions.models import Freeze, Line, Run
from commissions.operations import bare, checking, computing, estimates, guards, partitions, runs, tidying
from commissions.queries import parts
from common.operations import jobs
from tests.faults import worlds

ROUNDS = 3
PAGE = "commissions_line JOIN commissions_statementitem USING (run_id)"
TABLES = ", ".join(model._meta.db_table for model in partitions.OF_RUNS)


def look_until(flag) -> None:
    """Check the books over and over, small set and whole in turn."""
    while not flag.exists():
        for which in (checking.FAST, checking.FULL):
            checking.check(which=which, now=worlds.NOW)


def move_money() -> None:
    """Estimates refreshed, a month closed, its draft thrown away again and again, posted, put right."""
    for _ in range(ROUNDS):
        estimates.refresh(now=worlds.at(10, 31))
    worlds.periods.close(key=worlds.MONTH, by=None, now=worlds.NOW)
    jobs.advance_due(now=worlds.NOW, owner="a test")
    for _ in range(ROUNDS):
        runs.recompute(period_key=worlds.MONTH, by=worlds.user("paula"), now=worlds.NOW)
        jobs.advance_due(now=worlds.NOW, owner="a test")
    worlds.walk()
    for _ in range(ROUNDS):
        estimates.refresh(now=worlds.CORRECTED)
    worlds.put_right()


@pytest.mark.parametrize("great", [False, True])
def test_books_that_are_looked_at_all_the_time(world, tmp_path, monkeypatch, great):
    flag = tmp_path / "done"
    if great:
        monkeypatch.setattr(computing, "APART", 0)
        monkeypatch.setattr(partitions, "OF_A_PART", 3)
    with world.copy(worlds.OPEN):
        lookers = [worlds.fork(lambda: look_until(flag)) for _ in range(2)]
        try:
            move_money()
        finally:
            flag.touch()
            told = [worlds.ended(looker) for looker in lookers]
            assert list(Freeze.objects.values_list("problems", flat=True)) == []
        assert told == [0, 0]
        assert Run.objects.filter(kind="correct", state="posted").count() == 1


@contextmanager
def another():
    """A connection beside the test's, in a transaction that ends with the block."""
    beside = connection.copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute("BEGIN")
            yield cursor
    finally:
        beside.close()


@contextmanager
def pages(patience: str):
    """Somebody reads what runs wrote again and again, as pages do, and waits no longer than so long; yields the errors
    so far."""
    beside, ended, errors = connection.copy(), threading.Event(), []

    def read():
        with beside.cursor() as cursor:
            cursor.execute(f"SET lock_timeout = '{patience}'")
            while not ended.is_set():
                try:
                    cursor.execute(f"SELECT count(*) FROM {PAGE}")
                except OperationalError as error:
                    errors.append(error)
        beside.close()

    beside.ensure_connection()
    beside.inc_thread_sharing()
    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield errors
    finally:
        ended.set()
        reader.join()


@pytest.fixture
def hasty(monkeypatch):
    monkeypatch.setattr(bare, "PATIENCE_S", 0.2)
    monkeypatch.setattr(bare, "BETWEEN_S", 0.1)


def left():
    """Runs of which something waits to be deleted."""
    runs = [*tidying._estimates(Run.objects.all()), *tidying._drafts(Run.objects.all())]
    return partitions.has_any(run_ids=[run.pk for run in runs], written=computing.THINNED)


def test_what_a_closer_that_died_left_behind_the_tick_deletes(world, monkeypatch):
    with world.copy(worlds.OPEN):
        estimates.refresh(now=worlds.at(10, 31))
        worlds.periods.close(key=worlds.MONTH, by=None, now=worlds.NOW)
        jobs.advance_due(now=worlds.NOW, owner="a test")
        runs.recompute(period_key=worlds.MONTH, by=worlds.user("paula"), now=worlds.NOW)
        monkeypatch.setenv("FAILPOINT", "seal.finished:kill")
        assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        monkeypatch.delenv("FAILPOINT")
        assert len(left()) > 1
        assert not Run.objects.filter(state="estimate", period__state="closed").exists()
        assert tidying.sweep() == 1
        assert left() == []
        assert not Run.objects.filter(kind="estimate", period__state="closed").exists()
        draft = Run.objects.get(state="superseded")
        assert draft.items.count() == draft.item_count > 0
        assert checking.audit.everything() == []


@pytest.mark.services
@pytest.mark.parametrize("great", [False, True])
def test_nothing_waits_for_a_backup_and_no_page_behind_it(world, hasty, monkeypatch, great):
    if great:
        monkeypatch.setattr(computing, "APART", 0)
        monkeypatch.setattr(partitions, "OF_A_PART", 3)
    undisturbed = world.corrected()
    with world.copy(worlds.OPEN):
        estimates.refresh(now=worlds.at(10, 30))
        estimates.refresh(now=worlds.at(10, 30))
        with another() as backup, pages("2s") as errors:
            backup.execute(f"LOCK TABLE {TABLES} IN ACCESS SHARE MODE")
            move_money()
            assert errors == []
            assert len(left()) > 1
            assert worlds.Period.objects.get(key=worlds.MONTH).state == "closed"
            assert not Run.objects.filter(state="estimate", period__state="closed").exists()
        assert tidying.sweep() > 0
        assert left() == []
        assert tidying.sweep() == 0
        assert worlds.books(kind="correct") == undisturbed
        assert checking.audit.everything() == []


@pytest.mark.services
def test_behind_who_waits_for_a_backup_all_pages_wait(world, monkeypatch):
    """The control: whoever drops waits as long as it takes, as a plain DROP does."""
    monkeypatch.setattr(bare, "A_TRY", 3_000)
    monkeypatch.setattr(bare, "PATIENCE_S", 0)
    with world.copy(worlds.OPEN):
        run = estimates.refresh(now=worlds.at(10, 30))
        with another() as backup, pages("500ms") as errors:
            backup.execute("LOCK TABLE commissions_line IN ACCESS SHARE MODE")
            assert not tidying.drop(estimates=Run.objects.filter(pk=run.pk))
        assert errors


@pytest.mark.services
def test_who_has_dropped_something_writes_alone(world):
    """Another connection would wait for what is dropped, and this one for the other, for good."""
    with world.copy(worlds.OPEN):
        run = estimates.refresh(now=worlds.at(10, 30))
        nobody = run.pk + 1
        with transaction.atomic():
            assert partitions.may_be_by_two(run_id=nobody)
            partitions.drop(of={run.pk: [Line]})
            assert not partitions.may_be_by_two(run_id=nobody)
            with another() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                with pytest.raises(OperationalError, match="lock timeout"):
                    cursor.execute("CREATE TABLE commissions_line_like (LIKE commissions_line)")


@pytest.mark.services
def test_what_is_read_is_not_dropped_and_nothing_is_lost(world, hasty):
    with world.copy(worlds.OPEN):
        run = estimates.refresh(now=worlds.at(10, 30))
        with another() as backup:
            backup.execute(f"LOCK TABLE commissions_snapshot_run{run.pk} IN ACCESS SHARE MODE")
            with pytest.raises(bare.Busy), transaction.atomic():
                computing.drop(whole=[run.pk])
        assert (run.lines.count(), run.snapshots.count()) == (run.line_count, run.people_count)


@pytest.mark.services
def test_what_lay_in_the_partition_for_whatever_else_becomes_its_runs(world):
    """As an earlier release kept it: rows of runs without a partition of their own."""
    migration = import_module("commissions.migrations.0019_every_run_a_partition_of_its_own")
    with world.copy(worlds.FINAL):
        run = Run.objects.get(period__key=worlds.MONTH, state="final").pk
        for model in partitions.OF_RUNS:
            table = model._meta.db_table
            bare.execute(
                f"ALTER TABLE {table} DETACH PARTITION {table}_run{run}",
                f"CREATE TABLE {table}_rest PARTITION OF {table} DEFAULT",
                f"INSERT INTO {table}_rest SELECT * FROM {table}_run{run}",
                f"DROP TABLE {table}_run{run}",
            )
        assert world.differences() == []
        with connection.schema_editor() as editor:
            migration.no_rest(None, editor)
        guards.install()
        assert world.differences() == []
        assert checking.audit.everything() == []
        assert not any("_rest" in name for name in parts.of_tables(tables=TABLES.split(", ")))
        assert partitions.has_any(run_ids=[run]) == [run]

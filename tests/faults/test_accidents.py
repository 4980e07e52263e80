"""What else may happen while a month is closed: two beats, a full disk, a clock set back, a new version."""

import os
import resource
import signal
from datetime import timedelta

import pytest
from django.db import OperationalError

from commissions.models import Period, Run, Transfer
from commissions.operations import computing, ledger, partitions, periods, runs, schedule, telling
from commissions.queries import audit, fingerprint
from common.models import Job
from common.operations import jobs
from tests.commissions.conftest import at
from tests.faults import worlds

AN_HOUR = timedelta(hours=1)


def ends_well(world):
    worlds.again()
    assert world.differences() == []
    assert audit.everything() == []


def test_two_beats_at_once_make_one_run(world):
    with world.copy(worlds.OPEN):
        waits, go = os.pipe()

        def beat():
            os.close(go)
            os.read(waits, 1)  # until everybody else has closed the other end
            schedule.tick(now=worlds.NOW, owner=str(os.getpid()))

        both = [worlds.fork(beat) for _ in range(2)]
        os.close(waits)
        os.close(go)
        assert [worlds.ended(child) for child in both] == [0, 0]
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert Job.objects.filter(kind="run", subject=str(run.pk)).count() == 1
        assert Period.objects.count() == 3
        ends_well(world)


def test_two_days_without_a_beat_are_caught_up(world):
    with world.copy(worlds.OPEN):
        schedule.tick(now=worlds.NOW + timedelta(days=2), owner="late")
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert run.state == "draft"


# --- no room left -----------------------------------------------------------------------------------------------------
WRITERS = [
    (partitions.tables, "write", 1),
    (partitions.tables, "write", 3),
    (ledger._Gathered, "_run", 9),
    (telling.notices, "tell_all", 1),
]


@pytest.mark.parametrize(("where", "name", "nth"), WRITERS, ids=["snapshot", "items", "ledger", "notices"])
def test_no_room_for_one_of_the_tables(world, monkeypatch, where, name, nth):
    """The nth time something is written there, the database has no room for it."""
    write, calls = getattr(where, name), []

    def full(*args, **how):
        calls.append(name)
        if len(calls) == nth:
            raise OperationalError("could not extend file: No space left on device")
        return write(*args, **how)

    with world.copy(worlds.OPEN):
        monkeypatch.setattr(where, name, full)
        worlds.walk()
        assert len(calls) >= nth
        ends_well(world)


@pytest.mark.on_sqlite
@pytest.mark.parametrize("most", [0, 40_000, 90_000, 200_000, 270_000])
def test_a_disk_that_is_full(world, most):
    """No file may be longer than so many bytes, least of all the one that SQLite writes first; then there is room."""
    with world.copy(worlds.OPEN):
        worlds.ended(worlds.fork(lambda: walk_with_files_of(most)))
        assert not Period.objects.filter(key=worlds.MONTH, state="closed").exists()
        ends_well(world)


def walk_with_files_of(most):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    worlds.walk()


# --- a clock that is set back -----------------------------------------------------------------------------------------
def test_a_clock_set_back_an_hour_makes_nothing_happen_twice(world, monkeypatch):
    with world.copy(worlds.OPEN):
        monkeypatch.setenv("FAILPOINT", "run.storing:kill")
        assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        monkeypatch.delenv("FAILPOINT")
        before = worlds.NOW - AN_HOUR
        schedule.tick(now=before, owner="set back")
        worlds.walk(before)
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert (run.number, run.state) == (1, "computing")
        ends_well(world)


def test_a_clock_set_back_over_the_line_opens_nothing_again(world):
    line = at(10, 31, 23)
    with world.copy(worlds.OPEN):
        schedule.tick(now=line, owner="on time")
        schedule.tick(now=line - timedelta(seconds=1), owner="set back")
        with pytest.raises(periods.PeriodNotOpen):
            periods.close(key=worlds.MONTH, by=None, now=line - timedelta(seconds=1))
        assert list(Period.objects.order_by("key").values_list("state", flat=True)) == [
            "closed",
            "closing",
            "open",
        ]


def test_a_month_is_not_closed_before_what_was_posted_in_it(world, monkeypatch):
    """Posted by a clock an hour ahead, finished by another: no transfer comes after the close."""
    with world.copy(worlds.APPROVED):
        monkeypatch.setenv("FAILPOINT", "seal.posted:raise")
        worlds.walk()
        monkeypatch.delenv("FAILPOINT")
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        runs.advance(run_id=run.pk, now=worlds.NOW - AN_HOUR)
        run.refresh_from_db()
        assert run.state == "final"
        assert Transfer.objects.latest("pk").posted_at == Period.objects.get(key=worlds.MONTH).closed_at
        assert audit.everything() == []


# --- a new version in the middle --------------------------------------------------------------------------------------
def test_a_new_version_computes_all_of_it_anew(world, monkeypatch):
    """Stages before `store` leave nothing behind: the version that stores is the one that computed."""
    with world.copy(worlds.OPEN):
        monkeypatch.setattr(runs, "ENGINE_VERSION", "0-before")
        monkeypatch.setenv("FAILPOINT", "run.store:kill")
        assert worlds.ended(worlds.fork(worlds.walk)) == -signal.SIGKILL
        monkeypatch.undo()
        worlds.again()
        found = worlds.books()
        assert "0-before" not in found
        assert world.differences() == []


def test_hashes_of_another_worker_never_stand_beside_these_rows(world, monkeypatch):
    """A worker taken for dead has computed; another, of another version, writes its hashes; then the first stores."""
    compute = computing.compute

    def overtaken(**given):
        done = compute(**given)
        Run.objects.filter(state="computing").update(
            input_hash="1" * 64, output_hash="2" * 64, engine_hash="3" * 64
        )
        return done

    with world.copy(worlds.OPEN):
        monkeypatch.setattr(computing, "compute", overtaken)
        monkeypatch.setattr(runs, "_stage", only_the_last(runs._stage))
        worlds.approve()
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert fingerprint.of_run(run_id=run.pk) == run.output_hash == run.approved_hash
        monkeypatch.undo()
        ends_well(world)


def only_the_last(stage):
    """The stages' own writing of hashes is what the other worker has overwritten."""

    def staged(run, name, now, **found):
        return stage(run, name, now, **found) if name == "review" else True

    return staged


def test_what_an_older_version_approved_is_refused_when_it_hashes_otherwise(world, monkeypatch):
    of_run = fingerprint.of_run
    with world.copy(worlds.APPROVED):
        monkeypatch.setattr(fingerprint, "of_run", lambda **given: of_run(**given)[::-1])
        jobs.advance_due(now=worlds.NOW, owner="a new version")
        run = Run.objects.get(period__key=worlds.MONTH, kind="close")
        assert (run.state, run.approved_by_id) == ("draft", None)
        assert not Transfer.objects.filter(run=run).exists()

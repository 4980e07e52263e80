"""Eight who write the audit trail at once leave one chain. And the controls: without the lock most of them fail, for no
two entries may follow the same one; without the constraints it forks."""

import threading
from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction

from common.models import TrailEntry
from common.operations import trail as writing
from common.queries import trail as reading
from common.trail import Saying, What
from tests.commissions.conftest import at
from tests.faults.test_races import race

pytestmark = pytest.mark.django_db(transaction=True)
WRITERS, EACH = 8, 6


def write(writer, n=0):
    said = Saying(what=What.STATUS, kind="distributor", key=f"{writer}/{n}", at=at(11, 2), who=writer)
    with transaction.atomic():
        writing.write(said)


def writer(number):
    def several():
        for n in range(EACH):
            write(number, n)

    return several


def test_eight_writers_leave_one_chain():
    before = reading.head().number
    assert race(*(writer(number) for number in range(WRITERS))) == [None] * WRITERS
    assert reading.head().number == before + WRITERS * EACH == TrailEntry.objects.count()
    assert reading.broken() is None


@pytest.fixture
def without_the_lock(monkeypatch):
    """Nobody waits, and where two may read at once, all have read before one writes."""
    looked, last = threading.Barrier(WRITERS), writing._last

    def all_look():
        found = last()
        with suppress(threading.BrokenBarrierError):
            looked.wait(timeout=2)
        return found

    monkeypatch.setattr(writing, "_lock", lambda: None)
    monkeypatch.setattr(writing, "_last", all_look)


def all_at_once():
    return race(*(lambda number=number: write(number) for number in range(WRITERS)))


def test_without_the_lock_the_constraints_let_one_through(without_the_lock):
    """SQLite has one writer at a time, with or without the lock: there all come through, one after the other."""
    before, stopped = reading.head().number, WRITERS - 1 if connection.vendor == "postgresql" else 0
    failed = [one for one in all_at_once() if one is not None]
    assert [type(one) for one in failed] == [IntegrityError] * stopped
    assert (reading.head().number, reading.broken()) == (before + WRITERS - stopped, None)


DROPPED = (
    ("common_trailentry_pkey", "PRIMARY KEY (number)"),
    ("trail_never_forks", "UNIQUE (previous)"),
)


def test_without_lock_and_constraints_it_forks(without_the_lock):
    if connection.vendor != "postgresql":
        return  # where no two can read the same head

    def change(statement):
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE common_trailentry {statement}")

    for name, _ in DROPPED:
        change(f"DROP CONSTRAINT {name}")
    try:
        assert all_at_once() == [None] * WRITERS
        assert TrailEntry.objects.values("previous").distinct().count() < TrailEntry.objects.count()
        assert reading.broken() is not None
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE common_trailentry DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM common_trailentry WHERE kind = 'distributor'")
            cursor.execute("ALTER TABLE common_trailentry ENABLE TRIGGER USER")
        for name, what in DROPPED:
            change(f"ADD CONSTRAINT {name} {what}")

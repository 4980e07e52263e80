"""Eight at once: the lock holds, and without it the tree is damaged."""

import random
import threading
from collections.abc import Callable
from contextlib import nullcontext

import pytest
from django.db import OperationalError, connection, connections, transaction

from distributors import tree
from distributors.models import Distributor
from distributors.tree import lock, places
from tests.distributors.people import LATER, join, person

WORKERS, EACH = 8, 50


def at_once(work: Callable[[int], None]) -> list[Exception]:
    """Runs work(0..7) in threads that start together; returns what went wrong."""
    together, errors = threading.Barrier(WORKERS), []

    def run(worker: int) -> None:
        try:
            together.wait()
            work(worker)
        except Exception as error:  # noqa: BLE001 - everything is reported
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(worker,)) for worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.mark.django_db(transaction=True)
def test_eight_times_fifty_sign_ups_leave_no_interval_wrong():
    start = [join("root", None)]
    start += [join(f"start-{at}", start[0]) for at in range(4)]

    def sign_up(worker: int) -> None:
        chance = random.Random(worker)
        for at in range(EACH):
            start.append(join(f"{worker}-{at}", chance.choice(start)))

    assert at_once(sign_up) == []
    assert Distributor.objects.count() == 5 + WORKERS * EACH
    assert tree.problems() == []


@pytest.mark.django_db(transaction=True)
def test_eight_roots_at_once_get_eight_trees():
    assert at_once(lambda worker: join(str(worker), None)) == []
    assert Distributor.objects.values("tree_id").distinct().count() == WORKERS


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_same_sign_ups_damage_the_tree(monkeypatch):
    """The negative control: a place looked up before another's commit is given out twice."""
    root = join("root", None)
    newcomers = [person(str(worker)) for worker in range(WORKERS)]
    looked = threading.Barrier(WORKERS)
    last_under = places.last_under

    def slow(sponsor_id: int) -> places.Spot:
        spot = last_under(sponsor_id)
        looked.wait(10)
        return spot

    monkeypatch.setattr(places, "writing", nullcontext)
    monkeypatch.setattr(places, "last_under", slow)
    assert at_once(lambda worker: tree.take_place(distributor=newcomers[worker], sponsor_id=root)) == []
    assert any("share a label" in problem for problem in tree.problems())


@pytest.mark.django_db(transaction=True)
def test_two_moves_that_would_close_a_circle_end_with_one_of_them():
    root = join("root", None)
    left, right = join("left", root), join("right", root)
    refused: list[Exception] = []

    def work(worker: int) -> None:
        one, other = (left, right) if worker % 2 else (right, left)
        try:
            tree.move(distributor_id=one, sponsor_id=other, effective_at=LATER)
        except tree.SponsorIsBelow as error:
            refused.append(error)

    assert at_once(work) == []
    assert refused
    assert tree.problems() == []


@pytest.fixture
def impatient(monkeypatch):
    """A tenth of a second instead of three (SQLite: twenty)."""
    monkeypatch.setattr(lock, "WAIT_MS", 100)
    if connection.vendor == "sqlite":
        connection.cursor().execute("PRAGMA busy_timeout = 100")
        yield
        connection.cursor().execute("PRAGMA busy_timeout = 20000")
    else:
        yield


@pytest.mark.django_db(transaction=True)
def test_a_tree_held_too_long_says_so_and_writes_nothing(impatient):
    held, done, late = threading.Event(), threading.Event(), person("late")

    def hold() -> None:
        with tree.writing():
            held.set()
            done.wait(10)
        connections.close_all()

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(10)
    with pytest.raises(tree.TreeBusy):
        tree.take_place(distributor=late, sponsor_id=None)
    done.set()
    holder.join()
    assert not Distributor.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_only_a_wait_for_the_lock_is_called_busy():
    with pytest.raises(OperationalError), tree.writing(), transaction.atomic():
        raise OperationalError("locked up for another reason")

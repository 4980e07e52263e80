"""Eight at once: the lock holds, and without it the tree is damaged."""

import random
import threading
from collections.abc import Callable
from contextlib import nullcontext, suppress

import pytest
from django.db import OperationalError, connection, connections, transaction

from distributors import tree
from distributors.models import Distributor
from distributors.tree import carrying, health, lock, moves, places
from tests.distributors.people import LATER, batch, join, person

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


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_roots_share_a_tree(monkeypatch):
    newcomers = [person(str(worker)) for worker in range(WORKERS)]
    looked = threading.Barrier(WORKERS)
    new_root = places.new_root

    def slow() -> places.Spot:
        spot = new_root()
        looked.wait(10)
        return spot

    monkeypatch.setattr(places, "writing", nullcontext)
    monkeypatch.setattr(places, "new_root", slow)
    assert at_once(lambda worker: tree.take_place(distributor=newcomers[worker], sponsor_id=None)) == []
    assert any("roots of the same tree" in problem for problem in tree.problems())


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_moves_close_a_circle(monkeypatch):
    root = join("root", None)
    left, right = join("left", root), join("right", root)
    looked, refuse = threading.Barrier(2), moves._refuse_circle

    def slow(*ids: int) -> None:
        refuse(*ids)
        looked.wait(10)

    monkeypatch.setattr(moves, "writing", nullcontext)
    monkeypatch.setattr(moves, "_refuse_circle", slow)
    pairs = [(left, right), (right, left)]

    def work(worker: int) -> None:
        if worker < 2:
            one, other = pairs[worker]
            with suppress(OperationalError):
                tree.move(distributor_id=one, sponsor_id=other, effective_at=LATER)

    at_once(work)
    assert any("circle" in problem for problem in tree.problems())


def company() -> list[int]:
    """A hundred people; the second heads a team of more than half of them."""
    chance = random.Random(2)
    tree.plant(people=batch([None, 0, 0, *(chance.choice([1, 1, 2, at - 1]) for at in range(3, 100))]))
    return list(Distributor.objects.order_by("pk").values_list("pk", flat=True))


def move_somebody(chance: random.Random, ids: list[int]) -> None:
    one, other = chance.sample(ids, 2)
    # In a circle, or while another great team is on its way: that is said, and nobody moves.
    with suppress(tree.SponsorIsBelow, tree.TreeBusy):
        tree.move(distributor_id=one, sponsor_id=other, effective_at=LATER, at_once=10)


@pytest.mark.django_db(transaction=True)
def test_moves_of_whole_teams_while_people_join_below_them(monkeypatch):
    monkeypatch.setattr(carrying, "AT_ONCE", 10)
    ids = company()

    def work(worker: int) -> None:
        chance = random.Random(worker)
        for at in range(25):
            if worker < 2:
                move_somebody(chance, ids[:100])
                tree.carry_on()
            else:
                ids.append(join(f"{worker}-{at}", chance.choice(ids)))

    assert at_once(work) == []
    tree.finish_carrying()
    assert Distributor.objects.count() == 100 + 6 * 25
    assert tree.problems() == tree.history_problems() == []


@pytest.mark.django_db(transaction=True)
def test_numbering_anew_while_people_join():
    ids = company()

    def work(worker: int) -> None:
        chance = random.Random(worker)
        for at in range(25):
            if worker == 0:
                tree.rebuild()
            else:
                ids.append(join(f"{worker}-{at}", chance.choice(ids)))

    assert at_once(work) == []
    assert Distributor.objects.count() == 100 + 7 * 25
    assert tree.problems() == []


def while_somebody_looks(monkeypatch, owner, name: str, looking: Callable[[], None], act: Callable[[], None]):
    """Without the lock: `act` happens when `looking` has done owner.name and has written nothing yet."""
    looked, acted, done = threading.Event(), threading.Event(), getattr(owner, name)

    def slow(*args, **how):
        found = done(*args, **how)
        if threading.current_thread() is thread:
            looked.set()
            acted.wait(10)
        return found

    def run() -> None:
        looking()
        connections.close_all()

    thread = threading.Thread(target=run)
    for module in (places, moves, health, carrying):
        monkeypatch.setattr(module, "writing", lambda *forest: nullcontext())
    monkeypatch.setattr(owner, name, slow)
    thread.start()
    assert looked.wait(10)
    act()
    acted.set()
    thread.join()


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_who_joins_stays_behind_when_the_team_moves(monkeypatch):
    ids, newcomer = company(), person("new")
    while_somebody_looks(
        monkeypatch,
        places,
        "last_under",
        lambda: tree.take_place(distributor=newcomer, sponsor_id=ids[1]),
        lambda: tree.move(distributor_id=ids[1], sponsor_id=ids[2], effective_at=LATER),
    )
    assert any("not inside" in problem for problem in tree.problems())


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_who_joins_is_overtaken_by_the_new_numbers(monkeypatch):
    ids, newcomer = company(), person("new")
    for at in range(90):
        join(f"crowd-{at}", ids[1])
    while_somebody_looks(
        monkeypatch,
        health,
        "numbered",
        tree.rebuild,
        lambda: tree.take_place(distributor=newcomer, sponsor_id=ids[5]),
    )
    assert tree.problems()


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

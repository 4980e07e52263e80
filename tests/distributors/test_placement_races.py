"""Eight at once into one placement tree: the lock holds, and without it places are fought over."""

import random
import threading
from contextlib import nullcontext
from datetime import UTC, datetime

import pytest

from distributors import tree
from distributors.models import Distributor, Holding, Placement, PlacementTree
from distributors.operations import filling, holding, placing
from distributors.tree import positions, positions_health
from tests.distributors.people import join
from tests.distributors.test_tree_races import EACH, WORKERS, at_once

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOON = NOW.replace(hour=13)


def open_tree(**choices) -> PlacementTree:
    return placing.open_tree(**{"name": "legs", "slots": 2, "now": NOW} | choices)


def enrol(number: str, under: int | None = None) -> int:
    """As enrolment does it: the sponsor tree's lock first, the placement trees' after."""
    with tree.writing():
        pk = join(number, under)
        placing.newcomer(distributor_id=pk, now=NOW)
    return pk


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("fill", "each"), [("first_free_by_level", EACH), ("left", 10), ("weaker_leg_by_count", 10)]
)
def test_eight_times_fifty_places_no_slot_twice_and_none_lost(fill, each):
    legs = open_tree(fill=fill)
    people = [join(str(at), None) for at in range(WORKERS * each)]

    def place(worker: int) -> None:
        for at in range(each):
            filling.automatically(tree=legs, owner_id=people[worker * each + at], now=NOW)

    assert at_once(place) == []
    assert Placement.objects.count() == WORKERS * each
    assert Placement.objects.values("parent_id", "slot").distinct().count() == WORKERS * each
    assert positions_health.problems() == []


@pytest.mark.django_db(transaction=True)
def test_sign_ups_into_two_trees_beside_further_positions():
    """Both locks in one transaction, and one of them alone: nobody waits for the other in a circle."""
    open_tree(positions_per_person=WORKERS * 10)
    board = open_tree(name="board", slots=3, positions_per_person=WORKERS * 10)
    start = [enrol("top")]

    def work(worker: int) -> None:
        chance = random.Random(worker)
        for at in range(10):
            if worker % 2:
                filling.add_position(tree_id=board.pk, owner_id=start[0], now=NOW)
            else:
                start.append(enrol(f"{worker}-{at}", chance.choice(start)))

    assert at_once(work) == []
    assert Distributor.objects.count() == 41
    assert Placement.objects.filter(ordinal=1).count() == 82
    assert Placement.objects.count() == 122
    assert positions_health.problems() == tree.problems() == []


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_two_are_sent_to_one_place(monkeypatch):
    """The negative control: all look before any of them writes. The database takes one, and refuses seven."""
    legs = open_tree(fill="left")
    people = [join(str(at), None) for at in range(WORKERS + 1)]
    filling.automatically(tree=legs, owner_id=people.pop(), now=NOW)
    looked, between = threading.Barrier(WORKERS), positions.between

    def slow(*args):
        spot = between(*args)
        looked.wait(10)
        return spot

    for module in (filling, positions):
        monkeypatch.setattr(module, "writing", nullcontext)
    monkeypatch.setattr(positions, "between", slow)
    errors = at_once(lambda n: filling.automatically(tree=legs, owner_id=people[n], now=NOW))
    assert {type(error) for error in errors} == {filling.PositionRefused}
    assert (len(errors), Placement.objects.count()) == (WORKERS - 1, 2)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_labels_are_given_out_twice(monkeypatch):
    """The negative control of the labels: eight in eight slots, which the database cannot tell apart."""
    legs = open_tree(slots=WORKERS)
    people = [join(str(at), None) for at in range(WORKERS + 1)]
    top = filling.automatically(tree=legs, owner_id=people.pop(), now=NOW)
    looked, between = threading.Barrier(WORKERS), positions.between

    def slow(*args):
        spot = between(*args)
        looked.wait(10)
        return spot

    monkeypatch.setattr(positions, "writing", nullcontext)
    monkeypatch.setattr(positions, "between", slow)

    def take(n: int) -> None:
        positions.take_slot(
            tree=legs, owner_id=people[n], ordinal=1, parent_id=top.pk, slot=n + 1, now=NOW, how="chosen"
        )

    assert at_once(take) == []
    assert any("share a label" in problem for problem in positions_health.problems())


@pytest.mark.django_db(transaction=True)
def test_eight_choices_for_one_newcomer_are_one():
    open_tree(holding_hours=24, slots=WORKERS)
    top = enrol("top")
    enrol("a", top)
    held, root = Holding.objects.get(), Placement.objects.get()

    def choose(worker: int) -> None:
        holding.choose(holding_id=held.pk, sponsor_id=top, parent_id=root.pk, slot=worker + 1, now=SOON)

    errors = at_once(choose)
    assert [type(error) for error in errors] == [holding.HoldingIsOver] * (WORKERS - 1)
    assert Placement.objects.count() == 2

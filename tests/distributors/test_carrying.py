"""A great team moves at once for everybody who asks, and its labels follow part by part."""

import random
from datetime import timedelta

import pytest
from django.db.models import Q

from common.operations import jobs
from distributors import tree
from distributors.models import Carrying, Distributor
from distributors.operations import sponsorship, tree_care
from distributors.queries import sponsor_tree
from distributors.tree import carrying
from tests.distributors.people import LATER, batch, children, everybody_below, join

pytestmark = pytest.mark.django_db
PART = 6


@pytest.fixture(autouse=True)
def small_parts(monkeypatch):
    monkeypatch.setattr(carrying, "AT_ONCE", PART)
    monkeypatch.setattr(carrying, "QUESTIONS", 0)


@pytest.fixture
def ids():
    """Two hundred under a root; B1 heads more than half of them, B2 stands beside it."""
    chance = random.Random(8)
    sponsors = [None, 0, 0, *(chance.choice([1, 1, 2, *range(3, at)]) for at in range(3, 200))]
    tree.plant(people=batch(sponsors))
    return dict(Distributor.objects.values_list("number", "pk"))


def downline(pk):
    return set(sponsor_tree.downline(distributor_id=pk).values_list("pk", flat=True))


def all_right(some):
    known = children()
    expected = {pk: everybody_below(pk, known) for pk in some}
    assert {pk: downline(pk) for pk in some} == expected
    assert sponsor_tree.team_counts(ids=some) == {pk: len(below) for pk, below in expected.items()}


def test_everybody_is_counted_right_from_the_first_moment_on(ids):
    moved = tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    assert moved > 10 * PART
    some = [ids[number] for number in ("B0", "B1", "B2", "B7", "B60", "B199")]
    steps = 0
    while tree.carry_on():
        all_right(some)
        steps += 1
    all_right(some)
    assert steps > 5
    assert tree.problems() == []


def test_by_intervals_they_would_not_be(ids, monkeypatch):
    """The control: read by interval, the old sponsor's team is short of nobody and the new one's of everybody."""
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    monkeypatch.setattr(sponsor_tree, "intervals_hold", lambda: Q(pk__gt=0))
    assert downline(ids["B2"]) != everybody_below(ids["B2"], children())


@pytest.mark.parametrize("seed", range(4))
def test_people_join_anywhere_between_two_parts(ids, seed):
    chance = random.Random(seed)
    tree.move(
        distributor_id=ids["B1"],
        sponsor_id=chance.choice([ids["B2"], None]),
        effective_at=LATER,
        at_once=PART,
    )
    people, more = list(ids.values()), True
    while more:
        for _ in range(chance.randrange(4)):
            people.append(join(f"J{len(people)}", chance.choice(people)))
        more = tree.carry_on()
    assert not Carrying.objects.exists()
    assert tree.problems() == tree.history_problems() == []
    all_right(chance.sample(people, 8))


def test_a_long_line_is_carried_head_by_head(ids):
    tree.plant(people=batch([None, *range(149)], outside=ids["B1"], prefix="L"))
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    last = Distributor.objects.get(number="L149").pk
    while tree.carry_on():
        last = join(f"M{last}", last)
    assert tree.problems() == []
    all_right([ids["B0"], ids["B1"], ids["B2"]])


def test_a_small_team_is_carried_at_once(ids):
    tree.move(distributor_id=ids["B199"], sponsor_id=ids["B0"], effective_at=LATER, at_once=PART)
    assert not tree.on_the_way()
    assert tree.problems() == []


def test_nobody_else_moves_while_somebody_is_on_the_way(ids):
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    with pytest.raises(tree.TreeBusy):
        tree.move(distributor_id=ids["B7"], sponsor_id=ids["B0"], effective_at=LATER)


@pytest.mark.parametrize("steps", [0, 3])
def test_numbering_anew_brings_everybody_home(ids, steps):
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    for _ in range(steps):
        tree.carry_on()
    tree.rebuild()
    assert not tree.on_the_way()
    assert tree.problems() == []


def test_a_check_waits_for_who_is_on_the_way(ids):
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER, at_once=PART)
    assert tree.check(now=LATER) == []
    assert not tree.on_the_way()


def test_an_approved_change_of_a_great_team_is_done_by_jobs(cast, monkeypatch):
    monkeypatch.setattr(sponsorship, "AT_ONCE", PART)
    tree.plant(people=batch([None, *([0] * 30)], outside=cast.eva.pk))
    change = sponsorship.request(
        number="1005",
        sponsor_number="1007",
        reason="Both asked for it",
        effective_at=LATER,
        by=cast.users["paula"].pk,
        now=LATER - timedelta(days=3),
    )
    sponsorship.approve(change_id=change.pk, by=cast.users["quinn"].pk, now=LATER - timedelta(days=2))
    jobs.advance_due(now=LATER, owner="the test")
    change.refresh_from_db()
    assert (change.state, change.people) == ("applied", 33)
    jobs.advance_due(now=LATER + timedelta(minutes=1), owner="the test")
    assert not tree.on_the_way()
    assert tree.problems() == []
    assert sponsor_tree.team_counts(ids=[cast.gus.pk]) == {cast.gus.pk: 33}


def test_the_check_is_due_once_an_hour(cast):
    for minute in (0, 1, 59):
        tree_care.request(now=LATER + timedelta(minutes=minute))
    assert jobs.advance_due(now=LATER + timedelta(minutes=59), owner="the test") == 1

"""Volumes of legs: from paid orders of the open books to the leg a newcomer is placed in."""

from datetime import timedelta

import numpy as np
import pytest

from common.models import Job
from common.operations import jobs
from distributors.models import Distributor, Placement, PlacementTree, PlacementVolume
from distributors.operations import filling, leg_volumes, placing
from sales.operations import books
from sales.queries import volume
from tests.distributors.people import join
from tests.sales import factories as make

pytestmark = pytest.mark.django_db
NOW = make.NOON
LATER = NOW + timedelta(minutes=90)


@pytest.fixture
def legs():
    return placing.open_tree(
        name="legs", slots=2, fill="weaker_leg_by_volume", positions_per_person=2, now=NOW
    )


def person(sponsor: Distributor | None) -> Distributor:
    number = f"P{Distributor.objects.count()}"
    return Distributor.objects.get(pk=join(number, sponsor.pk if sponsor else None))


def place(*people: Distributor) -> None:
    for one in people:
        placing.newcomer(distributor_id=one.pk, now=NOW)


def sold(seller: Distributor, pieces: int) -> None:
    make.order(seller, (make.product(sku=f"S{seller.pk}"), pieces), paid_at=NOW)


def measured() -> dict[str, int]:
    rows = PlacementVolume.objects.values_list("position__owner__number", "position__ordinal", "volume")
    return {f"{number}/{ordinal}": amount for number, ordinal, amount in rows}


def test_volume_adds_up_to_the_top_and_counts_a_person_once(legs):
    top = person(None)
    left, right, deep = (person(top) for _ in range(3))
    place(top, left, right, deep)
    filling.add_position(tree_id=legs.pk, owner_id=left.pk, now=NOW)
    sold(left, 1)
    sold(deep, 2)
    leg_volumes.measure(tree_id=legs.pk, now=LATER)
    assert Placement.objects.get(owner=deep, ordinal=1).parent.owner == left
    assert measured() == {f"{deep.number}/1": 1600, f"{left.number}/1": 2400, f"{top.number}/1": 2400}


def test_the_next_newcomer_goes_to_the_leg_with_less(legs):
    top = person(None)
    left, right, late = (person(top) for _ in range(3))
    place(top, left, right)
    sold(left, 1)
    leg_volumes.measure(tree_id=legs.pk, now=LATER)
    place(late)
    assert Placement.objects.get(owner=late).parent.owner == right


def test_what_was_sold_before_the_books_were_shut_does_not_count(legs):
    top = person(None)
    place(top)
    sold(top, 1)
    assert volume.open_volumes() == {top.pk: 800}
    books.shut(until=LATER)
    assert volume.open_volumes() == {}
    leg_volumes.measure(tree_id=legs.pk, now=LATER)
    assert measured() == {}


def test_measuring_again_replaces_what_was_measured(legs):
    top = person(None)
    place(top)
    sold(top, 1)
    leg_volumes.measure(tree_id=legs.pk, now=LATER)
    books.shut(until=LATER)
    leg_volumes.measure(tree_id=legs.pk, now=LATER)
    assert measured() == {}


def test_it_is_measured_once_an_hour_and_only_where_it_is_needed(legs):
    placing.open_tree(name="board", slots=3, now=NOW)
    for minute in range(180):
        leg_volumes.request(now=NOW + timedelta(minutes=minute))
        jobs.advance_due(now=NOW + timedelta(minutes=minute), owner="me")
    assert set(Job.objects.values_list("subject", flat=True)) == {str(legs.pk)}
    assert Job.objects.filter(kind=leg_volumes.JOB).count() == 3
    legs.refresh_from_db()
    assert legs.volumes_at >= NOW + timedelta(minutes=120)
    assert PlacementTree.objects.get(name="board").volumes_at is None


def test_random_trees_against_adding_up_by_hand(legs):
    chance = np.random.default_rng(4)
    people = [person(None)]
    for _ in range(30):
        people.append(person(people[int(chance.integers(len(people)))]))
    place(*people)
    volumes = {one.pk: int(chance.integers(0, 500)) for one in people}
    leg_volumes.measure_with(volumes=lambda: volumes)
    try:
        leg_volumes.measure(tree_id=legs.pk, now=LATER)
    finally:
        leg_volumes.measure_with(volumes=volume.open_volumes)
    for position in Placement.objects.all():
        inside = Placement.objects.filter(lft__gte=position.lft, lft__lt=position.rght)
        by_hand = sum(volumes[owner] for owner in inside.values_list("owner_id", flat=True))
        stored = PlacementVolume.objects.filter(position=position).values_list("volume", flat=True).first()
        assert (stored or 0) == by_hand

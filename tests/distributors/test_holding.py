"""The holding tank: the sponsor chooses for a while, then the tree's strategy."""

from datetime import UTC, datetime, timedelta

import pytest

from common.models import Job
from common.operations import jobs
from distributors.models import Holding, Placement
from distributors.operations import holding, placing, strategies
from distributors.queries import holdings
from tests.distributors.people import join

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SOON, LATE = NOW + timedelta(hours=5), NOW + timedelta(hours=24)


def enrol(number: str, under: int | None = None, now: datetime = NOW) -> int:
    pk = join(number, under)
    placing.newcomer(distributor_id=pk, now=now)
    return pk


@pytest.fixture
def tree(db):
    return placing.open_tree(name="legs", slots=["left", "right"], holding_hours=24, now=NOW)


@pytest.fixture
def top(tree):
    return enrol("top")


def choose(held: Holding, sponsor_id: int, below: str, slot: int, now: datetime = SOON) -> Placement:
    parent = Placement.objects.get(owner__number=below)
    return holding.choose(holding_id=held.pk, sponsor_id=sponsor_id, parent_id=parent.pk, slot=slot, now=now)


def test_who_has_nobody_above_is_placed_at_once(top):
    assert Placement.objects.get().owner_id == top
    assert not Holding.objects.exists()


def test_a_newcomer_waits_for_the_sponsor(top):
    enrol("a", top)
    assert Placement.objects.count() == 1
    assert [(w.number, w.ends_at) for w in holdings.waiting(sponsor_id=top, now=SOON)] == [("a", LATE)]


def test_the_sponsor_chooses(top):
    enrol("a", top)
    held = Holding.objects.get()
    position = choose(held, top, "top", 2)
    held.refresh_from_db()
    assert (position.slot, position.how) == (2, "chosen")
    assert (held.position_id, held.ended_at) == (position.pk, SOON)
    assert holdings.waiting_count(sponsor_id=top, now=SOON) == 0


def test_when_the_time_is_over_the_strategy_places_them(top):
    enrol("a", top)
    assert jobs.advance_due(now=SOON, owner="me") == 0
    jobs.advance_due(now=LATE, owner="me")
    position = Placement.objects.get(owner__number="a")
    assert (position.slot, position.how) == (1, "first_free_by_level")
    assert Holding.objects.get().position_id == position.pk


def test_the_job_leaves_a_chosen_place_alone(top):
    enrol("a", top)
    position = choose(Holding.objects.get(), top, "top", 2)
    jobs.advance_due(now=LATE, owner="me")
    assert Job.objects.get().state == Job.State.DONE
    assert Placement.objects.get(owner__number="a").pk == position.pk


def test_nobody_chooses_twice_or_too_late(top):
    enrol("a", top)
    held = Holding.objects.get()
    with pytest.raises(holding.HoldingIsOver):
        choose(held, top, "top", 1, now=LATE)
    choose(held, top, "top", 1)
    with pytest.raises(holding.HoldingIsOver):
        choose(held, top, "top", 2)
    assert Placement.objects.count() == 2


def test_only_the_sponsor_chooses(top):
    a = enrol("a", top)
    with pytest.raises(holding.NotYours):
        choose(Holding.objects.get(), a, "top", 1)
    assert not holdings.waiting(sponsor_id=a, now=SOON)


def test_only_below_ones_own_position(top):
    enrol("a", top)
    choose(Holding.objects.get(), top, "top", 1)
    a = Placement.objects.get(owner__number="a").owner_id
    enrol("b", a)
    held = Holding.objects.get(ended_at=None)
    with pytest.raises(holding.NotYours):
        choose(held, a, "top", 2)
    choose(held, a, "a", 2)


def test_a_taken_slot_is_refused_and_the_newcomer_still_waits(top):
    enrol("a", top)
    enrol("b", top)
    first, second = Holding.objects.order_by("pk")
    choose(first, top, "top", 1)
    with pytest.raises(holding.SlotTaken):
        choose(second, top, "top", 1)
    with pytest.raises(holding.SlotTaken):
        choose(second, top, "top", 3)
    assert Holding.objects.get(ended_at=None).pk == second.pk


def test_places_are_offered_by_leg_and_strangers_are_not_named(top):
    """Spillover brings b, whom top sponsors, below a; a sees a place there and no name."""
    a = enrol("a", top)
    enrol("b", top)
    choose(Holding.objects.get(owner__number="a"), top, "top", 1)
    choose(Holding.objects.get(owner__number="b"), top, "a", 1)
    tree_id = Placement.objects.first().tree_id
    mine = holdings.places(tree_id=tree_id, sponsor_id=a)
    assert [(place.leg_name, place.levels, place.above and place.above.number) for place in mine] == [
        ("left", 2, None),
        ("right", 1, "a"),
    ]
    named = holdings.places(tree_id=tree_id, sponsor_id=top)
    assert {place.above.number for place in named} == {"a", "b", "top"}


def test_a_full_tree_fails_the_job_where_staff_see_it(db):
    placing.open_tree(name="board", slots=2, depth_limit=1, now=NOW)
    top = enrol("top")
    for number in "abc":
        enrol(number, top)
    for minute in range(60):
        jobs.advance_due(now=NOW + timedelta(minutes=minute), owner="me")
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "board" in job.error
    assert strategies.TreeIsFull.__name__ in job.error

"""Where newcomers come in a placement tree."""

import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from distributors.models import Holding, Placement, PlacementTree, PlacementVolume
from distributors.operations import filling, placing
from distributors.queries import placements
from distributors.tree import labels, positions_health
from distributors.tree.positions import take_slot
from tests.distributors.people import join
from tests.distributors.placed import Plain, stored

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def open_tree(**choices):
    return placing.open_tree(**{"name": "legs", "slots": ["left", "right"], "now": NOW} | choices)


def enrol(number: str, under: int | None = None) -> int:
    """Joins the sponsor tree and, as enrolment does, every placement tree."""
    pk = join(number, under)
    placing.newcomer(distributor_id=pk, now=NOW)
    return pk


def sound() -> bool:
    return positions_health.problems() == []


FILLS = st.sampled_from([fill for fill in PlacementTree.Fill.values if "volume" not in fill])


class RandomJoins(HypothesisCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        choices=st.lists(st.tuples(st.integers(0, 10_000), FILLS), min_size=1, max_size=40),
        width=st.integers(2, 4),
        depth_limit=st.sampled_from([None, None, 1, 2, 3]),
    )
    def test_every_strategy_finds_the_place_a_slow_search_finds(self, choices, width, depth_limit):
        tree = open_tree(slots=width, depth_limit=depth_limit)
        plain, ids = Plain(width, depth_limit), []
        for at, (choice, fill) in enumerate(choices):
            PlacementTree.objects.update(fill=fill)
            sponsor = choice % len(ids) if ids and choice % 10 else None
            ids.append(enrol(str(at), None if sponsor is None else ids[sponsor]))
            plain.join(str(at), None if sponsor is None else str(sponsor), fill)
        assert stored(tree) == plain.places()
        assert sound()
        assert Placement.objects.count() + Holding.objects.count() == len(choices)


class RandomPositions(HypothesisCase):
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(
        choices=st.lists(st.tuples(st.integers(0, 10_000), FILLS, st.booleans()), min_size=1, max_size=40),
        width=st.integers(2, 3),
        depth_limit=st.sampled_from([None, 2, 4]),
    )
    def test_newcomers_and_further_positions_leave_everything_derived_right(
        self, choices, width, depth_limit
    ):
        tree = open_tree(slots=width, depth_limit=depth_limit, positions_per_person=3)
        ids = [enrol("top")]
        for at, (choice, fill, newcomer) in enumerate(choices):
            PlacementTree.objects.update(fill=fill)
            who = ids[choice % len(ids)]
            if newcomer:
                ids.append(enrol(str(at), who))
                continue
            with contextlib.suppress(filling.PositionRefused, filling.HasNoPosition, filling.TreeIsFull):
                filling.add_position(tree_id=tree.pk, owner_id=who, now=NOW)
        assert sound()
        assert max(Placement.objects.values_list("ordinal", flat=True)) <= 3
        # Further ones stand below the first, unless that part of a tree of limited depth is full.
        for position in Placement.objects.filter(ordinal__gt=1):
            first = Placement.objects.get(owner=position.owner, ordinal=1)
            assert depth_limit or first.lft < position.lft < first.rght


def numbers(below: int, slot: int) -> list[str]:
    head = Placement.objects.get(parent__owner_id=below, slot=slot)
    inside = Placement.objects.filter(tree=head.tree, lft__gte=head.lft, lft__lt=head.rght)
    return sorted(inside.values_list("owner__number", flat=True))


@pytest.mark.django_db
def test_a_leg_is_one_range_and_stands_in_the_order_of_its_slots():
    tree = open_tree(fill="first_free_by_level")
    top = enrol("0")
    for at in range(1, 15):
        enrol(str(at), top)
    assert numbers(top, 1) == sorted(["1", "3", "4", "7", "8", "9", "10"])
    order = (
        Placement.objects.filter(tree=tree, level=2).order_by("lft").values_list("owner__number", flat=True)
    )
    assert list(order) == ["3", "4", "5", "6"]


@pytest.mark.django_db
def test_a_sponsor_whose_places_are_full_spills_over_below_others():
    open_tree(fill="first_free_by_level")
    top = enrol("top")
    enrol("a", top)
    enrol("b", top)
    enrol("third", top)
    third = Placement.objects.get(owner__number="third")
    assert (third.parent.owner.number, third.slot) == ("a", 1)


@pytest.mark.django_db
def test_a_sponsor_without_a_position_hands_on_to_the_next_above():
    open_tree(slots=2, fill="left")
    top = enrol("top")
    enrol("a", top)
    late = join("without", Placement.objects.get(owner__number="a").owner_id)
    enrol("b", late)
    assert stored(PlacementTree.objects.get())["b"] == ("a", 1)


@pytest.mark.django_db
def test_the_weaker_leg_by_volume_is_the_one_last_measured_smaller():
    open_tree(fill="weaker_leg_by_volume")
    top = enrol("top")
    enrol("a", top)
    a = Placement.objects.get(owner__number="a")
    PlacementVolume.objects.create(position=a, volume=100)
    enrol("b", top)
    assert stored(PlacementTree.objects.get())["b"] == ("top", 2)
    PlacementVolume.objects.create(position=Placement.objects.get(owner__number="b"), volume=300)
    enrol("c", top)
    assert stored(PlacementTree.objects.get())["c"] == ("a", 1)


@pytest.mark.django_db
def test_counting_legs_beyond_the_first_limit(monkeypatch):
    monkeypatch.setattr("distributors.queries.free_places.FIRST_LIMIT", 1)
    monkeypatch.setattr("distributors.queries.free_places.GROWTH", 2)
    tree, plain = open_tree(fill="weaker_leg_by_count"), Plain(2)
    ids = [enrol("0")]
    plain.join("0", None, tree.fill)
    for at in range(1, 40):
        ids.append(enrol(str(at), ids[at // 3 % 5]))
        plain.join(str(at), str(at // 3 % 5), tree.fill)
    assert stored(tree) == plain.places()


@pytest.mark.django_db
def test_several_positions_of_one_person_and_no_more_than_allowed():
    tree = open_tree(positions_per_person=3, top_number="")
    top = enrol("top")
    for ordinal in (2, 3):
        assert filling.add_position(tree_id=tree.pk, owner_id=top, now=NOW).ordinal == ordinal
    with pytest.raises(filling.PositionRefused):
        filling.add_position(tree_id=tree.pk, owner_id=top, now=NOW)
    assert Placement.objects.filter(owner_id=top).count() == 3
    assert Placement.objects.get(ordinal=1).free_slots == 0
    assert sound()


@pytest.mark.django_db
def test_who_has_no_position_gets_no_second_one():
    tree = open_tree()
    enrol("top")
    with pytest.raises(filling.HasNoPosition):
        filling.add_position(tree_id=tree.pk, owner_id=join("other", None), now=NOW)


@pytest.mark.django_db
def test_a_full_tree_hinders_nobody_from_joining():
    tree = open_tree(slots=2, depth_limit=1)
    top = enrol("top")
    for number in ("a", "b", "waits"):
        enrol(number, top)
    assert Placement.objects.filter(tree=tree).count() == 3
    assert Holding.objects.get().owner.number == "waits"


@pytest.mark.django_db
def test_every_newcomer_gets_a_place_in_every_tree():
    one, other = open_tree(), open_tree(name="board", slots=3)
    top = enrol("top")
    enrol("a", top)
    assert stored(one) == stored(other) == {"top": (None, None), "a": ("top", 1)}
    assert sound()


@pytest.mark.django_db
def test_a_long_outside_leg_moves_few_labels(monkeypatch):
    moved: list[int] = []
    held, spread = labels._held, labels._spread

    def counting(table, tree_id, within, **how):
        moved.append(held(table, tree_id, *within))
        spread(table, tree_id, within, **how)

    monkeypatch.setattr(labels, "_spread", counting)
    open_tree(fill="left")
    top = enrol("top")
    for at in range(150):
        enrol(str(at), top)
    assert Placement.objects.get(owner__number="149").level == 150
    assert moved, "150 in one line use up the first gap"
    assert sum(moved) / 150 < 40
    assert sound()


@pytest.mark.django_db
def test_the_engine_gets_the_tree_as_it_stood_on_a_day():
    open_tree(fill="left")
    top = enrol("top")
    enrol("a", top)
    later = NOW.replace(day=9)
    late = join("late", top)
    placing.newcomer(distributor_id=late, now=later)
    before = placements.positions(tree="legs", before=later)
    after = placements.positions(tree="legs", before=later.replace(day=10))
    assert (len(before), len(after)) == (2, 3)
    assert after.parent.tolist() == [-1, 0, 1]
    assert after.slot.tolist() == [0, 1, 1]
    assert after.owner_id.tolist()[2] == late
    assert len(placements.positions(tree="legs", before=NOW)) == 0
    with pytest.raises(placements.NoSuchTree):
        placements.positions(tree="nothing", before=NOW)
    assert sound()


@pytest.mark.django_db
def test_nobody_is_placed_before_the_position_above():
    tree = open_tree()
    top = Placement.objects.get(owner_id=enrol("top"))
    early = take_slot(
        tree=tree,
        owner_id=join("a", None),
        ordinal=1,
        parent_id=top.pk,
        slot=2,
        now=NOW.replace(day=1),
        how="chosen",
    )
    assert early.placed_at == NOW


@pytest.mark.django_db
@pytest.mark.parametrize(
    "choices",
    [
        {"slots": 1},
        {"slots": ["left", "left"]},
        {"slots": ["left", ""]},
        {"depth_limit": 0},
        {"positions_per_person": 0},
        {"fill": "somewhere"},
        {"name": "no spaces here"},
        {"top_number": "4711"},
    ],
)
def test_what_makes_no_tree_is_refused_with_a_reason(choices):
    with pytest.raises(placing.NotATree, match=r".{10}"):
        open_tree(**choices)
    assert not PlacementTree.objects.exists()

"""The labels against who sponsors whom."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisCase

from distributors import tree
from distributors.models import Distributor
from distributors.queries import sponsor_tree
from distributors.tree import labels
from tests.distributors.people import LATER, batch, children, everybody_below, join, person


def downline(pk: int) -> set[int]:
    return set(sponsor_tree.downline(distributor_id=pk).values_list("pk", flat=True))


class RandomJoins(HypothesisCase):
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(choices=st.lists(st.integers(min_value=0, max_value=10_000), min_size=1, max_size=60))
    def test_downlines_are_those_of_a_breadth_first_search(self, choices):
        ids: list[int] = []
        for at, choice in enumerate(choices):
            # Every tenth starts a tree of their own.
            ids.append(join(str(at), ids[choice % len(ids)] if ids and choice % 10 else None))
        known = children()
        assert {pk: downline(pk) for pk in ids} == {pk: everybody_below(pk, known) for pk in ids}
        assert tree.problems() == []


@pytest.mark.django_db
def test_a_newcomer_moves_nobody_while_there_is_room():
    root = join("1", None)
    first = join("2", root)
    before = list(Distributor.objects.values_list("pk", "lft", "rght"))
    join("3", first)
    after = list(Distributor.objects.exclude(number="3").values_list("pk", "lft", "rght"))
    assert after == before


@pytest.mark.django_db
def test_labels_stay_between_one_and_the_top():
    join("2", join("1", None))
    lowest = Distributor.objects.order_by("lft").values_list("lft", flat=True)[0]
    highest = Distributor.objects.order_by("-rght").values_list("rght", flat=True)[0]
    assert (lowest, highest) == (1, labels.TOP - 1)


@pytest.mark.django_db
def test_a_thousand_under_one_sponsor():
    root = join("root", None)
    for at in range(1_000):
        join(str(at), root)
    assert sponsor_tree.team_counts(ids=[root]) == {root: 1_000}
    assert tree.problems() == []


@pytest.mark.django_db
def test_many_under_one_sponsor_move_few_labels_each(monkeypatch):
    moved: list[int] = []
    held = labels._held
    spread = labels._spread

    def counting(table, tree_id, within, **how):
        moved.append(held(table, tree_id, *within))
        spread(table, tree_id, within, **how)

    monkeypatch.setattr(labels, "_spread", counting)
    root = join("root", None)
    for at in range(600):
        join(str(at), root)
    assert moved, "600 under one sponsor use up the first gap"
    assert sum(moved) / 600 < 40


@pytest.mark.django_db
def test_a_line_of_three_hundred_joined_one_by_one():
    last = None
    for at in range(300):
        last = join(str(at), last)
    assert len(sponsor_tree.walk_up(distributor_id=last)) == 300
    assert tree.problems() == []


@pytest.mark.django_db
def test_a_line_of_five_thousand_is_planted_rebuilt_and_walked():
    tree.plant(people=batch([None, *range(4_999)]))
    last = Distributor.objects.get(number="B4999")
    tree.rebuild()
    assert tree.problems() == []
    assert (last.level, len(sponsor_tree.walk_up(distributor_id=last.pk))) == (4_999, 5_000)


@pytest.mark.django_db
def test_planting_a_random_network_in_any_order_under_somebody():
    root = join("root", join("top", None))
    chance = random.Random(7)
    order = list(range(2_000))
    chance.shuffle(order)
    sponsors = [None if at == 0 or chance.random() < 0.02 else chance.randrange(at) for at in range(2_000)]
    shuffled: list[int | None] = [None] * 2_000
    for at, sponsor in enumerate(sponsors):
        shuffled[order[at]] = None if sponsor is None else order[sponsor]
    tree.plant(people=batch(shuffled, outside=root))
    known = children()
    assert tree.problems() == []
    for pk in chance.sample(sorted(pk for pks in known.values() for pk in pks), 40):
        assert downline(pk) == everybody_below(pk, known)


@pytest.mark.django_db
def test_planting_under_more_sponsors_than_room_is_sought_for(monkeypatch):
    monkeypatch.setattr("distributors.tree.planting.MANY_SPONSORS", 3)
    tree.plant(people=batch([None, 0, 0, 1, 1, 2]))
    people = [
        batch([None], outside=pk, prefix=f"C{pk}-")[0]
        for pk in Distributor.objects.values_list("pk", flat=True)
    ]
    tree.plant(people=people)
    assert tree.problems() == []
    assert Distributor.objects.count() == 12


@pytest.mark.django_db
def test_a_circle_in_a_batch_is_refused_with_its_path():
    with pytest.raises(tree.SponsorIsBelow) as refusal:
        tree.plant(people=batch([None, 3, 1, 2]))
    assert set(refusal.value.path) == {"B1", "B2", "B3"}
    assert not Distributor.objects.exists()


@pytest.mark.django_db
def test_a_sponsor_nobody_knows_is_refused():
    with pytest.raises(tree.SponsorUnknown):
        tree.take_place(distributor=person("1"), sponsor_id=987_654)
    assert not Distributor.objects.exists()


@pytest.mark.django_db
def test_moving_a_branch_takes_everybody_along():
    tree.plant(people=batch([None, 0, 1, 1, 0, None]))
    ids = dict(Distributor.objects.values_list("number", "pk"))
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B5"], effective_at=LATER)
    assert downline(ids["B5"]) == {ids["B1"], ids["B2"], ids["B3"]}
    assert tree.problems() == []


@pytest.mark.django_db
def test_moving_below_oneself_is_refused_with_the_path():
    tree.plant(people=batch([None, 0, 1, 2]))
    ids = dict(Distributor.objects.values_list("number", "pk"))
    with pytest.raises(tree.SponsorIsBelow) as refusal:
        tree.move(distributor_id=ids["B1"], sponsor_id=ids["B3"], effective_at=LATER)
    assert refusal.value.path == ["B3", "B2", "B1"]
    assert tree.problems() == []


@pytest.mark.django_db
def test_moving_below_oneself_would_close_a_circle_without_the_refusal(monkeypatch):
    monkeypatch.setattr("distributors.tree.moves._refuse_circle", lambda *ids: None)
    tree.plant(people=batch([None, 0, 1, 2]))
    ids = dict(Distributor.objects.values_list("number", "pk"))
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B3"], effective_at=LATER)
    assert "circle" in tree.problems()[0]


@pytest.mark.django_db
def test_random_moves_keep_the_tree_sound():
    chance = random.Random(11)
    tree.plant(people=batch([None, *(chance.randrange(at) for at in range(1, 200))]))
    ids = list(Distributor.objects.values_list("pk", flat=True))
    for _ in range(60):
        one, other = chance.sample(ids, 2)
        try:
            above = other if chance.random() < 0.9 else None
            tree.move(distributor_id=one, sponsor_id=above, effective_at=LATER)
        except tree.SponsorIsBelow:
            continue
    assert tree.problems() == tree.history_problems() == []


@pytest.mark.django_db
def test_planting_under_many_sponsors_at_once_finds_room_for_all():
    top = join("top", None)
    for at in range(60):
        join(f"S{at}", top)
    sponsors = list(Distributor.objects.values_list("pk", flat=True))
    people = [p for pk in sponsors for p in batch([None] * 30, outside=pk, prefix=f"N{pk}-")]
    tree.plant(people=people)
    assert tree.problems() == []
    assert set(children()[sponsors[5]]) & {p.distributor.pk for p in people} != set()


@pytest.mark.django_db
def test_room_found_once_may_be_gone_when_the_next_sponsor_has_got_theirs(monkeypatch):
    """Without looking again, labels of one branch land where another's were moved to."""
    top = join("top", None)
    pk = top
    for at in range(80):
        pk = join(f"S{at}", pk)
    monkeypatch.setattr("distributors.tree.planting._spots", _looked_once)
    people = [p for at in range(1, 81) for p in batch([None] * 40, outside=top + at, prefix=f"N{at}-")]
    tree.plant(people=people)
    assert tree.problems() != []


def _looked_once(labels):
    from distributors.tree.places import free_interval

    return {pk: free_interval(pk, labels=count) for pk, count in labels.items()}


@pytest.mark.django_db
def test_a_sponsor_of_twenty_thousand_is_paged_counted_searched_and_moved(django_assert_num_queries):
    tree.plant(people=batch([None, 0, 0, *[1] * 20_000]))
    ids = dict(Distributor.objects.filter(level__lt=2).values_list("number", "pk"))
    with django_assert_num_queries(2):
        page = sponsor_tree.direct_members(distributor_id=ids["B1"])[19_950:20_000]
        counts = sponsor_tree.team_counts(ids=[one.pk for one in page])
    assert (len(counts), set(counts.values())) == (50, {0})
    assert sponsor_tree.team_counts(ids=[ids["B1"]]) == {ids["B1"]: 20_000}
    (found,) = sponsor_tree.search(viewer_id=ids["B0"], text="B19999", limit=5)
    assert found.sponsor_id == ids["B1"]
    join("next", ids["B1"])
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B2"], effective_at=LATER)
    assert sponsor_tree.team_counts(ids=[ids["B2"]]) == {ids["B2"]: 20_002}
    assert tree.roll_up(distributor_id=ids["B1"], effective_at=LATER) == 20_001
    assert tree.problems() == tree.history_problems() == []


@pytest.mark.django_db
def test_a_line_of_five_thousand_moves_and_is_put_under_another(django_assert_num_queries):
    tree.plant(people=batch([None, *range(4_999), None]))
    ids = dict(Distributor.objects.values_list("number", "pk"))
    tree.move(distributor_id=ids["B1"], sponsor_id=ids["B5000"], effective_at=LATER)
    assert sponsor_tree.team_counts(ids=[ids["B5000"], ids["B0"]]) == {ids["B5000"]: 4_999, ids["B0"]: 0}
    with django_assert_num_queries(1):
        line = sponsor_tree.walk_up(distributor_id=ids["B4999"])
    assert (len(line), line[-1].number) == (5_000, "B5000")
    with pytest.raises(tree.SponsorIsBelow):
        tree.move(distributor_id=ids["B2500"], sponsor_id=ids["B4999"], effective_at=LATER)
    assert tree.problems() == []

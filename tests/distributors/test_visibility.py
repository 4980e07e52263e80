"""Self all, upline a little, others nothing; also when the intervals are broken."""

import random

import pytest
from django.db import connection

from distributors import tree
from distributors.models import Distributor
from distributors.queries import network, people, sponsor_tree
from distributors.queries.visibility import NotVisible, find
from tests.distributors.people import batch, children, everybody_below


def scramble() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Distributor._meta.db_table} SET lft = 1, rght = 9000000000 - id, tree_id = 1"
        )


def test_everybody_sees_themselves(cast):
    seen = find(viewer_id=cast.eva.pk, number=cast.eva.number)
    assert (seen.tier, seen.level_below, [step.name for step in seen.path]) == ("self", 0, ["Eva Vermeer"])


def test_a_far_upline_sees_the_path_down(cast):
    seen = find(viewer_id=cast.ana.pk, number=cast.eva.number)
    assert (seen.tier, seen.level_below) == ("upline", 4)
    assert [step.name.split()[0] for step in seen.path] == ["Ana", "Ben", "Cleo", "Dan", "Eva"]


@pytest.mark.parametrize("viewer", ["finn", "gus", "hana"])
def test_downline_and_sideline_see_nobody(cast, viewer):
    with pytest.raises(NotVisible):
        find(viewer_id=cast.people[viewer].pk, number=cast.eva.number)


@pytest.mark.parametrize("number", ["no-such", "", "1005\x00", "1005 ", "٣"])
def test_an_unknown_number_looks_the_same_as_a_stranger(cast, number):
    with pytest.raises(NotVisible):
        find(viewer_id=cast.gus.pk, number=number)


def test_broken_intervals_show_nobody_foreign(cast):
    scramble()
    with pytest.raises(NotVisible):
        find(viewer_id=cast.gus.pk, number=cast.eva.number)
    assert sponsor_tree.search(viewer_id=cast.gus.pk, text="Vermeer", limit=50) == []
    assert sponsor_tree.newest(distributor_id=cast.gus.pk, limit=50) == []


def test_the_interval_alone_would_show_them(cast):
    """The negative control of the test above."""
    scramble()
    Distributor.objects.filter(pk=cast.gus.pk)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {Distributor._meta.db_table} SET lft = 0 WHERE id = %s", [cast.gus.pk])
    assert cast.eva.pk in sponsor_tree.downline(distributor_id=cast.gus.pk).values_list("pk", flat=True)


@pytest.mark.django_db
def test_visible_means_ancestor_or_self_for_random_pairs():
    chance = random.Random(5)
    tree.plant(
        people=batch(
            [None, *(chance.randrange(at) if chance.random() < 0.97 else None for at in range(1, 200))]
        )
    )
    numbers = dict(Distributor.objects.values_list("pk", "number"))
    known, ids = children(), sorted(numbers)
    for _ in range(400):
        viewer, subject = chance.choice(ids), chance.choice(ids)
        allowed = viewer == subject or subject in everybody_below(viewer, known)
        try:
            find(viewer_id=viewer, number=numbers[subject])
        except NotVisible:
            assert not allowed
        else:
            assert allowed


def test_search_finds_by_name_or_number_below_oneself(cast):
    by_name = sponsor_tree.search(viewer_id=cast.ben.pk, text="eva verm", limit=10)
    by_number = sponsor_tree.search(viewer_id=cast.ben.pk, text="1005", limit=10)
    assert [found.pk for found in by_name] == [found.pk for found in by_number] == [cast.eva.pk]


def test_search_does_not_reach_upwards(cast):
    assert sponsor_tree.search(viewer_id=cast.eva.pk, text="Dan", limit=10) == []


def test_levels_below_are_counted_by_walking_up(cast):
    ids = [one.pk for one in cast.people.values()]
    levels = sponsor_tree.levels_below(distributor_id=cast.cleo.pk, ids=ids)
    assert levels == {cast.dan.pk: 1, cast.eva.pk: 2, cast.finn.pk: 3}


def test_the_upline_is_a_queryset_from_the_root_down(cast):
    names = sponsor_tree.upline(distributor_id=cast.eva.pk).values_list("profile__given_name", flat=True)
    assert list(names) == ["Ana", "Ben", "Cleo", "Dan"]


def test_the_network_has_everybody_by_number_with_their_sponsor(cast):
    rows = network.network()
    assert len(rows) == 8
    assert rows.number.tolist() == sorted(rows.number.tolist())
    stored = dict(Distributor.objects.values_list("pk", "sponsor_id"))
    found = dict(zip(rows.id.tolist(), rows.sponsor_id.tolist(), strict=True))
    assert found == {pk: sponsor or network.NOBODY for pk, sponsor in stored.items()}


@pytest.mark.parametrize(
    ("name", "kind", "shut_out"),
    [
        ("eva", "distributor", False),
        ("ivo", "customer", False),
        ("rolf", "staff", False),
        ("hana", "distributor", True),
    ],
)
def test_who_stands_behind_a_login(cast, name, kind, shut_out, django_assert_num_queries):
    with django_assert_num_queries(1):
        me = people.me(user_id=cast.users[name].pk)
    assert (me.kind, me.shut_out, me.name.split()[0]) == (kind, shut_out, name.title())


def test_names_and_numbers_lead_to_each_other(cast):
    assert people.by_numbers(numbers=["1005", "nobody"]) == {"1005": cast.eva.pk}
    assert people.names(ids=[cast.eva.pk, 0])[cast.eva.pk].initials == "EV"

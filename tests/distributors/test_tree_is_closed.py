"""Nobody but distributors.tree writes the tree, and what django-mptt would count by labels is counted by
people.
"""

import pytest

from distributors import tree
from distributors.models import Distributor, TreeIsWrittenElsewhere
from tests.distributors.people import LATER, batch, person


@pytest.fixture
def root(db):
    tree.plant(people=batch([None, 0, 1, 1]))
    return Distributor.objects.get(number="B0")


CLOSED = {
    "update": lambda one: Distributor.objects.update(sponsor=None),
    "update of labels": lambda one: Distributor.objects.filter(pk=one.pk).update(lft=5),
    "bulk_update": lambda one: Distributor.objects.bulk_update([one], ["sponsor"]),
    "bulk_create": lambda one: Distributor.objects.bulk_create([one]),
    "create": lambda one: Distributor.objects.create(number="9", profile_id=1, joined_at=one.joined_at),
    "save of somebody new": lambda one: person("9").save(),
    "save of the sponsor": lambda one: one.save(update_fields=["sponsor"]),
    "delete": lambda one: one.delete(),
    "delete of many": lambda one: Distributor.objects.filter(pk=one.pk).delete(),
    "insert_node": lambda one: Distributor.objects.insert_node(person("9"), one),
    "insert_at": lambda one: person("9").insert_at(one),
    "move_node": lambda one: Distributor.objects.move_node(one, None),
    "move_to": lambda one: one.move_to(None),
    "rebuild": lambda one: Distributor.objects.rebuild(),
    "partial_rebuild": lambda one: Distributor.objects.partial_rebuild(1),
    "delay_mptt_updates": lambda one: Distributor.objects.delay_mptt_updates(),
    "disable_mptt_updates": lambda one: Distributor.objects.disable_mptt_updates(),
    "build_tree_nodes": lambda one: Distributor.objects.build_tree_nodes({}),
}


@pytest.mark.parametrize("name", CLOSED)
def test_every_other_writer_is_refused(root, name):
    before = list(Distributor.objects.values_list("pk", "sponsor_id", "lft", "rght", "tree_id", "level"))
    with pytest.raises(TreeIsWrittenElsewhere):
        CLOSED[name](root)
    assert (
        list(Distributor.objects.values_list("pk", "sponsor_id", "lft", "rght", "tree_id", "level")) == before
    )


def test_saving_with_another_sponsor_is_refused(root):
    last = Distributor.objects.get(number="B3")
    last.sponsor = root
    with pytest.raises(TreeIsWrittenElsewhere):
        last.save()


def test_a_stale_form_saves_the_rest_and_leaves_the_tree_alone(root):
    stale = Distributor.objects.get(number="B2")
    tree.move(distributor_id=stale.pk, sponsor_id=root.pk, effective_at=LATER)
    stale.career_rank = "Leader"
    stale.save()
    fresh = Distributor.objects.get(pk=stale.pk)
    assert (fresh.career_rank, fresh.sponsor_id) == ("Leader", root.pk)
    assert tree.problems() == []


def test_descendants_are_counted_not_computed_from_labels(root):
    counts = {one.number: one.get_descendant_count() for one in Distributor.objects.all()}
    assert counts == {"B0": 3, "B1": 2, "B2": 0, "B3": 0}


def test_leaves_are_those_who_sponsor_nobody(root):
    leaves = {one.number for one in Distributor.objects.all() if one.is_leaf_node()}
    assert leaves == {"B2", "B3"} == {one.number for one in root.get_leafnodes()}


def test_the_reading_api_of_django_mptt_answers_right(root):
    last = Distributor.objects.get(number="B3")
    assert [one.number for one in last.get_ancestors()] == ["B0", "B1"]
    assert {one.number for one in root.get_descendants()} == {"B1", "B2", "B3"}
    assert [one.number for one in Distributor.objects.get(number="B1").get_children()] == ["B2", "B3"]


def test_relatives_of_thousands_of_scattered_members_are_one_question(db, django_assert_num_queries):
    tree.plant(people=batch([None, *([0] * 1_500), *range(1, 1_501)]))
    scattered = Distributor.objects.filter(sponsor__number="B0")
    with django_assert_num_queries(1):
        below = Distributor.objects.get_queryset_descendants(scattered).count()
    assert below == 1_500

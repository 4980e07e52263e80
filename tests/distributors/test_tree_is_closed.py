"""Nobody but distributors.tree writes the tree, by whatever door of the ORM."""

import pytest
from asgiref.sync import async_to_sync
from django.core import serializers
from django.db import transaction
from django.db.models import F, Value

from distributors import tree
from distributors.models import Distributor, TreeIsWrittenElsewhere
from tests.distributors.people import LATER, batch, person


@pytest.fixture
def root(db):
    tree.plant(people=batch([None, 0, 1, 1]))
    return Distributor.objects.get(number="B0")


def sideways(one):
    """Somebody who stands elsewhere, for whoever would put them under `one`."""
    return Distributor.objects.get(number="B3")


def awaited(work):
    async def wait():
        return await work

    return async_to_sync(wait)()


def load(one):
    fixture = serializers.serialize("json", [one])
    for found in serializers.deserialize("json", fixture):
        found.save()


CLOSED = {
    "update": lambda one: Distributor.objects.update(sponsor=None),
    "update by column": lambda one: Distributor.objects.update(sponsor_id=one.pk),
    "update of labels": lambda one: Distributor.objects.filter(pk=one.pk).update(lft=5),
    "update by expression": lambda one: Distributor.objects.update(level=F("level") + 1),
    "update of a root": lambda one: Distributor.objects.update(career_rank="x", tree_id=Value(2)),
    "aupdate": lambda one: awaited(Distributor.objects.aupdate(rght=9)),
    "bulk_update": lambda one: Distributor.objects.bulk_update([one], ["sponsor"]),
    "abulk_update": lambda one: awaited(Distributor.objects.abulk_update([one], ["lft"])),
    "bulk_create": lambda one: Distributor.objects.bulk_create([one]),
    "bulk_create that updates": lambda one: Distributor.objects.bulk_create(
        [one], update_conflicts=True, update_fields=["sponsor"], unique_fields=["id"]
    ),
    "create": lambda one: Distributor.objects.create(number="9", profile_id=1, joined_at=one.joined_at),
    "get_or_create": lambda one: Distributor.objects.get_or_create(
        number="9", defaults={"profile": person("9").profile, "joined_at": one.joined_at}
    ),
    "update_or_create": lambda one: Distributor.objects.update_or_create(
        number="B3", defaults={"sponsor": one}
    ),
    "save of somebody new": lambda one: person("9").save(),
    "save of the sponsor": lambda one: one.save(update_fields=["sponsor"]),
    "save of a label": lambda one: one.save(update_fields=["career_rank", "lft"]),
    "loaddata": load,
    "delete": lambda one: one.delete(),
    "delete of many": lambda one: Distributor.objects.filter(pk=one.pk).delete(),
    "members added": lambda one: one.direct_members.add(sideways(one)),
    "members added one by one": lambda one: one.direct_members.add(sideways(one), bulk=False),
    "members set": lambda one: one.direct_members.set([sideways(one)]),
    "members removed": lambda one: one.direct_members.remove(Distributor.objects.get(number="B1")),
    "members cleared": lambda one: one.direct_members.clear(),
    "members updated": lambda one: one.direct_members.update(sponsor=None),
    "a member created": lambda one: one.direct_members.create(number="9", profile_id=1),
    "past the default manager": lambda one: Distributor._base_manager.update(sponsor=None),
    "the tree's own manager": lambda one: Distributor._tree_manager.update(sponsor=None),
    "insert_at": lambda one: person("9").insert_at(one),
    "move_to": lambda one: one.move_to(None),
}


@pytest.mark.parametrize("name", CLOSED)
def test_every_other_writer_is_refused(root, name):
    before = list(Distributor.objects.values_list("pk", "sponsor_id", "lft", "rght", "tree_id", "level"))
    with pytest.raises(TreeIsWrittenElsewhere), transaction.atomic():
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


def test_relatives_of_thousands_of_scattered_members_are_one_question(db, django_assert_num_queries):
    tree.plant(people=batch([None, *([0] * 1_500), *range(1, 1_501)]))
    scattered = Distributor.objects.filter(sponsor__number="B0")
    with django_assert_num_queries(1):
        below = Distributor.objects.get_queryset_descendants(scattered).count()
    assert below == 1_500

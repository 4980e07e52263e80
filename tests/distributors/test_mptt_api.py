"""Everything django-mptt offers: what reads is right with spaced labels, what writes is closed.

Each name of its public parts has a row here; one that a new version brings fails until it has one.
"""

import inspect
import random
from io import StringIO

import mptt.admin
import mptt.fields
import mptt.forms
import mptt.managers
import mptt.models
import mptt.querysets
import mptt.templatetags.mptt_tags as tags
import mptt.utils
import pytest
from django.contrib.admin.sites import AdminSite
from django.db import models
from django.http import HttpRequest
from django.template import Context, Template

from distributors import tree
from distributors.models import Distributor, StatusChange, TreeIsWrittenElsewhere
from tests.distributors.people import JOINED, children, everybody_below, join, person

READS, CLOSED = {}, {}
# Names, settings and inner state; neither reads nor writes a tree.
PLAIN = {
    "model": {"Meta", "objects", "get_level", "is_root_node", "is_child_node"},
    "manager": {"left_attr", "level_attr", "parent_attr", "right_attr", "tree_id_attr"},
    "queryset": set(),
    "utils": {"previous_current_next"},
    "tags": set(),
    # Fields and filters for forms: they offer people, and whoever saves what was chosen meets save().
    "forms": {
        "TreeNodeChoiceField",
        "TreeNodeChoiceFieldMixin",
        "TreeNodeMultipleChoiceField",
        "TreeNodePositionField",
        "MPTTAdminForm",
    },
    "admin": {"TreeRelatedFieldListFilter", "MPTTModelAdmin"},
    "fields": {"TreeForeignKey", "TreeManyToManyField", "TreeOneToOneField"},
}


def own(module):
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    }


def offered():
    def public(cls, base):
        return {name for name in dir(cls) if not name.startswith("_") and not hasattr(base, name)}

    manager = public(mptt.managers.TreeManager, models.Manager)
    return {
        "model": public(mptt.models.MPTTModel, models.Model),
        "manager": manager,
        "queryset": public(mptt.querysets.TreeQuerySet, models.QuerySet),
        "utils": {name for name in own(mptt.utils) if inspect.isfunction(getattr(mptt.utils, name))},
        "tags": {*tags.register.tags, *tags.register.filters},
        "forms": own(mptt.forms),
        "admin": own(mptt.admin),
        "fields": own(mptt.fields),
    }


def reads(part, *names):
    def keep(check):
        READS.update({(part, name): check for name in names})
        return check

    return keep


def closed(part, *names):
    def keep(attempt):
        CLOSED.update({(part, name): attempt for name in names})
        return attempt

    return keep


class Forest:
    """Three hundred and more who joined anywhere, some under one sponsor and some in one line: labels were spread."""

    def __init__(self):
        chance, ids = random.Random(4), []
        for at in range(150):
            ids.append(join(str(at), chance.choice(ids) if ids and chance.random() < 0.97 else None))
        last = ids[-1]
        for at in range(60):
            join(f"w{at}", ids[0])
            last = join(f"d{at}", last)
        self.known = children()
        self.people = list(Distributor.objects.all())
        self.by_pk = {one.pk: one for one in self.people}

    def below(self, one):
        return everybody_below(one.pk, self.known)

    def line(self, one):
        """Those above, the root first."""
        found = []
        while one.sponsor_id:
            one = self.by_pk[one.sponsor_id]
            found.insert(0, one.pk)
        return found

    def beside(self, one):
        """The children of one's sponsor (or the roots) in tree order."""
        return sorted(self.known[one.sponsor_id], key=lambda pk: (self.by_pk[pk].tree_id, self.by_pk[pk].lft))

    def some(self, count=25):
        return random.Random(9).sample(self.people, count)


@pytest.fixture(scope="module")
def forest(django_db_setup, django_db_blocker):
    """Built once for the reading tests, and rolled back after them."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        yield Forest()
        transaction.set_rollback(True)


def pks(found):
    return [one.pk for one in found]


# --- a person --------------------------------------------------------------------------------------------
@reads("model", "get_ancestors")
def ancestors(forest, one):
    assert pks(one.get_ancestors()) == forest.line(one)
    assert pks(one.get_ancestors(ascending=True, include_self=True)) == [one.pk, *forest.line(one)[::-1]]


@reads("model", "get_descendants", "get_descendant_count")
def descendants(forest, one):
    assert set(pks(one.get_descendants())) == forest.below(one)
    assert set(pks(one.get_descendants(include_self=True))) == forest.below(one) | {one.pk}
    assert one.get_descendant_count() == len(forest.below(one))


@reads("model", "get_family")
def family(forest, one):
    assert set(pks(one.get_family())) == {*forest.line(one), one.pk, *forest.below(one)}


@reads("model", "get_children")
def direct(forest, one):
    assert set(pks(one.get_children())) == set(forest.known.get(one.pk, []))


@reads("model", "get_leafnodes", "is_leaf_node")
def leaves(forest, one):
    known = forest.known
    assert set(pks(one.get_leafnodes())) == {pk for pk in forest.below(one) if pk not in known}
    assert (one.pk in pks(one.get_leafnodes(include_self=True))) == (one.pk not in known)
    assert one.is_leaf_node() == (one.pk not in known)


@reads("model", "get_next_sibling", "get_previous_sibling", "get_siblings")
def siblings(forest, one):
    beside = forest.beside(one)
    at = beside.index(one.pk)
    after, before = one.get_next_sibling(), one.get_previous_sibling()
    assert (after.pk if after else None) == (beside[at + 1] if at + 1 < len(beside) else None)
    assert (before.pk if before else None) == (beside[at - 1] if at else None)
    assert pks(one.get_siblings(include_self=True)) == beside
    assert pks(one.get_siblings()) == [pk for pk in beside if pk != one.pk]


@reads("model", "get_root")
def root(forest, one):
    assert one.get_root().pk == [*forest.line(one), one.pk][0]


@reads("model", "is_ancestor_of", "is_descendant_of")
def kin(forest, one):
    below = forest.below(one)
    for other in forest.some(40):
        assert one.is_ancestor_of(other) == other.is_descendant_of(one) == (other.pk in below)
    assert one.is_descendant_of(one, include_self=True)
    assert not one.is_ancestor_of(one)


# --- many ------------------------------------------------------------------------------------------------
@reads("manager", "get_queryset_descendants")
@reads("queryset", "get_descendants")
def descendants_of_many(forest, one):
    some = Distributor.objects.filter(pk__in=pks([one, *forest.some(5)]))
    expected = set().union(*(forest.below(each) for each in some))
    assert set(pks(some.get_descendants())) == expected
    assert set(pks(Distributor.objects.get_queryset_descendants(some))) == expected
    assert set(pks(some.get_descendants(include_self=True))) == expected | set(pks(some))


@reads("manager", "get_queryset_ancestors")
@reads("queryset", "get_ancestors")
def ancestors_of_many(forest, one):
    some = Distributor.objects.filter(pk__in=pks([one, *forest.some(5)]))
    expected = set().union(*(forest.line(each) for each in some))
    assert set(pks(some.get_ancestors())) == expected
    assert set(pks(Distributor.objects.get_queryset_ancestors(some))) == expected


@reads("manager", "get_cached_trees")
@reads("queryset", "get_cached_trees")
@reads("utils", "get_cached_trees")
@reads("tags", "cache_tree_children")
def cached(forest, one):
    branch = one.get_descendants(include_self=True)
    for found in (
        branch.get_cached_trees(),
        mptt.utils.get_cached_trees(branch),
        tags.cache_tree_children(branch),
    ):
        (top,) = found
        todo = [top]
        while todo:
            each = todo.pop()
            assert set(pks(each.get_children())) == set(forest.known.get(each.pk, []))
            todo.extend(each.get_children())


@reads("manager", "root_node", "root_nodes")
def roots(forest, one):
    assert set(pks(Distributor.objects.root_nodes())) == set(forest.known[None])
    assert Distributor.objects.root_node(one.tree_id).pk == [*forest.line(one), one.pk][0]


@reads("manager", "add_related_count")
def related(forest, one):
    StatusChange.objects.bulk_create(
        StatusChange(distributor_id=pk, status="good", effective_at=JOINED, reason="x")
        for pk in [one.pk, *forest.below(one)]
    )
    counted = Distributor.objects.add_related_count(
        Distributor.objects.filter(pk=one.pk), StatusChange, "distributor", "changes", cumulative=True
    )
    assert counted.get().changes == 1 + len(forest.below(one))
    StatusChange.objects.all().delete()


# --- helpers and template tags ---------------------------------------------------------------------------
@reads("utils", "tree_item_iterator")
@reads("tags", "tree_info")
def items(forest, one):
    stack = []
    for each, structure in mptt.utils.tree_item_iterator(one.get_descendants(include_self=True)):
        assert structure["new_level"] == (not stack or stack[-1] == each.sponsor_id)
        while stack and stack[-1] != each.sponsor_id:
            stack.pop()
        stack.append(each.pk)
    assert len(list(tags.tree_info(one.get_family(), "ancestors"))) == one.get_family().count()


@reads("utils", "drilldown_tree_for_node")
@reads("tags", "drilldown_tree_for_node")
def drilldown(forest, one):
    shown = Template(
        "{% load mptt_tags %}{% drilldown_tree_for_node one as found %}"
        "{% for each in found %}{{ each.pk }} {% endfor %}"
    ).render(Context({"one": one}))
    expected = [*forest.line(one), one.pk, *pks(one.get_children())]
    assert pks(mptt.utils.drilldown_tree_for_node(one)) == expected == [int(pk) for pk in shown.split()]
    everybody = mptt.utils.drilldown_tree_for_node(one, all_descendants=True)
    assert set(pks(everybody)) == {*forest.line(one), one.pk, *forest.below(one)}


@reads("utils", "print_debug_info")
def printed(forest, one):
    out = StringIO()
    mptt.utils.print_debug_info(one.get_descendants(include_self=True), file=out)
    assert len(out.getvalue().splitlines()) == 2 + len(forest.below(one))


@reads("tags", "full_tree_for_model", "tree_path")
def whole(forest, one):
    shown = Template(
        "{% load mptt_tags %}{% full_tree_for_model distributors.Distributor as found %}{{ found|length }}"
    ).render(Context())
    assert int(shown) == len(forest.people)
    assert tags.tree_path(one.get_ancestors()) == " :: ".join(
        forest.by_pk[pk].number for pk in forest.line(one)
    )


@reads("tags", "recursetree")
def recursed(forest, one):
    shown = Template(
        "{% load mptt_tags %}{% recursetree found %}({{ node.pk }}{{ children }}){% endrecursetree %}"
    ).render(Context({"found": one.get_descendants(include_self=True)[:20]}))
    known = set(pks(one.get_descendants(include_self=True)[:20]))
    assert {int(word) for word in shown.replace("(", " ").replace(")", " ").split()} == known


# --- closed ----------------------------------------------------------------------------------------------
@closed("model", "insert_at")
def insert_at(one):
    person("new").insert_at(one)


@closed("model", "move_to")
def move_to(one):
    one.move_to(None)


@closed("forms", "MoveNodeForm")
def move_form(one):
    other = Distributor.objects.exclude(pk=one.pk).first()
    form = mptt.forms.MoveNodeForm(other, {"target": one.pk, "position": "last-child"})
    assert form.is_valid()
    form.save()


@closed("admin", "DraggableMPTTAdmin")
def dragged(one):
    request = HttpRequest()
    request.POST = {"cut_item": one.pk, "pasted_on": one.pk, "position": "left"}
    admin = mptt.admin.DraggableMPTTAdmin(Distributor, AdminSite())
    admin.has_change_permission = lambda *args: True
    admin._move_node(request)


MANAGER_WRITES = {
    "insert_node": lambda one: (person("new"), one),
    "move_node": lambda one: (one, None),
    "rebuild": lambda one: (),
    "partial_rebuild": lambda one: (1,),
    "delay_mptt_updates": lambda one: (),
    "disable_mptt_updates": lambda one: (),
    "build_tree_nodes": lambda one: ({},),
}
for _name, _arguments in MANAGER_WRITES.items():
    closed("manager", _name)(
        lambda one, name=_name, arguments=_arguments: getattr(Distributor.objects, name)(*arguments(one))
    )


def test_every_name_has_a_row():
    rows = {part: set(names) for part, names in PLAIN.items()}
    for part, name in (*READS, *CLOSED):
        rows[part].add(name)
    assert rows == offered()


@pytest.mark.parametrize("check", dict.fromkeys(READS.values()), ids=lambda check: check.__name__)
def test_what_reads_is_right(forest, db, check):
    for one in forest.some():
        check(forest, one)


@pytest.mark.parametrize("name", CLOSED, ids=lambda name: name[1])
def test_what_writes_is_closed(db, name):
    join("below", join("above", None))
    before = list(Distributor.objects.values())
    with pytest.raises(TreeIsWrittenElsewhere):
        CLOSED[name](Distributor.objects.get(number="above"))
    assert list(Distributor.objects.values()) == before


INNER = sorted(
    name
    for name in vars(mptt.managers.TreeManager)
    if name.startswith(
        ("_close", "_create", "_inter", "_make", "_manage", "_move", "_mptt_update", "_post", "_rebuild")
    )
)


@pytest.mark.parametrize("name", INNER)
def test_the_inner_steps_that_write_past_the_orm_are_closed_too(name):
    with pytest.raises(TreeIsWrittenElsewhere):
        getattr(Distributor.objects, name)()


def test_labels_were_spread_in_the_forest(forest):
    """Otherwise the tests above would say nothing of spaced labels that have moved."""
    root = forest.people[0]
    assert root.rght - root.lft > 2 * len(forest.people)
    assert tree.problems() == []

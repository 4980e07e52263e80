"""Positions that nobody chooses: the tree's strategy finds the place."""

from datetime import datetime

from django.db.models import Max

from distributors.models import Placement, PlacementTree
from distributors.operations import strategies
from distributors.operations.strategies import TreeIsFull
from distributors.queries import free_places
from distributors.tree.lock import TreeBusy, writing
from distributors.tree.positions import PositionRefused, forest_of, take_slot, take_top

__all__ = [
    "HasNoPosition",
    "PositionRefused",
    "TreeBusy",
    "TreeIsFull",
    "add_position",
    "automatically",
    "one_more",
]


class HasNoPosition(LookupError):
    """The person has no position in this tree yet."""


def automatically(*, tree: PlacementTree, owner_id: int, now: datetime) -> Placement:
    """The person's first position, where the tree's strategy finds a place below the sponsor's.

    A sponsor without a position hands on to the next one above who has one; nobody above means the tree's
    top. Raises TreeIsFull, PositionRefused, TreeBusy.
    """
    with writing(forest_of(tree.pk)):
        under = free_places.nearest(tree_id=tree.pk, distributor_id=owner_id)
        under = under or free_places.top(tree_id=tree.pk)
        if under is None:
            return take_top(tree=tree, owner_id=owner_id, now=now, how="top")
        return _take(tree, under, owner_id=owner_id, ordinal=1, now=now)


def add_position(*, tree_id: int, owner_id: int, now: datetime) -> Placement:
    """A further position of the person, where the tree's strategy finds a place below the first one.

    The database refuses more than the tree allows a person. Raises HasNoPosition, TreeIsFull, PositionRefused,
    TreeBusy.
    """
    tree = PlacementTree.objects.get(pk=tree_id)
    with writing(forest_of(tree.pk)):
        mine = Placement.objects.filter(tree=tree, owner_id=owner_id)
        last = mine.aggregate(last=Max("ordinal"))["last"]
        under = free_places.nearest(tree_id=tree.pk, distributor_id=owner_id)
        if last is None or under is None:
            raise HasNoPosition(f"Distributor {owner_id} has no position in {tree.name}")
        return _take(tree, under, owner_id=owner_id, ordinal=last + 1, now=now)


def one_more(*, tree: str, owner_id: int, now: datetime) -> bool:
    """A further position in the tree of this name, as a plan gives it; False where the tree or the person has no room
    for one. Raises TreeBusy.
    """
    tree_id = PlacementTree.objects.filter(name=tree).values_list("pk", flat=True).first()
    if tree_id is None:
        return False
    try:
        add_position(tree_id=tree_id, owner_id=owner_id, now=now)
    except (HasNoPosition, TreeIsFull, PositionRefused):
        return False
    return True


def _take(
    tree: PlacementTree, under: free_places.Position, *, owner_id: int, ordinal: int, now: datetime
) -> Placement:
    free = strategies.find(tree=tree, under=under)
    return take_slot(
        tree=tree,
        owner_id=owner_id,
        ordinal=ordinal,
        parent_id=free.parent_id,
        slot=free.slot,
        now=now,
        how=tree.fill,
    )

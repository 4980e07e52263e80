"""Taking a slot in a placement tree: the only writer of positions."""

from datetime import datetime

from django.db import IntegrityError, models, transaction
from django.db.models import F

from distributors.models import Placement, PlacementTree
from distributors.tree.forest import Forest
from distributors.tree.labels import TOP
from distributors.tree.lock import writing
from distributors.tree.places import Spot, between

NAMED_TREE = 0x706C_6163  # "plac"
NO_LINE = 0


class SlotTaken(ValueError):
    """Somebody stands in this slot, or there is no such slot: look for another."""


class PositionRefused(ValueError):
    """The database refuses this position: the person has all theirs, or the tree has no such place."""


def forest_of(tree_id: int) -> Forest:
    """The labels of one named tree, and its lock. Whoever writes the sponsor tree as well takes that lock
    first, then those of named trees in the order of their keys.
    """
    return Forest(
        model=Placement,
        parent="parent_id",
        called="owner__number",
        many="positions",
        above="parent",
        lock=(NAMED_TREE, tree_id),
        order=("slot", "id"),
    )


def take_top(*, tree: PlacementTree, owner_id: int, now: datetime, how: str) -> Placement:
    """Makes the person's first position the root of an empty tree. Raises PositionRefused, TreeBusy."""
    with writing(forest_of(tree.pk)):
        spot = Spot(lft=1, rght=TOP - 1, tree_id=tree.pk, level=0)
        position = Placement(tree=tree, owner_id=owner_id, placed_at=now, how=how, line_from=NO_LINE)
        return _insert(tree, position, spot)


def take_slot(
    *, tree: PlacementTree, owner_id: int, ordinal: int, parent_id: int, slot: int, now: datetime, how: str
) -> Placement:
    """Gives a person the slot below a position. Moves nobody, or on average a few dozen labels.

    One transaction under the tree's lock. Raises SlotTaken, PositionRefused, SponsorUnknown, TreeBusy.
    """
    forest = forest_of(tree.pk)
    with writing(forest):
        beside = dict(Placement.objects.filter(parent_id=parent_id).values_list("slot", "pk"))
        if slot in beside or not 1 <= slot <= tree.width:
            raise SlotTaken(f"Slot {slot} below position {parent_id} is not free")
        after = min((other for other in beside if other and other > slot), default=0)
        spot = between(parent_id, beside.get(after), forest)
        parent = Placement.objects.get(pk=parent_id)
        position = Placement(
            tree=tree,
            owner_id=owner_id,
            ordinal=ordinal,
            parent=parent,
            slot=slot,
            # Servers' clocks differ: nobody is placed before the position above.
            placed_at=max(now, parent.placed_at),
            how=how,
            line_from=parent.line_from if parent.slot == slot else parent.pk,
        )
        _insert(tree, position, spot)
        forest.places().filter(pk=parent_id).update(free_slots=F("free_slots") - 1)
    return position


def _insert(tree: PlacementTree, position: Placement, spot: Spot) -> Placement:
    position.lft, position.rght, position.level = spot.lft, spot.rght, spot.level
    position.free_slots = 0 if spot.level == tree.depth_limit else tree.width
    try:
        with transaction.atomic():
            # Past Placement.save, which is closed to everybody else.
            models.Model.save(position, force_insert=True)
    except IntegrityError as error:
        raise PositionRefused(f"The tree {tree.name} does not take this position: {error}") from error
    return position

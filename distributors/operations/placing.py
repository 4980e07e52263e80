"""Placement trees: opening one, and who comes where in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction

from distributors.models import Distributor, Placement, PlacementTree
from distributors.operations import filling, holding
from distributors.operations.strategies import TreeIsFull
from distributors.tree.lock import TreeBusy, writing
from distributors.tree.positions import forest_of, take_top

__all__ = ["NotATree", "TreeBusy", "newcomer", "open_tree"]

LONGEST_SLOT_NAME = 20


class NotATree(ValueError):
    """These choices do not make a placement tree; the message says why."""


def open_tree(
    *,
    name: str,
    slots: int | Sequence[str],
    depth_limit: int | None = None,
    positions_per_person: int = 1,
    fill: str = PlacementTree.Fill.FIRST_FREE,
    holding_hours: int = 0,
    top_number: str = "",
    now: datetime,
) -> PlacementTree:
    """A new, named tree: slots are a number of places below each position, or their names from left to right.

    `top_number` is the distributor at its top; without one the first newcomer is. From now on every newcomer
    of the sponsor tree gets a place here too. Raises NotATree, TreeBusy.
    """
    names = [] if isinstance(slots, int) else list(slots)
    if len(set(names)) < len(names) or any(not 0 < len(word) <= LONGEST_SLOT_NAME for word in names):
        raise NotATree(f"Slots need different names of up to {LONGEST_SLOT_NAME} letters, not {names}")
    tree = PlacementTree(
        name=name,
        width=slots if isinstance(slots, int) else len(names),
        slot_names=names,
        depth_limit=depth_limit,
        positions_per_person=positions_per_person,
        fill=fill,
        holding_hours=holding_hours,
    )
    owner_id = Distributor.objects.filter(number=top_number).values_list("pk", flat=True).first()
    if top_number and owner_id is None:
        raise NotATree(f"There is no distributor {top_number}")
    try:
        with transaction.atomic():
            tree.full_clean()
            tree.save(force_insert=True)
            if owner_id is not None:
                take_top(tree=tree, owner_id=owner_id, now=now, how="top")
    except ValidationError as error:
        raise NotATree(" ".join(error.messages)) from error
    return tree


def newcomer(*, distributor_id: int, now: datetime) -> None:
    """Places somebody who has just joined in every placement tree, or lets the sponsor choose for a while.

    Called in the transaction that took the place in the sponsor tree: that lock first, then those of the
    named trees in the order of their keys. A tree that is full keeps the newcomer waiting, so that nobody is
    hindered from joining. Raises TreeBusy.
    """
    for tree in PlacementTree.objects.order_by("pk"):
        with writing(forest_of(tree.pk)):
            try:
                if tree.holding_hours and _has_position_above(tree, distributor_id):
                    until = now + timedelta(hours=tree.holding_hours)
                    holding.hold(tree=tree, owner_id=distributor_id, until=until, now=now)
                else:
                    filling.automatically(tree=tree, owner_id=distributor_id, now=now)
            except TreeIsFull:
                holding.hold(tree=tree, owner_id=distributor_id, until=now, now=now)


def _has_position_above(tree: PlacementTree, distributor_id: int) -> bool:
    """Whether the sponsor has a position to place somebody under; without one there is nothing to choose."""
    sponsors = Distributor.objects.order_by().filter(pk=distributor_id).values("sponsor_id")
    return bool(Placement.objects.filter(tree=tree, owner_id__in=sponsors).exists())

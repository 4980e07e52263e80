"""A placement tree for the engine, and for staff."""

from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.operations import columns
from distributors.models import Placement, PlacementTree

Ints = NDArray[np.int64]
TABLE = Placement._meta.db_table


@dataclass(frozen=True, slots=True)
class Positions:
    """A named tree as parallel arrays, parents before those below them (by level, each from left to right).

    position_id, owner_id   keys of the position and of the distributor it belongs to
    parent                  where the position above stands in these arrays; -1 for the top
    slot                    1 to the tree's width; 0 for the top
    ordinal                 1 for the owner's first position, 2 for the second, …
    """

    position_id: Ints
    owner_id: Ints
    parent: Ints
    slot: Ints
    ordinal: Ints

    def __len__(self) -> int:
        return len(self.position_id)


class NoSuchTree(LookupError):
    """There is no placement tree of this name."""


def positions(*, tree: str, before: datetime) -> Positions:
    """The named tree as it stood at a moment: everybody placed before it. One query. Raises NoSuchTree.

    Positions never move and none is placed before the one above, so that what was there is still there.
    """
    tree_id = PlacementTree.objects.filter(name=tree).values_list("pk", flat=True).first()
    if tree_id is None:
        raise NoSuchTree(tree)
    moment = connection.ops.adapt_datetimefield_value(before.astimezone(UTC))
    pk, owner, above, slot, ordinal = columns.read(
        select=f"FROM {TABLE} WHERE tree_id = {tree_id} AND placed_at < '{moment}' ORDER BY level, lft",
        columns=("id", "owner_id", "parent_id", "slot", "ordinal"),
    )
    return Positions(pk, owner, _found(pk, above), slot, ordinal)


def _found(pk: Ints, above: Ints) -> Ints:
    """Where each of `above` stands in `pk`; -1 for 0."""
    if not len(pk):
        return above
    order = np.argsort(pk)
    at = order[np.minimum(np.searchsorted(pk, above, sorter=order), len(pk) - 1)]
    return np.where(above == 0, -1, at)

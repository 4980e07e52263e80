"""Many positions at once: a company's placement tree, loaded in bulk; labels are computed as arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from django.db import connection
from django.db.models import Max

from common.operations import bulk
from distributors.models import Placement, PlacementTree
from distributors.tree import positions_health
from distributors.tree.arrays import Ints, levels, numbered
from distributors.tree.labels import TOP
from distributors.tree.lock import writing
from distributors.tree.positions import forest_of

TABLE = Placement._meta.db_table
COLUMNS = (
    "id", "tree_id", "owner_id", "ordinal", "parent_id", "slot", "placed_at", "how",
    "lft", "rght", "level", "line_from", "free_slots",
)  # fmt: skip
IMPORTED = "imported"


@dataclass(frozen=True, kw_only=True)
class Batch:
    """New positions of one tree as parallel arrays, in any order.

    parent         where the position above stands in these arrays; -1 when it is here already, or for the top
    parent_id      the position above when it is here already; 0 otherwise
    parent_level   its level; -1 for none
    slot           1 to the tree's width; 0 for the top
    """

    owner_id: Ints
    ordinal: Ints
    parent: Ints
    parent_id: Ints
    parent_level: Ints
    slot: Ints
    placed_at: Sequence[datetime]

    def __len__(self) -> int:
        return len(self.owner_id)


def levels_of(batch: Batch) -> Ints:
    """The level each position will have in its tree. Raises Circle."""
    level, by_level = levels(batch.parent)
    head = np.arange(len(batch), dtype=np.int64)
    for at in by_level[1:]:
        head[at] = head[batch.parent[at]]
    return np.asarray(level + batch.parent_level[head] + 1, dtype=np.int64)


def plant_positions(*, tree: PlacementTree, batch: Batch) -> Ints:
    """Takes all of these positions, in one transaction under the tree's lock, and returns their keys.

    Into an empty tree they come with their labels; a tree that has positions is numbered anew afterwards.
    Raises Circle, IntegrityError (what the database refuses), TreeBusy; nothing is written then.
    """
    level = levels_of(batch)
    with writing(forest_of(tree.pk)):
        if not len(batch):
            return batch.owner_id
        pk = _keys(len(batch))
        above = np.where(batch.parent >= 0, pk[batch.parent], batch.parent_id)
        empty = not Placement.objects.filter(tree=tree).exists()
        derived = _derived(tree, batch, pk) if empty else _to_be_derived(len(batch))
        bulk.insert(model=Placement, columns=COLUMNS, rows=_rows(tree, batch, pk, above, level, derived))
        if not empty:
            positions_health.derive(tree=tree)
    return pk


def _keys(count: int) -> Ints:
    """Keys are drawn before the rows are written, so that positions of the same batch can be named."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            sql = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
            cursor.execute(sql, [TABLE, count])
            return np.array([row[0] for row in cursor.fetchall()], dtype=np.int64)
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [TABLE])
        row = cursor.fetchone()
    last = max(row[0] if row else 0, Placement.objects.aggregate(last=Max("pk"))["last"] or 0)
    return np.arange(last + 1, last + 1 + count, dtype=np.int64)


def _derived(tree: PlacementTree, batch: Batch, pk: Ints) -> list[Ints]:
    """lft, rght, line_from, free_slots of a whole tree. Siblings are numbered in the order of their slots."""
    order = np.argsort(batch.slot, kind="stable")
    at = np.empty_like(order)
    at[order] = np.arange(len(order))
    ordered = batch.parent[order]
    new = numbered(np.where(ordered >= 0, at[ordered], -1), top=TOP)
    line_from, free_slots = positions_health.lines_and_room(
        pk=pk, parent=batch.parent, slot=batch.slot, width=tree.width, depth=tree.depth_limit
    )
    return [new.lft[at], new.rght[at], line_from, free_slots]


def _to_be_derived(count: int) -> list[Ints]:
    return [np.full(count, value, dtype=np.int64) for value in (1, 2, 0, 0)]


def _rows(
    tree: PlacementTree, batch: Batch, pk: Ints, above: Ints, level: Ints, derived: list[Ints]
) -> list[tuple[object, ...]]:
    """From the top down: SQLite looks at the position above as each row comes."""
    moment = connection.ops.adapt_datetimefield_value
    order = np.argsort(level, kind="stable")
    numbers = np.column_stack((pk, batch.owner_id, batch.ordinal, above, batch.slot, *derived, level))[order]
    return [
        (key, tree.pk, owner, ordinal, up or None, slot or None, moment(batch.placed_at[at]), IMPORTED,
         lft, rght, deep, line, room)
        for at, (key, owner, ordinal, up, slot, lft, rght, line, room, deep) in zip(
            order.tolist(), numbers.tolist(), strict=True
        )
    ]  # fmt: skip

"""Whether what is derived in a placement tree says what parent and slot say, and putting it right when not."""

from typing import NamedTuple

import numpy as np
from django.db import connection
from numpy.typing import NDArray

from common.operations import columns
from distributors.models import Placement, PlacementTree
from distributors.tree import guards, health
from distributors.tree.arrays import Ints, levels
from distributors.tree.lock import writing
from distributors.tree.positions import NO_LINE, forest_of

TABLE = Placement._meta.db_table
COLUMNS = ("id", "parent_id", "slot", "lft", "line_from", "free_slots")
SHOWN, BATCH = 20, 2_000


class _Rows(NamedTuple):
    """A tree's positions by key; parent is a position in these arrays, or -1."""

    pk: Ints
    parent: Ints
    slot: Ints
    lft: Ints
    line_from: Ints
    free_slots: Ints


def problems() -> list[str]:
    """Everything that is wrong in any placement tree, as sentences; empty when all are sound."""
    found = [f"The guard {name} of placement trees is missing" for name in guards.missing()]
    for tree in PlacementTree.objects.order_by("pk"):
        # Only where parents run to the top can the rest be derived.
        wrong = health.problems(forest_of(tree.pk), tree_ids=[tree.pk]) or _derived(tree)
        found += [f"{tree.name}: {problem}" for problem in wrong]
    return found


def repair() -> None:
    """Derives labels, lines and free slots of every placement tree anew, tree by tree under its lock.

    Parents, slots and owners are not changed. Raises SponsorCircle, TreeBusy.
    """
    for tree in PlacementTree.objects.order_by("pk"):
        derive(tree=tree)


def derive(*, tree: PlacementTree) -> None:
    """The same for one tree."""
    with writing(forest_of(tree.pk)):
        health.rebuild_trees(tree_ids=[tree.pk], forest=forest_of(tree.pk))
        rows = _read(tree.pk)
        line_from, free_slots = lines_and_room(
            pk=rows.pk, parent=rows.parent, slot=rows.slot, width=tree.width, depth=tree.depth_limit
        )
        changed = (rows.line_from != line_from) | (rows.free_slots != free_slots)
        values = np.column_stack((line_from, free_slots, rows.pk))[changed].tolist()
        sql = f"UPDATE {TABLE} SET line_from = %s, free_slots = %s WHERE id = %s"  # noqa: S608
        with connection.cursor() as cursor:
            for start in range(0, len(values), BATCH):
                cursor.executemany(sql, values[start : start + BATCH])


def lines_and_room(*, pk: Ints, parent: Ints, slot: Ints, width: int, depth: int | None) -> tuple[Ints, Ints]:
    """(line_from, free_slots) of each position of a tree, from parent and slot alone. Raises Circle."""
    level, by_level = levels(parent)
    line = np.full(len(pk), NO_LINE, dtype=np.int64)
    for at in by_level[1:]:
        above = parent[at]
        line[at] = np.where(slot[at] == slot[above], line[above], pk[above])
    room = width - np.bincount(parent[parent >= 0], minlength=len(pk)).astype(np.int64)
    return line, np.where(level == depth, 0, room) if depth is not None else room


def _read(tree_id: int) -> _Rows:
    pk, above, *rest = columns.read(
        select=f"FROM {TABLE} WHERE tree_id = {tree_id} ORDER BY id", columns=COLUMNS
    )
    parent = np.where(above == 0, -1, np.searchsorted(pk, above))
    return _Rows(pk, parent, *rest)


def _derived(tree: PlacementTree) -> list[str]:
    rows = _read(tree.pk)
    if not len(rows.pk):
        return []
    line_from, free_slots = lines_and_room(
        pk=rows.pk, parent=rows.parent, slot=rows.slot, width=tree.width, depth=tree.depth_limit
    )
    order = np.lexsort((rows.slot, rows.parent))
    siblings = rows.parent[order][1:] == rows.parent[order][:-1]
    swapped = order[1:][siblings & (rows.lft[order][1:] < rows.lft[order][:-1])]
    return [
        *_say("do not stand in the order of their slots", rows.pk[swapped]),
        *_say("are counted to a wrong line", rows.pk[rows.line_from != line_from]),
        *_say("have a wrong count of free slots", rows.pk[rows.free_slots != free_slots]),
    ]


def _say(what: str, pks: NDArray[np.int64]) -> list[str]:
    if not len(pks):
        return []
    owners = Placement.objects.filter(pk__in=pks[:SHOWN].tolist()).values_list("owner__number", flat=True)
    return [f"{len(pks)} positions {what}: {', '.join(owners)}{', …' if len(pks) > SHOWN else ''}"]

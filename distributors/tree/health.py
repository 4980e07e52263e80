"""Whether the labels say what sponsor_id (or another forest's parent) says, and putting them right when not."""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from common.operations import columns, staging
from common.operations.staging import Kind
from distributors.models import Carrying
from distributors.tree.arrays import Circle, Ints, levels, numbered
from distributors.tree.forest import SPONSORS, Forest
from distributors.tree.labels import TOP
from distributors.tree.lock import writing

SHOWN = 20
NUMBERED = "numbered_places"
KINDS: dict[str, Kind] = {
    "id": "key",
    "lft": "number",
    "rght": "number",
    "tree_id": "number",
    "level": "number",
}


class SponsorCircle(RuntimeError):
    """sponsor_id itself runs in a circle; no numbering can be right until a person decides who sponsors
    whom.
    """


def problems(forest: Forest = SPONSORS, *, tree_ids: Collection[int] | None = None) -> list[str]:
    """Everything in which the labels differ from the parents, as sentences; empty when the trees are sound.

    All trees of the forest, unless some are named.
    """
    rows = _Rows(forest, tree_ids)
    if not len(rows.pk):
        return []
    try:
        level, by_level = levels(rows.parent)
    except Circle as circle:
        return [_circle(rows, circle)]
    above = forest.above
    found = [
        *_say(rows, f"have a level that is not their {above}'s plus one", rows.level != level),
        *_say(rows, "have an empty or reversed interval", rows.lft >= rows.rght),
        *_say(rows, "have a label outside 1 to 2**62", (rows.lft < 1) | (rows.rght > TOP)),
        *_say(rows, "share a label with another of them", _sharing_labels(rows)),
        *_say(rows, f"are not inside their {above}'s interval", _outside(rows)),
        *_say(rows, "are roots of the same tree", _sharing_trees(rows)),
    ]
    # Only where nesting is sound can an interval hold somebody too many: siblings that overlap.
    return found or _say(rows, "overlap with a sibling", _overlapping(rows, by_level))


def circles() -> list[str]:
    """Sponsors that run in a circle, which no labels can say."""
    rows = _Rows(SPONSORS, None)
    try:
        levels(rows.parent)
    except Circle as circle:
        return [_circle(rows, circle)]
    return []


def rebuild(forest: Forest = SPONSORS) -> None:
    """Numbers every tree anew from who stands above whom, evenly, in one transaction under the lock; no
    recursion.

    Raises SponsorCircle, TreeBusy.
    """
    rebuild_trees(tree_ids=None, forest=forest)


def rebuild_trees(*, tree_ids: Collection[int] | None, forest: Forest = SPONSORS) -> None:
    """The same for some trees; None means all, then roots also get tree_ids of their own again."""
    with writing(forest):
        if forest is SPONSORS and Carrying.objects.exists():
            # The tree_ids of who is on the way are of the old tree; numbered from sponsor_id, all have arrived.
            tree_ids = None
            Carrying.objects.all().delete()
        rows = _Rows(forest, tree_ids)
        if not len(rows.pk):
            return
        try:
            new = numbered(rows.parent, top=TOP)
        except Circle as circle:
            raise SponsorCircle(_circle(rows, circle)) from circle
        _store(rows, new.lft, new.rght, _tree_ids(rows, new.root), new.level)


class _Rows:
    """The table as parallel arrays, in the order siblings keep when they are numbered anew."""

    def __init__(self, forest: Forest, tree_ids: Collection[int] | None) -> None:
        listed = ", ".join(str(int(one)) for one in tree_ids or ()) or "NULL"
        only = "" if tree_ids is None else f"WHERE tree_id IN ({listed})"
        # 0 stands for no parent: keys start at 1.
        names = ["id", forest.parent, "lft", "rght", "tree_id", "level"]
        more = [name for name in forest.order if name not in names]
        read = columns.read(select=f"FROM {forest.table} {only}", columns=names + more)
        order = np.lexsort([read[(names + more).index(name)] for name in reversed(forest.order)])
        self.forest = forest
        self.pk, above, self.lft, self.rght, self.tree, self.level = (column[order] for column in read[:6])
        order = np.argsort(self.pk)
        at = np.searchsorted(self.pk, above, sorter=order) if len(self.pk) else above
        self.parent: Ints = np.where(
            above == 0, -1, order[np.minimum(at, len(order) - 1)] if len(order) else -1
        )


def _sharing_labels(rows: _Rows) -> Ints:
    at = np.r_[: len(rows.pk), : len(rows.pk)]
    tree, label = np.r_[rows.tree, rows.tree], np.r_[rows.lft, rows.rght]
    order = np.lexsort((label, tree))
    same = (np.diff(tree[order]) == 0) & (np.diff(label[order]) == 0)
    return np.unique(at[order][1:][same])


def _outside(rows: _Rows) -> Ints:
    above = rows.parent
    inside = (rows.tree == rows.tree[above]) & (rows.lft > rows.lft[above]) & (rows.rght < rows.rght[above])
    return np.flatnonzero((above >= 0) & ~inside)


def _overlapping(rows: _Rows, by_level: list[Ints]) -> Ints:
    found: list[Ints] = []
    for positions in by_level[1:]:
        order = positions[np.lexsort((rows.lft[positions], rows.parent[positions]))]
        siblings = rows.parent[order][1:] == rows.parent[order][:-1]
        found.append(order[1:][siblings & (rows.lft[order][1:] < rows.rght[order][:-1])])
    return np.concatenate(found) if found else np.zeros(0, dtype=np.int64)


def _sharing_trees(rows: _Rows) -> Ints:
    roots = rows.parent == -1
    trees, counts = np.unique(rows.tree[roots], return_counts=True)
    return np.flatnonzero(np.isin(rows.tree, trees[counts > 1]) & roots)


def _tree_ids(rows: _Rows, root: Ints) -> Ints:
    """Each root keeps its tree_id where it is the only one there; the others get new ones."""
    roots = np.unique(root)
    taken: set[int] = set()
    places = rows.forest.places().order_by("-tree_id")
    fresh = int(places.values_list("tree_id", flat=True).first() or 0)
    tree = rows.tree.copy()
    for at in roots.tolist():
        if int(tree[at]) in taken or tree[at] < 1:
            fresh += 1
            tree[at] = fresh
        taken.add(int(tree[at]))
    return tree[root]


def _store(rows: _Rows, lft: Ints, rght: Ints, tree: Ints, level: Ints) -> None:
    """Only rows that differ are written."""
    changed = (rows.lft != lft) | (rows.rght != rght) | (rows.tree != tree) | (rows.level != level)
    if not changed.any():
        return
    new = {"id": rows.pk, "lft": lft, "rght": rght, "tree_id": tree, "level": level}
    table = rows.forest.table
    with staging.table(name=NUMBERED, kinds=KINDS):
        columns.write(table=NUMBERED, values={name: values[changed] for name, values in new.items()})
        staging.look_at(NUMBERED)
        staging.execute(
            f"UPDATE {table} SET lft = new.lft, rght = new.rght, tree_id = new.tree_id, level = new.level "  # noqa: S608
            f"FROM {NUMBERED} new WHERE new.id = {table}.id"
        )


def _say(rows: _Rows, what: str, which: Ints | NDArray[np.bool_]) -> list[str]:
    """A sentence about the places at these positions, or where this is true; none when there are none."""
    pks = rows.pk[which]
    return [f"{len(pks)} {rows.forest.many} {what}: {_named(rows, pks)}"] if len(pks) else []


def _circle(rows: _Rows, circle: Circle) -> str:
    return f"{rows.forest.above.capitalize()}s run in a circle: {_named(rows, rows.pk[circle.positions])}"


def _named(rows: _Rows, pks: Ints) -> str:
    shown = pks[:SHOWN].tolist()
    places = rows.forest.places().filter(pk__in=shown)
    called = dict(places.values_list("pk", rows.forest.called))
    more = ", …" if len(pks) > SHOWN else ""
    return ", ".join(str(called.get(pk, pk)) for pk in shown) + more

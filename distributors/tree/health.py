"""Whether the labels say what sponsor_id says, and putting them right when they do not."""

from collections.abc import Collection, Iterable

import numpy as np
from django.db import connection

from distributors.models import Distributor
from distributors.tree.arrays import Circle, Ints, levels, tour
from distributors.tree.labels import TABLE, TOP
from distributors.tree.lock import writing

SHOWN = 20
BATCH = 2_000


class SponsorCircle(RuntimeError):
    """sponsor_id itself runs in a circle; no numbering can be right until a person decides who sponsors
    whom.
    """


def problems() -> list[str]:
    """Everything in which the stored tree differs from sponsor_id, as sentences; empty when it is sound."""
    rows = _Rows.read(None)
    if not len(rows.pk):
        return []
    try:
        level, by_level = levels(rows.parent)
    except Circle as circle:
        return [f"Sponsors run in a circle: {_named(rows.pk[circle.positions])}"]
    found = [
        *_say("have a level that is not their sponsor's plus one", rows.pk[rows.level != level]),
        *_say("have an empty or reversed interval", rows.pk[rows.lft >= rows.rght]),
        *_say("have a label outside 1 to 2**62", rows.pk[(rows.lft < 1) | (rows.rght > TOP)]),
        *_shared_labels(rows),
        *_say("are not inside their sponsor's interval", rows.pk[_outside(rows)]),
        *_shared_trees(rows),
    ]
    # Only where nesting is sound can an interval hold somebody too many: siblings that overlap.
    return found or _say("overlap with a sibling", rows.pk[_overlapping(rows, by_level)])


def rebuild() -> None:
    """Numbers every tree anew from sponsor_id, evenly, in one transaction under the lock; no recursion.

    Raises SponsorCircle, TreeBusy.
    """
    rebuild_trees(tree_ids=None)


def rebuild_trees(*, tree_ids: Collection[int] | None) -> None:
    """The same for some trees; None means all, then roots also get tree_ids of their own again."""
    with writing():
        rows = _Rows.read(tree_ids)
        if not len(rows.pk):
            return
        try:
            level, by_level = levels(rows.parent)
        except Circle as circle:
            raise SponsorCircle(f"Sponsors run in a circle: {_named(rows.pk[circle.positions])}") from circle
        enter, leave = tour(rows.parent, by_level)
        root = np.arange(len(rows.pk), dtype=np.int64)
        for positions in by_level[1:]:
            root[positions] = root[rows.parent[positions]]
        size = (leave - enter + 1)[root]
        step = (TOP - 1) // size
        lft = 1 + (enter - enter[root]) * step
        rght = 1 + (leave - enter[root]) * step
        _store(rows, lft, rght, _tree_ids(rows, root), level)


class _Rows:
    """The table as parallel arrays, in the order of the labels so that siblings keep theirs."""

    def __init__(self, table: Iterable[tuple[int | None, ...]]) -> None:
        # sponsor_id 0 stands for none: keys start at 1.
        whole = np.array([[value or 0 for value in row] for row in table], dtype=np.int64).reshape(-1, 6)
        self.pk, self.sponsor, self.lft, self.rght, self.tree, self.level = (c.copy() for c in whole.T)
        order = np.argsort(self.pk)
        at = np.searchsorted(self.pk, self.sponsor, sorter=order) if len(self.pk) else self.sponsor
        self.parent: Ints = np.where(
            self.sponsor == 0, -1, order[np.minimum(at, len(order) - 1)] if len(order) else -1
        )

    @classmethod
    def read(cls, tree_ids: Collection[int] | None) -> "_Rows":
        people = Distributor.objects.order_by("tree_id", "lft", "pk")
        if tree_ids is not None:
            people = people.filter(tree_id__in=tree_ids)
        fields = ("pk", "sponsor_id", "lft", "rght", "tree_id", "level")
        return cls(people.values_list(*fields).iterator(chunk_size=BATCH))


def _shared_labels(rows: _Rows) -> list[str]:
    pk = np.r_[rows.pk, rows.pk]
    tree, label = np.r_[rows.tree, rows.tree], np.r_[rows.lft, rows.rght]
    order = np.lexsort((label, tree))
    same = (np.diff(tree[order]) == 0) & (np.diff(label[order]) == 0)
    return _say("share a label with somebody else", np.unique(pk[order][1:][same]))


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


def _shared_trees(rows: _Rows) -> list[str]:
    roots = rows.parent == -1
    trees, counts = np.unique(rows.tree[roots], return_counts=True)
    shared = np.isin(rows.tree, trees[counts > 1]) & roots
    return _say("are roots of the same tree", rows.pk[shared])


def _tree_ids(rows: _Rows, root: Ints) -> Ints:
    """Each root keeps its tree_id where it is the only one there; the others get new ones."""
    roots = np.unique(root)
    taken: set[int] = set()
    fresh = int(Distributor.objects.order_by("-tree_id").values_list("tree_id", flat=True).first() or 0)
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
    values = np.column_stack((lft, rght, tree, level, rows.pk))[changed].tolist()
    sql = f"UPDATE {TABLE} SET lft = %s, rght = %s, tree_id = %s, level = %s WHERE id = %s"  # noqa: S608
    with connection.cursor() as cursor:
        for start in range(0, len(values), BATCH):
            cursor.executemany(sql, values[start : start + BATCH])


def _say(what: str, pks: Ints) -> list[str]:
    return [f"{len(pks)} distributors {what}: {_named(pks)}"] if len(pks) else []


def _named(pks: Ints) -> str:
    shown = pks[:SHOWN].tolist()
    numbers = dict(Distributor.objects.order_by().filter(pk__in=shown).values_list("pk", "number"))
    more = ", …" if len(pks) > SHOWN else ""
    return ", ".join(numbers.get(pk, str(pk)) for pk in shown) + more

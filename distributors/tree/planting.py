"""Many places at once: a company's import, thousands a second, all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from django.db import connection, models
from django.db.models import Max

from common.operations import statistics
from distributors.models import Distributor
from distributors.tree.arrays import Circle, Ints, levels, tour
from distributors.tree.forest import SPONSORS
from distributors.tree.health import rebuild_trees
from distributors.tree.lock import writing
from distributors.tree.places import SponsorIsBelow, SponsorUnknown, free_interval, new_root

# With more sponsors than this it is cheaper to number their whole trees anew than to find room under each.
MANY_SPONSORS = 500
BATCH = 2_000


class _Shape:
    """The batch as arrays: parent, head of its branch, level below it, numbers of the walk around the
    forest.
    """

    def __init__(self, parent: Ints, head: Ints, level: Ints, enter: Ints, leave: Ints) -> None:
        self.parent, self.head, self.level, self.enter, self.leave = parent, head, level, enter, leave
        self.walk: Ints = np.argsort(enter, kind="stable")
        self.entered: Ints = enter[self.walk]


@dataclass(frozen=True, kw_only=True)
class Planting:
    """A new distributor (unsaved, everything but the tree filled in, its profile saved) and who sponsors
    them: somebody who has a place already, somebody of the same batch, or nobody."""

    distributor: Distributor
    sponsor_id: int | None = None
    sponsor_index: int | None = None


def plant(*, people: Sequence[Planting]) -> None:
    """Gives all of them places and primary keys, in any order, in one transaction under the tree's lock.

    Raises SponsorUnknown, SponsorIsBelow (a circle, with its path), TreeBusy, IntegrityError (a number
    twice); nothing is planted then.
    """
    if not people:
        return
    parent = np.array([-1 if p.sponsor_index is None else p.sponsor_index for p in people], dtype=np.int64)
    if (parent >= len(people)).any() or (parent < -1).any():
        raise SponsorUnknown(int(parent.max()))
    try:
        shape = _shape(parent)
    except Circle as circle:
        raise SponsorIsBelow([people[at].distributor.number for at in circle.positions]) from circle
    with writing():
        _give_keys(people)
        groups = _by_sponsor(people, shape)
        known = _places(set(groups) - {None})
        _fill_in(people, shape, known)
        crowded = len(known) > MANY_SPONSORS
        for sponsor_id, heads in groups.items():
            if sponsor_id is None:
                _label_roots(people, shape, heads)
            elif not crowded:
                _label_below(people, shape, heads, sponsor_id)
            _insert(people, shape, heads)
        if crowded:
            rebuild_trees(tree_ids={place[0] for place in known.values()})
        statistics.learn(tables=[Distributor], rows=len(people))


def _shape(parent: Ints) -> _Shape:
    level, by_level = levels(parent)
    enter, leave = tour(parent, by_level)
    head = np.arange(len(parent), dtype=np.int64)
    for positions in by_level[1:]:
        head[positions] = head[parent[positions]]
    return _Shape(parent, head, level, enter, leave)


def _give_keys(people: Sequence[Planting]) -> None:
    """Keys are drawn before the rows are written, so that sponsors of the same batch can be named."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                [SPONSORS.table, len(people)],
            )
            keys = [row[0] for row in cursor.fetchall()]
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [SPONSORS.table])
            row = cursor.fetchone()
            last = max(row[0] if row else 0, Distributor.objects.aggregate(last=Max("pk"))["last"] or 0)
            keys = list(range(last + 1, last + 1 + len(people)))
    for person, key in zip(people, keys, strict=True):
        person.distributor.pk = key


def _by_sponsor(people: Sequence[Planting], shape: _Shape) -> dict[int | None, list[int]]:
    """The heads of new branches by the sponsor they have outside the batch; None for new roots."""
    groups: dict[int | None, list[int]] = {}
    for at in np.flatnonzero(shape.parent == -1).tolist():
        groups.setdefault(people[at].sponsor_id, []).append(at)
    return groups


def _places(sponsor_ids: set[int | None]) -> dict[int, tuple[int, int]]:
    """(tree_id, level) of each sponsor outside the batch. Raises SponsorUnknown."""
    known: dict[int, tuple[int, int]] = {}
    ids = sorted(pk for pk in sponsor_ids if pk is not None)
    for start in range(0, len(ids), BATCH):
        rows = Distributor.objects.order_by().filter(pk__in=ids[start : start + BATCH])
        known.update(
            {pk: (tree_id, level) for pk, tree_id, level in rows.values_list("pk", "tree_id", "level")}
        )
    for pk in ids:
        if pk not in known:
            raise SponsorUnknown(pk)
    return known


def _fill_in(people: Sequence[Planting], shape: _Shape, known: dict[int, tuple[int, int]]) -> None:
    """Sponsor, tree and level; labels follow, and stand as 1 and 2 where the tree is numbered anew
    afterwards.
    """
    for at, person in enumerate(people):
        row, above = person.distributor, int(shape.parent[at])
        row.sponsor_id = person.sponsor_id if above == -1 else people[above].distributor.pk
        outside = people[int(shape.head[at])].sponsor_id
        tree_id, level = known[outside] if outside is not None else (0, -1)
        row.tree_id, row.level = tree_id, level + 1 + int(shape.level[at])
        row.lft, row.rght = 1, 2


def _label_roots(people: Sequence[Planting], shape: _Shape, heads: list[int]) -> None:
    first = new_root()
    for n, head in enumerate(heads):
        members = _members(shape, head)
        step = (first.rght - first.lft) // max(1, 2 * len(members) - 1)
        _write_labels(people, shape, members, start=first.lft, offset=-int(shape.enter[head]), step=step)
        # A root's interval is the whole tree's, whatever the steps leave over.
        people[head].distributor.rght = first.rght
        for at in members:
            people[at].distributor.tree_id = first.tree_id + n


def _label_below(people: Sequence[Planting], shape: _Shape, heads: list[int], sponsor_id: int) -> None:
    branches = [_members(shape, head) for head in heads]
    spot = free_interval(sponsor_id, labels=2 * sum(len(branch) for branch in branches))
    step = (spot.rght - spot.lft + 1) // (2 * sum(len(branch) for branch in branches))
    placed = 0
    for head, branch in zip(heads, branches, strict=True):
        offset = placed - int(shape.enter[head])
        _write_labels(people, shape, branch, start=spot.lft, offset=offset, step=step)
        placed += 2 * len(branch)


def _members(shape: _Shape, head: int) -> list[int]:
    """Everybody of the branch: in walking order its members follow each other."""
    first, last = int(shape.enter[head]), int(shape.leave[head])
    begin, end = np.searchsorted(shape.entered, [first, last])
    return [int(at) for at in shape.walk[begin:end]]


def _write_labels(
    people: Sequence[Planting], shape: _Shape, members: list[int], *, start: int, offset: int, step: int
) -> None:
    lft = start + (shape.enter[members] + offset) * step
    rght = start + (shape.leave[members] + offset) * step
    for at, left, right in zip(members, lft.tolist(), rght.tolist(), strict=True):
        people[at].distributor.lft, people[at].distributor.rght = left, right


def _insert(people: Sequence[Planting], shape: _Shape, heads: list[int]) -> None:
    """Branch by branch under one sponsor: room for the next sponsor is sought with these already in place."""
    rows = [people[at].distributor for head in heads for at in _members(shape, head)]
    models.QuerySet[Distributor](Distributor).bulk_create(rows, batch_size=BATCH)

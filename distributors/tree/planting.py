"""Many places at once: a company's import, all or nothing. Everything is an array; nothing is done per person."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from common.operations import columns, staging
from common.operations.staging import Kind
from distributors.models import Distributor
from distributors.tree import history
from distributors.tree.arrays import Circle, Ints, levels, tour
from distributors.tree.forest import SPONSORS
from distributors.tree.health import rebuild_trees
from distributors.tree.lock import writing
from distributors.tree.places import SponsorIsBelow, SponsorUnknown, Spot, free_interval, new_root

# With more sponsors than this it is cheaper to number their whole trees anew than to find room under each.
MANY_SPONSORS = 500
# Finding room under one sponsor may take it from another: look so often whether all have room at once.
ROUNDS = 4
BATCH = 5_000

# What a newcomer brings along; the other columns are the tree's.
OWN: dict[str, Kind] = {
    "number": "text",
    "profile_id": "number",
    "status": "text",
    "joined_at": "moment",
    "career_rank": "text",
}
PLANTED = "planted_places"
PLACE: dict[str, Kind] = {
    "id": "key",
    "sponsor_id": "number",
    "lft": "number",
    "rght": "number",
    "tree_id": "number",
    "level": "number",
}
LISTED = "listed_people"


@dataclass(frozen=True, kw_only=True)
class Planting:
    """A new distributor (unsaved, everything but the tree filled in, its profile saved) and who sponsors
    them: somebody who has a place already, somebody of the same batch, or nobody."""

    distributor: Distributor
    sponsor_id: int | None = None
    sponsor_index: int | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """Sponsors from outside the batch, by key: where they stand."""

    id: Ints
    tree_id: Ints
    level: Ints


class _Batch:
    """The newcomers as a forest of branches: who heads each one's branch, and the walk around the branches."""

    def __init__(self, keys: Ints, parent: Ints, sponsor: Ints) -> None:
        self.keys, self.parent = keys, parent
        self.depth, by_level = levels(parent)
        self.enter, self.leave = tour(parent, by_level)
        self.head = np.arange(len(parent), dtype=np.int64)
        for positions in by_level[1:]:
            self.head[positions] = self.head[parent[positions]]
        self.above = np.where(parent >= 0, keys[parent], sponsor)
        # Whom the branch of each hangs on; 0 where it is a new tree.
        self.outside = sponsor[self.head]
        self.tree_id = np.zeros(len(parent), dtype=np.int64)
        # So they stand, for the length of the transaction, where trees are numbered anew afterwards.
        self.lft, self.rght = np.ones_like(self.tree_id), np.full_like(self.tree_id, 2)
        self.level = self.depth.copy()


def plant(*, people: Sequence[Planting]) -> None:
    """Gives all of them places and primary keys, in any order, in one transaction under the tree's lock.

    Raises SponsorUnknown, SponsorIsBelow (a circle, with its path), TreeBusy, IntegrityError (a number
    twice); nothing is planted then.
    """
    if not people:
        return
    parent = np.array([-1 if p.sponsor_index is None else p.sponsor_index for p in people], dtype=np.int64)
    sponsor = np.array([p.sponsor_id or 0 for p in people], dtype=np.int64)
    kinds: dict[str, Kind] = {"id": "key", **OWN}
    with writing(), staging.table(name=LISTED, kinds=kinds):
        keys = staging.draw_keys(model=Distributor, count=len(people))
        for person, key in zip(people, keys.tolist(), strict=True):
            person.distributor.pk = key
        rows = ([getattr(p.distributor, name) for name in kinds] for p in people)
        staging.fill(name=LISTED, kinds=kinds, rows=rows)
        plant_staged(keys=keys, parent=parent, sponsor=sponsor, people=f"SELECT * FROM {LISTED}")  # noqa: S608


def plant_staged(*, keys: Ints, parent: Ints, sponsor: Ints, people: str) -> None:
    """The same for people who stand in temporary tables, a million of them as well.

    `keys` are theirs to come; `parent` is the position of each one's sponsor in these arrays, or -1: then
    `sponsor` is the key of somebody who has a place, or 0 for the root of a new tree. `people` is a SELECT of
    id (that key), number, profile_id, status, joined_at and career_rank. The caller fills in nothing else.
    """
    if (parent >= len(parent)).any() or (parent < -1).any():
        raise SponsorUnknown(int(parent.max()))
    try:
        batch = _Batch(keys, parent, sponsor)
    except Circle as circle:
        raise SponsorIsBelow(_numbers(people, keys[circle.positions])) from circle
    with writing():
        known = _known(batch)
        at = np.minimum(np.searchsorted(known.id, batch.outside), max(0, len(known.id) - 1))
        below = batch.outside > 0
        _label_roots(batch)
        if len(known.id):
            batch.tree_id[below] = known.tree_id[at[below]]
            batch.level[below] += known.level[at[below]] + 1
        has_room = _label_below(batch, known.id, at)
        _insert(batch, people)
        if not has_room:
            rebuild_trees(tree_ids=set(known.tree_id.tolist()))


def _numbers(people: str, ids: Ints) -> list[str]:
    marks = ", ".join(str(pk) for pk in ids.tolist())
    numbers = dict(staging.found(f"SELECT id, number FROM ({people}) AS person WHERE id IN ({marks})"))  # noqa: S608
    return [numbers[pk] for pk in ids.tolist()]


def _known(batch: _Batch) -> _Known:
    """Raises SponsorUnknown."""
    wanted = np.unique(batch.outside[batch.outside > 0])
    parts: list[list[Ints]] = []
    for start in range(0, len(wanted), BATCH):
        listed = ", ".join(str(pk) for pk in wanted[start : start + BATCH].tolist())
        select = f"FROM {SPONSORS.table} WHERE id IN ({listed}) ORDER BY id"
        parts.append(columns.read(select=select, columns=["id", "tree_id", "level"]))
    none = np.zeros(0, dtype=np.int64)
    known = (
        _Known(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        if parts
        else _Known(*[none] * 3)
    )
    if len(missing := np.setdiff1d(wanted, known.id)):
        raise SponsorUnknown(int(missing[0]))
    return known


def _label_roots(batch: _Batch) -> None:
    """Each new tree evenly over the whole range; a root's interval is the whole tree's."""
    heads = np.flatnonzero((batch.parent == -1) & (batch.outside == 0))
    if not len(heads):
        return
    first, which = new_root(), batch.outside == 0
    head = batch.head[which]
    step = (first.rght - first.lft) // np.maximum(1, batch.leave[head] - batch.enter[head])
    batch.lft[which] = first.lft + (batch.enter[which] - batch.enter[head]) * step
    batch.rght[which] = first.lft + (batch.leave[which] - batch.enter[head]) * step
    batch.rght[heads] = first.rght
    batch.tree_id[which] = first.tree_id + np.searchsorted(heads, head)


def _label_below(batch: _Batch, known: Ints, at: Ints) -> bool:
    """Branches of one sponsor side by side in a free interval; False where the trees must be numbered anew.

    `at` says which of the known each one's branch hangs on.
    """
    heads = np.flatnonzero((batch.parent == -1) & (batch.outside > 0))
    if not len(heads):
        return True
    heads = heads[np.argsort(at[heads], kind="stable")]
    width = batch.leave[heads] - batch.enter[heads] + 1
    labels = np.zeros(len(known), dtype=np.int64)
    np.add.at(labels, at[heads], width)
    spots = _spots(dict(zip(known.tolist(), labels.tolist(), strict=True)))
    if spots is None:
        return False
    before = np.zeros(len(batch.keys), dtype=np.int64)
    before[heads] = np.cumsum(width) - width - (np.cumsum(labels) - labels)[at[heads]]
    start = np.array([spots[pk].lft for pk in known.tolist()], dtype=np.int64)
    step = np.array([spots[pk].rght - spots[pk].lft + 1 for pk in known.tolist()], dtype=np.int64) // labels
    which = batch.outside > 0
    head, at = batch.head[which], at[which]
    offset = before[head] - batch.enter[head]
    batch.lft[which] = start[at] + (batch.enter[which] + offset) * step[at]
    batch.rght[which] = start[at] + (batch.leave[which] + offset) * step[at]
    return True


def _spots(labels: dict[int, int]) -> dict[int, Spot] | None:
    """Intervals that are free at the same time, one below each sponsor; None where they were not found."""
    if len(labels) > MANY_SPONSORS:
        return None
    before: dict[int, Spot] = {}
    for _ in range(ROUNDS):
        spots = {pk: free_interval(pk, labels=count) for pk, count in labels.items()}
        if spots == before:
            return spots
        before = spots
    return None


def _insert(batch: _Batch, people: str) -> None:
    values = {
        "id": batch.keys,
        "sponsor_id": batch.above,
        "lft": batch.lft,
        "rght": batch.rght,
        "tree_id": batch.tree_id,
        "level": batch.level,
    }
    with staging.table(name=PLANTED, kinds=PLACE):
        columns.write(table=PLANTED, values=values)
        staging.look_at(PLANTED)
        staging.insert(
            model=Distributor,
            values={
                "id": "person.id",
                **{name: f"person.{name}" for name in OWN},
                **{name: f"place.{name}" for name in values if name not in ("id", "sponsor_id")},
                "sponsor_id": "nullif(place.sponsor_id, 0)",
            },
            source=f"FROM ({people}) AS person JOIN {PLANTED} place ON place.id = person.id",
        )
        history.began_listed(listed=PLANTED)

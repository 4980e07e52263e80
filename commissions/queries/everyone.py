"""Everybody of a run as parallel arrays in the order of its tree: whoever stands below a person stands right behind.

Gathered once for each run from its snapshots and kept on the shelf of this machine, so that the page of a great team
takes a slice instead of half a million rows. A run's rows never change; what changes is the tree of today, and who
stands elsewhere than the run saw them is known by name.
"""

# ruff: noqa: S608 - statements are put together from names of columns, never from input

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import network
from commissions.models import Snapshot
from commissions.queries import kept as names
from commissions.queries import members, plans
from commissions.queries.team_arrays import nearness
from common.arrays import places
from common.operations import shelf, tables
from distributors.queries import sponsor_tree

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY = -1
LATEST = 2**62
FORMAT = 2  # of what lies on the shelf
# When so many stand elsewhere than was known, everybody is gathered again.
MANY_CHANGES = 5_000
NARROW: Mapping[str, type[np.generic]] = {
    "rank": np.int16,
    "title": np.int16,
    "standing": np.int8,
    "near": np.int16,
}


@dataclass(frozen=True, slots=True)
class Everyone:
    """Element i of every array belongs to the person ids[i]; those below stand at i + 1 to i + size[i].

    Volumes in hundredths of a point, moments in microseconds since 1970. Whom the run saw under somebody else, or not
    at all, though they had joined by then, is one of the `moved`; who sponsors them today is in `moved_to`, 0 at the
    top. Of those who joined after the month's end, from `until` on, they are all that somebody who moved stands below.
    """

    ids: Ints
    by_id: Ints  # places in the order of keys
    parent: Ints  # place, NOBODY at the top
    size: Ints
    depth: Ints
    active_above: Ints  # how many on the way up are active
    joined: Ints
    standing: Ints
    rank: Ints
    title: Ints
    active: Bools
    was_active: Bools
    own: Ints
    group: Ints
    near: Ints  # to the next rank, in thousandths; NOBODY at the top
    moved: Ints
    moved_to: Ints
    moved_joined: Ints
    until: int

    def __len__(self) -> int:
        return len(self.ids)

    def place(self, person_id: int) -> int:
        """Where a person stands; NOBODY for whom the run did not know."""
        return int(self.places(np.array([person_id], np.int64))[0])

    def places(self, person_ids: Ints) -> Ints:
        """Where each of them stands."""
        if not len(self):
            return np.full(len(person_ids), NOBODY, np.int64)
        at = np.searchsorted(self.ids, person_ids, sorter=self.by_id)
        found = self.by_id[np.minimum(at, len(self) - 1)]
        return np.where(self.ids[found] == person_ids, found, NOBODY)

    def team(self, at: int) -> slice:
        """The places of everybody below, as the run saw them."""
        return slice(at + 1, at + 1 + int(self.size[at]))


def of_month(*, month: members.Month) -> Everyone | None:
    """Everybody of a month's run, None while it has none. One query where they are on the shelf; `was_active` is of the
    run before."""
    if month.run_id is None:
        return None
    what = what_of(month=month)
    kept, later = _look(month, what)
    if later is None:
        names.forget_name(what=what)
        kept, later = _look(month, what)
    found = _everyone(kept, month)
    return _moved_since(found, later) if later else found


def what_of(*, month: members.Month) -> str:
    """What everybody of a month's run is called on the shelf."""
    before = month.before_run_id if month.is_open else None
    return f"everyone-{FORMAT}-{month.run_id}-{before or 0}"


def made_ready(*, month: members.Month, snapshots: Mapping[str, NDArray[Any]], name: str) -> Everyone:
    """Everybody of a run that nobody has seen yet, put on the shelf under a new name; two queries at most. `snapshots`
    is what would be read of it, sorted by `ids`: `sponsor` (0 at the top) and the columns of Everyone of that name."""
    return _everyone(shelf.look(name=name, gather=lambda: _gather(month, snapshots)), month)


def _everyone(kept: shelf.Arrays, month: members.Month) -> Everyone:
    columns = {name: kept[name] for name in Everyone.__slots__ if name != "until"}
    return Everyone(**columns, until=_until(month))


def _until(month: members.Month) -> int:
    return LATEST if month.is_open else int(month.ends_at.timestamp()) * 1_000_000


def _look(month: members.Month, what: str) -> tuple[shelf.Arrays, dict[str, Ints] | None]:
    kept = shelf.look(name=names.name_once(what=what), gather=lambda: _gather(month))
    return kept, sponsor_tree.placed_since(row=int(kept["last_row"][0]), most=MANY_CHANGES)


def _moved_since(found: Everyone, later: Mapping[str, Ints]) -> Everyone:
    """With those who took another place since: what happened last counts, and who came back has not moved."""
    person, sponsor, joined = (
        np.concatenate(parts)
        for parts in (
            (later["person"], found.moved),
            (later["sponsor"], found.moved_to),
            (later["joined"], found.moved_joined),
        )
    )
    _, last = np.unique(person, return_index=True)
    at = found.places(person[last])
    above = np.where(at < 0, NOBODY, found.parent[at])
    then = np.where(at < 0, NOBODY, np.where(above < 0, 0, found.ids[above]))
    last = last[then != sponsor[last]]
    return replace(found, moved=person[last], moved_to=sponsor[last], moved_joined=joined[last])


def _snapshots(run_id: int) -> dict[str, NDArray[Any]]:
    table = Snapshot._meta.db_table
    plan = plans.of_run(run_id=run_id)
    found = tables.read(
        query="SELECT distributor_id, COALESCE(sponsor_id, 0), CAST(standing AS bigint), CAST(rank AS bigint), "
        f"CAST(title AS bigint), active, own_volume, group_volume, have FROM {table} WHERE run_id = %s "
        "ORDER BY distributor_id",
        parameters=[run_id],
        shape={
            **dict.fromkeys(("ids", "sponsor", "standing", "rank", "title"), "int"),
            "active": "bool", "own": "int", "group": "int", "have": f"packed {len(plan.requirements)}",
        },
    )  # fmt: skip
    return found | {"near": nearness(plan=plan, rank=found["rank"], have=found.pop("have"))}


def _gather(
    month: members.Month, snapshots: Mapping[str, NDArray[Any]] | None = None
) -> dict[str, NDArray[Any]]:
    last_row = sponsor_tree.last_placed()
    known: Mapping[str, NDArray[Any]] = _snapshots(month.run_id or 0) if snapshots is None else snapshots
    today = sponsor_tree.everybody_today()
    parent = places(of=known["sponsor"], among=known["ids"])
    order = _in_tree_order(parent)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    column = {
        name: known[name][order]
        for name in ("ids", "standing", "rank", "title", "active", "own", "group", "near")
    }
    column |= {name: column[name].astype(kind) for name, kind in NARROW.items()}
    above = np.where(parent[order] < 0, NOBODY, place[parent[order]])
    tree = network.of(above)
    mine = places(of=column["ids"], among=today["person"])
    return {
        **column,
        "by_id": place.astype(np.int32),
        "parent": above.astype(np.int32),
        "size": tree.team(np.ones(len(tree), np.int64)).astype(np.int32),
        "depth": tree.depth.astype(np.int32),
        "active_above": _above(tree, column["active"]).astype(np.int32),
        "joined": np.append(today["joined"], 0)[mine],
        "was_active": _was_active(month.before_run_id if month.is_open else None, column["ids"]),
        "last_row": np.array([last_row]),
        **_moved(known, today, _until(month)),
    }


def _in_tree_order(parent: Ints) -> Ints:
    """The places of a forest with every person right before those below them; brothers and sisters as they come."""
    tree = network.of(parent)
    size = tree.team(np.ones(len(tree), np.int64)) + 1
    first = np.zeros(len(tree), np.int64)  # where each one's own place comes
    for at, level in enumerate(tree.levels):
        rows = np.arange(len(tree))[level] if isinstance(level, slice) else level
        rows = rows[np.argsort(parent[rows], kind="stable")]
        ends = np.cumsum(size[rows])
        starts = ends - size[rows]
        if at:
            above = parent[rows]
            new = np.concatenate([[True], np.diff(above) != 0])
            starts = starts - starts[np.maximum.accumulate(np.where(new, np.arange(len(rows)), 0))]
            starts += first[above] + 1
        first[rows] = starts
    order = np.empty(len(tree), np.int64)
    order[first] = np.arange(len(tree))
    return order


def _above(tree: network.Network, active: Bools) -> Ints:
    found = np.zeros(len(tree), np.int64)
    for level in tree.levels[1:]:
        above = tree.parent[level]
        found[level] = found[above] + active[above]
    return found


def _was_active(before_run_id: int | None, ids: Ints) -> Bools:
    if before_run_id is None:
        return np.zeros(len(ids), bool)
    rows = Snapshot.objects.filter(run_id=before_run_id, active=True).order_by().values_list("distributor_id")
    found = tables.values(rows=rows, shape={"person": "int"})["person"]
    return np.asarray(places(of=ids, among=found) >= 0)


def _moved(known: Mapping[str, Ints], today: Mapping[str, Ints], until: int) -> dict[str, Ints]:
    person, sponsor = today["person"], today["sponsor"]
    then = np.append(known["sponsor"], NOBODY)[places(of=person, among=known["ids"])]
    late = today["joined"] >= until
    counts = (then != sponsor) & ~late
    above = sponsor[counts]
    while len(above):
        # Whoever joined too late is nobody's team, but may stand between those who are.
        between = places(of=np.unique(above), among=person)
        between = between[between >= 0]
        between = between[late[between] & ~counts[between]]
        counts[between] = True
        above = sponsor[between]
    at = np.flatnonzero(counts)
    return {"moved": person[at], "moved_to": sponsor[at], "moved_joined": today["joined"][at]}

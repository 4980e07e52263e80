"""Everybody below a person as parallel arrays: what a table of the whole team is filtered and sorted by.

A fixed number of wide queries, however many people there are; who of them is shown is confirmed by walking up, by
those who show them. A month's figures and its tree come from its run. Who has come into the team since then stands
where they stand today, and whom the run did not know has no figures.
"""

# ruff: noqa: S611 - statements are put together from names of columns, never from input

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from commissions.core.plan import Plan
from commissions.models import Snapshot
from commissions.queries import members, outline, plans
from common.arrays import places
from common.operations import tables
from distributors.queries import sponsor_tree
from sales.queries import activity

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
NOBODY = -1
FIGURES = ("person", "sponsor", "rank", "title", "active", "own", "group")


@dataclass(frozen=True, slots=True)
class Team:
    """Element i of every array belongs to the person ids[i]. Volumes in hundredths of a point.

    `level` counts from the viewer, `generation` counts those on the way who are active; `head` is the index of whoever
    the person's leg begins with. `rank` and `title` are indices in the ladder, NOBODY for whom the run did not know.
    """

    ids: Ints
    joined: Ints  # microseconds since 1970
    level: Ints
    generation: Ints
    head: Ints
    below: Ints
    known: Bools
    rank: Ints
    title: Ints
    active: Bools
    was_active: Bools
    own: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.ids)


def load(*, viewer_id: int, month: members.Month) -> Team:
    """The team of a person in a month; three queries, a fourth while the month is open."""
    people = everybody(viewer_id=viewer_id, month=month)
    found = _people(people)
    ids = found["person"]
    figures = _figures(month.run_id, people)
    at = places(of=ids, among=figures["person"])
    known = at >= 0

    def column(name: str, missing: int = 0) -> Ints:
        return np.append(figures[name], missing)[at]

    today = _parents(found["sponsor"], ids, viewer_id)
    then = np.where(known, _parents(column("sponsor"), ids, viewer_id), today)
    active = column("active").astype(bool)
    way = _ways(then, today, active)
    return Team(
        ids=ids,
        joined=found["joined"],
        **way,
        known=known,
        rank=column("rank", NOBODY),
        title=column("title", NOBODY),
        active=active,
        was_active=_was_active(month, people, ids),
        own=column("own"),
        group=column("group"),
    )


def everybody(*, viewer_id: int, month: members.Month) -> QuerySet[Any]:
    """The people of the team who had joined before the month ended."""
    return outline.known_in(people=sponsor_tree.downline(distributor_id=viewer_id), month=month)


def last_orders(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """When each one's last order counted, until the month's end, in microseconds since 1970; NOBODY without one."""
    found = activity.last_moments(
        sellers=everybody(viewer_id=viewer_id, month=month), before=month.ends_at if month.final else None
    )
    return np.append(found["moment"], NOBODY)[places(of=team.ids, among=found["seller"])]


def nearness(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """How far each one is to the next rank in thousandths, by what is furthest from being met; NOBODY at the top and
    for whom the run did not know."""
    if month.run_id is None:
        return np.full(len(team), NOBODY, np.int64)
    plan = plans.of_run(run_id=month.run_id)
    rows = Snapshot.objects.filter(
        run_id=month.run_id, distributor_id__in=everybody(viewer_id=viewer_id, month=month).values("pk")
    )
    sql, parameters = rows.order_by().values_list("distributor_id", "have").query.sql_with_params()
    found = tables.read(
        query=sql, parameters=parameters, shape={"person": "int", "have": f"packed {len(plan.requirements)}"}
    )
    at = places(of=team.ids, among=found["person"])
    nobody = np.zeros((1, len(plan.requirements)), np.int64)
    return _reached(plan, team.rank, np.concatenate([found["have"], nobody])[at])


def named(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """Each one's place in the order of names."""
    people = everybody(viewer_id=viewer_id, month=month)
    ordered = people.order_by("profile__family_name", "profile__given_name", "number")
    sql, parameters = ordered.values_list("pk").query.sql_with_params()
    found = tables.read(query=sql, parameters=parameters, shape={"person": "int"})["person"]
    return places(of=team.ids, among=found)


def moment(when: datetime) -> int:
    """A moment as the arrays hold it."""
    return int(when.timestamp()) * 1_000_000


def _people(people: QuerySet[Any]) -> dict[str, Any]:
    table = people.model._meta.db_table
    rows = people.order_by("pk").annotate(
        above=Coalesce(F("sponsor_id"), 0), joined=RawSQL(tables.moment(f"{table}.joined_at"), [])
    )
    sql, parameters = rows.values_list("pk", "above", "joined").query.sql_with_params()
    return tables.read(
        query=sql, parameters=parameters, shape=dict.fromkeys(("person", "sponsor", "joined"), "int")
    )


def _figures(run_id: int | None, people: QuerySet[Any]) -> dict[str, Any]:
    rows = Snapshot.objects.filter(run_id=run_id or 0, distributor_id__in=people.order_by().values("pk"))
    whole = {
        name: Cast(field, BigIntegerField()) for name, field in (("a_rank", "rank"), ("a_title", "title"))
    }
    rows = rows.order_by().annotate(above=Coalesce(F("sponsor_id"), 0), **whole)
    fields = (
        "distributor_id",
        "above",
        "a_rank",
        "a_title",
        "active",
        "own_volume",
        "group_volume",
    )
    sql, parameters = rows.values_list(*fields).query.sql_with_params()
    kinds = {name: "bool" if name == "active" else "int" for name in FIGURES}
    return tables.read(query=sql, parameters=parameters, shape=kinds)


def _was_active(month: members.Month, people: QuerySet[Any], ids: Ints) -> Bools:
    """Who was active in the final month before; asked only while the month is open."""
    if month.final or month.before_run_id is None:
        return np.zeros(len(ids), bool)
    rows = Snapshot.objects.filter(
        run_id=month.before_run_id, active=True, distributor_id__in=people.order_by().values("pk")
    )
    sql, parameters = rows.order_by().values_list("distributor_id").query.sql_with_params()
    found = tables.read(query=sql, parameters=parameters, shape={"person": "int"})["person"]
    return np.asarray(places(of=ids, among=found) >= 0)


def _parents(sponsor: Ints, ids: Ints, viewer_id: int) -> Ints:
    """Of each person the index of whoever is above: len(ids) for the viewer, one more for somebody elsewhere."""
    found = places(of=sponsor, among=ids)
    return np.where(sponsor == viewer_id, len(ids), np.where(found < 0, len(ids) + 1, found))


def _ways(then: Ints, today: Ints, active: Bools) -> dict[str, Ints]:
    level, generation, head = _way(then, active)
    lost = level == NOBODY
    if lost.any():
        # Came into the team after the month: where they stand today.
        parent = np.where(lost, today, then)
        level, generation, head = _way(parent, active)
        lost = level == NOBODY
        if lost.any():
            parent = today
            level, generation, head = _way(parent, active)
    else:
        parent = then
    return {"level": level, "generation": generation, "head": head, "below": _below(parent, level)}


def _way(parent: Ints, active: Bools) -> tuple[Ints, Ints, Ints]:
    """Level, generation and leg of each, by doubling the steps that are looked at: as many rounds as the depth has
    binary digits."""
    size = len(parent)
    hop = np.concatenate([parent, [size, size + 1]])
    steps = (hop != np.arange(size + 2)).astype(np.int64)
    between = np.append(active, [False, False]).astype(np.int64)[hop]
    head = np.where(hop == size, np.arange(size + 2), hop)
    head[size:] = [size, size + 1]
    for _round in range(max(1, size).bit_length() + 1):
        if (hop[:size] >= size).all():
            break
        steps += steps[hop] * (hop != np.arange(size + 2))
        between += between[hop] * (hop < size)
        head, hop = head[head], hop[hop]
    reached = hop[:size] == size
    level = np.where(reached, steps[:size], NOBODY)
    return level, np.where(reached, between[:size] + 1, NOBODY), np.where(reached, head[:size], NOBODY)


def _below(parent: Ints, level: Ints) -> Ints:
    """How many people stand below each, deepest level first."""
    size = len(parent)
    count = np.zeros(size + 2, np.int64)
    order = np.argsort(-level, kind="stable")
    ends = np.flatnonzero(np.diff(level[order])) + 1
    for rows in np.split(order, ends) if size else []:
        np.add.at(count, parent[rows], count[rows] + 1)
    return count[:size]


def _reached(plan: Plan, rank: Ints, have: Ints) -> Ints:
    found = np.full(len(rank), NOBODY, np.int64)
    for step in range(len(plan.ladder) - 1):
        asked = [at for at, one in enumerate(plan.requirements) if one.rank == step + 1]
        rows = np.flatnonzero(rank == step)
        shares = [
            np.clip(have[rows, at] * 1000 // max(1, plan.requirements[at].need), 0, 1000) for at in asked
        ]
        found[rows] = np.min(shares, axis=0) if shares else 1000
    return found

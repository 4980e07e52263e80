"""Everybody below a person as parallel arrays: what a table of the whole team is filtered and sorted by.

A fixed number of wide queries, however many people there are; who of them is shown is confirmed by walking up, by
those who show them. A month's figures and its tree come from its run. Who has come into the team since then stands
where they stand today, and whom the run did not know has no figures.
"""

# ruff: noqa: S611 - statements are put together from names of columns, never from input

from datetime import datetime
from typing import Any

import numpy as np
from django.db.models import BigIntegerField, F, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Coalesce

from commissions.models import Snapshot
from commissions.queries import everyone, great_teams, members, outline, plans, sizes, sorted_teams
from commissions.queries.team_arrays import NOBODY, Bools, Ints, Team, ways
from commissions.queries.team_arrays import nearness as of_people
from common.arrays import places
from common.operations import tables
from distributors.queries import sponsor_tree
from sales.queries import activity

FIGURES = ("person", "sponsor", "rank", "title", "active", "own", "group")


def load(*, viewer_id: int, month: members.Month) -> Team:
    """The team of a person in a month; three queries, a fourth while the month is open. Of a great team the run's
    people lie ready."""
    if sizes.is_great(person_id=viewer_id, month=month):
        known = everyone.of_month(month=month)
        if known is not None and (at := known.place(viewer_id)) >= 0:
            return great_teams.of(everyone=known, at=at)
    return _asked(viewer_id, month)


def _asked(viewer_id: int, month: members.Month) -> Team:
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
    way = ways(then=then, today=today, active=active)
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
        place=np.empty(0, np.int64),
        near=np.empty(0, np.int64),
    )


def everybody(*, viewer_id: int, month: members.Month) -> QuerySet[Any]:
    """The people of the team who had joined before the month ended."""
    return outline.known_in(people=sponsor_tree.downline(distributor_id=viewer_id), month=month)


def last_orders(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """When each one's last order counted, until the month's end, in microseconds since 1970; NOBODY without one."""
    if team.is_cut_out:
        return sorted_teams.of(team=team, values=sorted_teams.last_orders(month=month))
    found = activity.last_moments(
        sellers=everybody(viewer_id=viewer_id, month=month), before=None if month.is_open else month.ends_at
    )
    return np.append(found["moment"], NOBODY)[places(of=team.ids, among=found["seller"])]


def nearness(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """How far each one is to the next rank in thousandths, by what is furthest from being met; NOBODY at the top and
    for whom the run did not know."""
    if month.run_id is None:
        return np.full(len(team), NOBODY, np.int64)
    if team.is_cut_out:
        return team.near
    plan = plans.of_run(run_id=month.run_id)
    rows = Snapshot.objects.filter(
        run_id=month.run_id, distributor_id__in=everybody(viewer_id=viewer_id, month=month).values("pk")
    )
    found = tables.values(
        rows=rows.order_by().values_list("distributor_id", "have"),
        shape={"person": "int", "have": f"packed {len(plan.requirements)}"},
    )
    at = places(of=team.ids, among=found["person"])
    nobody = np.zeros((1, len(plan.requirements)), np.int64)
    return of_people(plan=plan, rank=team.rank, have=np.concatenate([found["have"], nobody])[at])


def named(*, team: Team, viewer_id: int, month: members.Month) -> Ints:
    """Each one's place in the order of names; of a team cut out of its run in that of the run's day, NOBODY for whom
    the run did not know."""
    if team.is_cut_out:
        return sorted_teams.of(team=team, values=sorted_teams.names(month=month))
    people = everybody(viewer_id=viewer_id, month=month)
    ordered = people.order_by("profile__family_name", "profile__given_name", "number")
    found = tables.values(rows=ordered.values_list("pk"), shape={"person": "int"})["person"]
    return places(of=team.ids, among=found)


def moment(when: datetime) -> int:
    """A moment as the arrays hold it."""
    return int(when.timestamp()) * 1_000_000


def _people(people: QuerySet[Any]) -> dict[str, Any]:
    table = people.model._meta.db_table
    rows = people.order_by("pk").annotate(
        above=Coalesce(F("sponsor_id"), 0), joined=RawSQL(tables.moment(f"{table}.joined_at"), [])
    )
    return tables.values(
        rows=rows.values_list("pk", "above", "joined"),
        shape=dict.fromkeys(("person", "sponsor", "joined"), "int"),
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
    kinds = {name: "bool" if name == "active" else "int" for name in FIGURES}
    return tables.values(rows=rows.values_list(*fields), shape=kinds)


def _was_active(month: members.Month, people: QuerySet[Any], ids: Ints) -> Bools:
    """Who was active in the final month before; asked only while the month is open."""
    if not month.is_open or month.before_run_id is None:
        return np.zeros(len(ids), bool)
    rows = Snapshot.objects.filter(
        run_id=month.before_run_id, active=True, distributor_id__in=people.order_by().values("pk")
    )
    found = tables.values(rows=rows.order_by().values_list("distributor_id"), shape={"person": "int"})[
        "person"
    ]
    return np.asarray(places(of=ids, among=found) >= 0)


def _parents(sponsor: Ints, ids: Ints, viewer_id: int) -> Ints:
    """Of each person the index of whoever is above: len(ids) for the viewer, one more for somebody elsewhere."""
    found = places(of=sponsor, among=ids)
    return np.where(sponsor == viewer_id, len(ids), np.where(found < 0, len(ids) + 1, found))

"""The people of a team in one month: their volumes, rank and activity, for outline, table, card and export.

Months here are the periods of the calendar that leads (queries.periods). One is the open one or one that is being
closed, both read from their estimates, or one that is final. Who may be asked about is not decided here: callers pass
ids that `distributors.queries.visibility` has let through.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.utils.timezone import localdate

from commissions.models import Period, Run, Snapshot
from commissions.queries import periods, plans, shown
from common import dates
from common.once import once

Activity = Literal["active", "at_risk", "inactive"]
SORTS = ("gv", "pv", "name", "joined")
DEFAULT_SORT = "gv"


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month with figures: `run_id` is its final run or its estimate (None before the first estimate). One that is
    being closed is neither open nor final."""

    key: str
    starts_at: datetime
    ends_at: datetime
    final: bool
    run_id: int | None
    as_of: datetime | None
    order_count: int = 0
    before_run_id: int | None = None
    is_open: bool = False


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One person in one month. Volumes in hundredths of a point; `rank_step` counts from 1."""

    rank_step: int
    rank_name: str
    rank_count: int
    activity: Activity
    own_volume: int
    group_volume: int


@once
def months() -> list[Month]:
    """The months to choose from, newest first: the open one, what is being closed, then the final ones."""
    newest = {
        run.period.key: run
        for run in shown.runs()
        if run.state == Run.State.FINAL or run.period.state != Period.State.CLOSED
    }
    found = []
    before = None
    every = periods.every()
    leading = [period for period in every if period.calendar == every[0].calendar]
    for period in sorted(leading, key=lambda one: one.starts_at):
        run_of = newest.get(period.key)
        if run_of is None and period.state != Period.State.OPEN:
            continue
        found.append(_month(period, run_of, before))
        before = run_of.pk if run_of and run_of.state == Run.State.FINAL else before
    return found[::-1]


def unmeasured(*, now: datetime) -> Month:
    """What stands in while no month was ever opened: people are shown, figures are not."""
    key = dates.key_of_day(localdate(now))
    return Month(key=key, starts_at=now, ends_at=now, final=False, run_id=None, as_of=None, is_open=True)


def of_run(*, run: Run) -> Month:
    """The month, or week, of a run as pages see it; also of a run that they do not see yet."""
    same = next((one for one in months() if one.key == run.period.key), None)
    return _month(run.period, run, same.before_run_id if same else None)


def _month(period: Period, run: Run | None, before: int | None) -> Month:
    return Month(
        key=period.key,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        final=run is not None and run.state == Run.State.FINAL,
        run_id=run.pk if run else None,
        as_of=run.computed_at if run else None,
        order_count=run.order_count if run else 0,
        before_run_id=before,
        is_open=period.state == Period.State.OPEN,
    )


def figures(*, month: Month, ids: Iterable[int]) -> dict[int, Figures]:
    """What each person had in the month; people the run did not know are missing from the answer.

    At risk, in a month that is still open: not active so far, but active in the last final month.
    """
    wanted = list(ids)
    if month.run_id is None or not wanted:
        return {}
    ladder = plans.of_run(run_id=month.run_id).ladder
    rows = Snapshot.objects.filter(run_id=month.run_id, distributor_id__in=wanted).values_list(
        "distributor_id", "rank", "active", "own_volume", "group_volume"
    )
    once_active = _active_in(month.before_run_id, wanted) if month.is_open else set()
    return {
        person: Figures(
            rank_step=rank + 1,
            rank_name=ladder[rank].label,
            rank_count=len(ladder),
            activity=activity_word(active=active, was_active=person in once_active),
            own_volume=own,
            group_volume=group,
        )
        for person, rank, active, own, group in rows
    }


def activity_word(*, active: bool, was_active: bool) -> Activity:
    """Active, at risk (not yet active, but active last month) or inactive."""
    if active:
        return "active"
    return "at_risk" if was_active else "inactive"


def once_active(*, key: str, ids: Iterable[int]) -> set[int]:
    """Who of these was active in the last final month before an open one; nobody where the month is over."""
    month = next((one for one in months() if one.key == key), None)
    return _active_in(month.before_run_id, list(ids)) if month and month.is_open else set()


def _active_in(run_id: int | None, ids: list[int]) -> set[int]:
    if run_id is None:
        return set()
    found = Snapshot.objects.filter(run_id=run_id, distributor_id__in=ids, active=True)
    return set(found.values_list("distributor_id", flat=True))


def active_count(*, month: Month, people: QuerySet[Any]) -> int:
    """How many of these people were active in the month."""
    if month.run_id is None:
        return 0
    below = people.order_by().values("pk")
    return Snapshot.objects.filter(run_id=month.run_id, active=True, distributor_id__in=below).count()


def in_order(*, people: QuerySet[Any], month: Month, sort: str) -> QuerySet[Any]:
    """The same people, sorted by a word of SORTS; ties by number, people without figures last."""
    if sort == "name":
        return people.order_by("profile__family_name", "profile__given_name", "number")
    if sort == "joined":
        return people.order_by("-joined_at", "number")
    return with_figures(people=people, month=month).order_by(
        F("own_volume" if sort == "pv" else "group_volume").desc(nulls_last=True), "number"
    )


def with_figures(*, people: QuerySet[Any], month: Month, with_past: bool = False) -> QuerySet[Any]:
    """The same people with `own_volume`, `group_volume`, `paid_as` (index in the ladder) and `is_active`.

    With the past also `was_active`, in the final month before.
    """
    known = Snapshot.objects.filter(run_id=month.run_id or 0, distributor_id=OuterRef("pk"))
    found: QuerySet[Any] = people.annotate(
        own_volume=Subquery(known.values("own_volume")[:1]),
        group_volume=Subquery(known.values("group_volume")[:1]),
        paid_as=Subquery(known.values("rank")[:1]),
        is_active=Subquery(known.values("active")[:1]),
    )
    if not with_past:
        return found
    before = (month.before_run_id or 0) if month.is_open else 0
    past = Snapshot.objects.filter(run_id=before, distributor_id=OuterRef("pk"))
    with_before: QuerySet[Any] = found.annotate(was_active=Subquery(past.values("active")[:1]))
    return with_before

"""Figures by month for charts and their tables: what a person earned by bonus, and their volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from commissions.core.language import Word
from commissions.core.plan import Plan, Requirement
from commissions.models import Snapshot, StatementItem
from commissions.queries import plans, shortest, shown, snapshots
from commissions.queries.members import Month
from commissions.queries.members import months as shown_months

A_YEAR = 13


@dataclass(frozen=True, kw_only=True)
class Point:
    """A month on the axis. `final` is False while the figures may change."""

    key: str
    starts_at: datetime
    ends_at: datetime
    final: bool


@dataclass(frozen=True, kw_only=True)
class Earnings:
    """Minor units for each bonus (name, label) and month; `series[i][1][k]` belongs to `points[k]`."""

    points: tuple[Point, ...]
    series: tuple[tuple[tuple[str, str], tuple[int, ...]], ...]


@dataclass(frozen=True, kw_only=True)
class Volumes:
    """Hundredths of a point for each month. `outside` is what counts outside of the strongest leg; empty where no
    rank of the newest plan asks for that."""

    points: tuple[Point, ...]
    own: tuple[int, ...]
    group: tuple[int, ...]
    outside: tuple[int, ...] = ()


def earnings(*, person_id: int, months: Sequence[Month], last: int = A_YEAR) -> Earnings:
    """What each bonus paid a person in the last of `months` (newest first, as members gives them), oldest first;
    corrections count where they were posted."""
    months = months[:last][::-1]
    runs = [month.run_id for month in months]
    rows = StatementItem.objects.filter(distributor_id=person_id, run_id__in=[run for run in runs if run])
    found = {
        (bonus, run): amount
        for bonus, run, amount in rows.order_by().values_list("bonus", "run_id").annotate(Sum("amount"))
    }
    labels = _labels(months)
    names = [name for name in labels if any(bonus == name for bonus, _ in found)]
    names += sorted({bonus for bonus, _ in found} - set(names))
    return Earnings(
        points=_points(months),
        series=tuple(
            ((name, labels.get(name, name)), tuple(found.get((name, run or 0), 0) for run in runs))
            for name in names
        ),
    )


def volumes(*, person_id: int, months: Sequence[Month], last: int = A_YEAR) -> Volumes:
    """A person's volumes in the last of `months` (newest first), oldest first."""
    months = months[:last][::-1]
    runs = [month.run_id or 0 for month in months]
    rows = Snapshot.objects.filter(distributor_id=person_id, run_id__in=runs)
    found = {row.run_id: row for row in rows.only("run_id", "own_volume", "group_volume", "measures")}
    had = [found.get(run) for run in runs]
    known = _plans(runs)
    newest = next((known[run] for run in reversed(runs) if run in known), None)
    asks = newest is not None and _asked_outside(newest) is not None
    return Volumes(
        points=_points(months),
        own=tuple(row.own_volume if row else 0 for row in had),
        group=tuple(row.group_volume if row else 0 for row in had),
        outside=tuple(_outside(known[row.run_id], row) if row else 0 for row in had) if asks else (),
    )


def _plans(runs: Sequence[int]) -> dict[int, Plan]:
    """The plan of each run of those that people see."""
    return {run.pk: plans.parsed(version=run.plan) for run in shown.runs() if run.pk in runs}


def _asked_outside(plan: Plan) -> Requirement | None:
    """What a rank of the plan asks outside of the strongest leg, if any does."""
    return next((one for one in plan.requirements if shortest.kind_of(plan, one.have) == "outside"), None)


def _outside(plan: Plan, row: Snapshot) -> int:
    asked = _asked_outside(plan)
    if asked is None or not isinstance(asked.have, Word):
        return 0
    return snapshots.measures(plan=plan, row=row.measures).get(asked.have.name, 0)


def company(*, last: int = A_YEAR) -> list[tuple[Point, int, int]]:
    """For each of the last months, oldest first: total paid (minor units) and commissionable volume."""
    months = shown_months()[:last][::-1]
    runs = {run.pk: run for run in shown.runs()}
    found = []
    for month, point in zip(months, _points(months), strict=True):
        run = runs.get(month.run_id or 0)
        found.append((point, run.total if run else 0, run.commissionable if run else 0))
    return found


def _points(months: Sequence[Month]) -> tuple[Point, ...]:
    return tuple(
        Point(key=month.key, starts_at=month.starts_at, ends_at=month.ends_at, final=month.final)
        for month in months
    )


def _labels(months: Sequence[Month]) -> dict[str, str]:
    """The bonuses' labels in the latest plan's order."""
    runs = [month.run_id for month in months if month.run_id]
    if not runs:
        return {}
    return {bonus.name: bonus.label for bonus in plans.of_run(run_id=runs[-1]).bonuses}

"""Figures by month for charts and their tables: what a person earned by bonus, and their volumes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from commissions.models import Run, Snapshot, StatementItem
from commissions.queries import plans
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
    """Hundredths of a point for each month."""

    points: tuple[Point, ...]
    own: tuple[int, ...]
    group: tuple[int, ...]


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
    """A person's own and group volume in the last of `months` (newest first), oldest first."""
    months = months[:last][::-1]
    runs = [month.run_id for month in months]
    rows = Snapshot.objects.filter(distributor_id=person_id, run_id__in=[run for run in runs if run])
    found = {
        run: (own, group) for run, own, group in rows.values_list("run_id", "own_volume", "group_volume")
    }
    had = [found.get(run or 0, (0, 0)) for run in runs]
    return Volumes(
        points=_points(months), own=tuple(own for own, _ in had), group=tuple(group for _, group in had)
    )


def company(*, last: int = A_YEAR) -> list[tuple[Point, int, int]]:
    """For each of the last months, oldest first: total paid (minor units) and commissionable volume."""
    months = shown_months()[:last][::-1]
    runs = Run.objects.in_bulk([month.run_id for month in months if month.run_id])
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

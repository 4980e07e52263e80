"""What lies on the desk of those who close months and weeks: what is open, what waits, and jobs that failed."""

from dataclasses import dataclass
from datetime import datetime

from commissions.models import Period, Run
from commissions.queries import periods, shown
from common.queries import jobs
from common.queries.jobs import JobView

WAITS = {
    Run.State.DRAFT: "review",
    Run.State.REVIEWED: "approve",
    Run.State.APPROVED: "post",
    Run.State.COMPUTING: "compute",
    Run.State.FAILED: "failed",
}


@dataclass(frozen=True, kw_only=True)
class MonthLine:
    """One month or week as a line: `waits` is what it waits for: "" (open or final), "close", "compute", "review",
    "approve", "post" or "failed". Amounts in minor units; volume in hundredths of a point."""

    key: str
    calendar: str
    starts_at: datetime
    ends_at: datetime
    state: str
    waits: str
    run_id: int | None
    run_number: int
    final: bool
    total: int
    commissionable: int
    people_count: int
    order_count: int
    item_count: int
    as_of: datetime | None
    approved_at: datetime | None
    warnings: int


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The overview: the open period of the calendar that leads and that of the one beside it, what waits for somebody,
    jobs that are due or under way, jobs that failed."""

    open: MonthLine | None
    beside: MonthLine | None
    waiting: tuple[MonthLine, ...]
    failed_jobs: tuple[JobView, ...]
    waiting_jobs: tuple[JobView, ...]
    last_final: MonthLine | None


def overview(*, now: datetime) -> Desk:
    """Everything that waits for somebody, now."""
    lines = months(now=now)
    leading = periods.leading()
    open_ones = [line for line in lines if line.state == Period.State.OPEN]
    return Desk(
        open=next((line for line in open_ones if line.calendar == leading), None),
        beside=next((line for line in open_ones if line.calendar != leading), None),
        waiting=tuple(line for line in lines if line.waits)[::-1],
        failed_jobs=tuple(jobs.failed()),
        waiting_jobs=tuple(jobs.waiting(now=now)),
        last_final=next((line for line in lines if line.final and line.calendar == leading), None),
    )


def months(*, now: datetime) -> list[MonthLine]:
    """Every month and week, newest first, with the run that counts: the final one, else the newest draft, else the
    estimate."""
    chosen: dict[int, Run] = {}
    runs = Run.objects.exclude(state=Run.State.SUPERSEDED).defer("error", "stage_times")
    for run in runs.order_by("number", "pk"):
        known = chosen.get(run.period_id)
        if known is None or _weight(run) >= _weight(known):
            chosen[run.period_id] = run
    return [_line(period, chosen.get(period.pk), now=now) for period in Period.objects.order_by("-starts_at")]


def open_month(*, now: datetime) -> MonthLine | None:
    """The period of the leading calendar that is open, with its estimate."""
    period = periods.current()
    if period is None:
        return None
    return _line(period, shown.of_period(key=period.key), now=now)


def approved_at(*, key: str) -> datetime | None:
    """When a month's final run was approved; None while it is not final."""
    run = shown.of_period(key=key)
    return run.approved_at if run is not None and run.state == Run.State.FINAL else None


def _weight(run: Run) -> int:
    return 2 if run.state == Run.State.FINAL else 1 if run.kind == Run.Kind.CLOSE else 0


def _line(period: Period, run: Run | None, *, now: datetime) -> MonthLine:
    return MonthLine(
        key=period.key,
        calendar=period.calendar,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        state=period.state,
        waits=_waits(period, run, now),
        run_id=run.pk if run else None,
        run_number=run.number if run else 0,
        final=run is not None and run.state == Run.State.FINAL,
        total=run.total if run else 0,
        commissionable=run.commissionable if run else 0,
        people_count=run.people_count if run else 0,
        order_count=run.order_count if run else 0,
        item_count=run.item_count if run else 0,
        as_of=run.computed_at if run else None,
        approved_at=run.approved_at if run else None,
        warnings=len(run.warnings) if run else 0,
    )


def _waits(period: Period, run: Run | None, now: datetime) -> str:
    if period.state == Period.State.OPEN:
        return "close" if now >= period.ends_at else ""
    if run is None or run.kind == Run.Kind.ESTIMATE:
        return "compute"
    return WAITS.get(Run.State(run.state), "")

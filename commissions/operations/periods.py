"""Periods: the first one opens, and closing one opens the next."""

import re
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from commissions.core import ENGINE_VERSION
from commissions.models import Period, PlanVersion, Run
from commissions.operations import checking, freezing
from commissions.operations.due import JOB, make_due
from commissions.queries import plans
from common.operations.failpoints import failpoint
from distributors.operations import sponsorship
from sales.operations import books

__all__ = ["JOB", "make_due"]

KEY = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class BadKey(ValueError):
    """Not a month's key such as 2026-10."""

    def __init__(self, key: str) -> None:
        super().__init__(f"A month is written 2026-10, not {key!r}.")


class AlreadyStarted(RuntimeError):
    """There is a first period already."""


class CannotClose(RuntimeError):
    """This period cannot be closed; the sentence says why."""


class UnknownPeriod(CannotClose):
    pass


class PeriodNotOpen(CannotClose):
    """It is being closed, or closed, already."""


class PeriodNotOver(CannotClose):
    """Its end has not come yet."""


class PeopleMoving(CannotClose):
    """The tree of the period is not settled yet."""


def bounds(*, key: str) -> tuple[datetime, datetime]:
    """The first moment of a month in the company's time zone, and the first moment after it, in UTC. Raises BadKey."""
    found = KEY.fullmatch(key)
    if not found or not 1970 <= int(found[1]) < 9999:
        raise BadKey(key)
    year, month = int(found[1]), int(found[2])
    after = (year + 1, 1) if month == 12 else (year, month + 1)
    return _midnight(year, month), _midnight(*after)


def first_day(*, period: Period) -> date:
    """The company's calendar day a period begins on."""
    return period.starts_at.astimezone(ZoneInfo(settings.COMPANY_TIME_ZONE)).date()


def open_first(*, key: str, now: datetime) -> Period:
    """Open the first period of all. The same key again returns it. Raises BadKey, AlreadyStarted."""
    starts_at, ends_at = bounds(key=key)
    try:
        with transaction.atomic():
            if not Period.objects.exists():
                return Period.objects.create(key=key, starts_at=starts_at, ends_at=ends_at)
    except IntegrityError:
        pass  # Somebody else was first; what they opened is looked at below.
    first = Period.objects.earliest("starts_at")
    if first.key != key:
        raise AlreadyStarted(f"The first period is {first.key}.")
    return first


def close(*, key: str, by: int | None, now: datetime) -> Run:
    """Draw the line under a period, and return the run that will compute it.

    In one transaction: the period goes from OPEN to CLOSING, the next one opens, the sales books are shut up to the
    period's end, and the run's first draft becomes due. The slow part is the job's. `by` is the person who
    prepares the run; None when the schedule closes.

    Raises UnknownPeriod, PeriodNotOpen (a second close, or one out of order), PeriodNotOver, NoPlanInForce,
    PeopleMoving, Frozen (the books contradict themselves).
    """
    freezing.demand_that_money_moves()
    _do_moves(key, now)
    with transaction.atomic():
        period = Period.objects.filter(key=key).first()
        _check(key, period, now)
        assert period is not None  # noqa: S101 - _check has raised
        plan = plans.in_force(day=first_day(period=period))
        drawn = Period.objects.filter(pk=period.pk, state=Period.State.OPEN)
        if not drawn.update(state=Period.State.CLOSING, line_drawn_at=now):
            raise PeriodNotOpen(f"{key} is being closed by somebody else.")
        if sponsorship.waiting(before=period.ends_at):
            raise PeopleMoving(
                "A change of sponsor that counts in this month has just been approved; close again."
            )
        failpoint("close.drawn")
        _open_next(period)
        failpoint("close.opened")
        books.shut(until=period.ends_at)
        run = _first_draft(period, plan, by, now)
        checking.request(which=checking.FAST, now=now)
        failpoint("close.enqueued")
    return run


def _do_moves(key: str, now: datetime) -> None:
    """Changes of sponsor that count in the period are part of its tree, also where their job is late."""
    _, ends_at = bounds(key=key)
    try:
        sponsorship.apply_until(moment=ends_at, now=now)
    except sponsorship.TreeBusy as error:
        raise PeopleMoving(str(error)) from error


def _check(key: str, period: Period | None, now: datetime) -> None:
    if period is None:
        opened = Period.objects.filter(state=Period.State.OPEN).first()
        raise UnknownPeriod(
            f"{key} has not begun here. The open period is {opened.key if opened else 'none'}."
        )
    if period.state != Period.State.OPEN:
        raise PeriodNotOpen(f"{key} is already {period.get_state_display()}.")
    if now < period.ends_at:
        raise PeriodNotOver(f"{key} is not over: it ends on {period.ends_at:%Y-%m-%d %H:%M} UTC.")


def _open_next(period: Period) -> None:
    local = period.ends_at.astimezone(ZoneInfo(settings.COMPANY_TIME_ZONE))
    key = f"{local.year:04d}-{local.month:02d}"
    starts_at, ends_at = bounds(key=key)
    Period.objects.create(calendar=period.calendar, key=key, starts_at=starts_at, ends_at=ends_at)


def _first_draft(period: Period, plan: PlanVersion, by: int | None, now: datetime) -> Run:
    run = Run.objects.create(
        period=period,
        number=1,
        kind=Run.Kind.CLOSE,
        plan=plan,
        engine_version=ENGINE_VERSION,
        prepared_by_id=by,
        started_at=now,
    )
    make_due(run_id=run.pk, now=now)
    return run


def _midnight(year: int, month: int) -> datetime:
    return datetime(year, month, 1, tzinfo=ZoneInfo(settings.COMPANY_TIME_ZONE)).astimezone(UTC)

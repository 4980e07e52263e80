"""Periods: the first of a calendar opens, and closing one opens the next. Months and weeks run side by side: neither
waits for the other, and both share the books, the people and what people are owed."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction

from commissions.core import ENGINE_VERSION
from commissions.models import Period, PlanVersion, Run
from commissions.operations import checking, freezing
from commissions.operations.due import JOB, make_due
from commissions.queries import before, plans
from commissions.queries import trail as told
from common import dates
from common.operations import trail
from common.operations.failpoints import failpoint
from distributors.operations import sponsorship
from sales.operations import books

__all__ = ["JOB", "make_due"]

BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class BadKey(ValueError):
    """Not a period's key such as 2026-10 or 2026-W44."""

    def __init__(self, key: str, why: str = "") -> None:
        super().__init__(why or f"A month is written 2026-10, a week 2026-W44, not {key!r}.")


class AlreadyStarted(RuntimeError):
    """The calendar has a first period already."""


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
    """The first moment of a period in the company's time zone, and the first moment after it, in UTC. Raises BadKey."""
    try:
        starts_at, ends_at = dates.period_bounds(key, ZoneInfo(settings.COMPANY_TIME_ZONE))
    except dates.NoSuchWeek as error:
        raise BadKey(key, f"{error}.") from error
    except dates.PeriodError as error:
        raise BadKey(key) from error
    if ends_at <= BEGINNING:
        raise BadKey(key)
    return starts_at, ends_at


def open_first(*, key: str, now: datetime) -> Period:
    """Open the first period of a calendar: the key says which. The same key again returns it.

    The calendar that is opened first leads: see queries.periods. One beside it needs a plan that pays by it, or
    nothing would ever close it. Raises BadKey, AlreadyStarted, NoPlanInForce.
    """
    starts_at, ends_at = bounds(key=key)
    calendar = dates.calendar_of(key)
    known = Period.objects.filter(calendar=calendar)
    if Period.objects.exists() and not known.exists():
        plans.in_force(day=dates.first_day(key), calendar=calendar)
    try:
        with transaction.atomic():
            if not known.exists():
                return Period.objects.create(calendar=calendar, key=key, starts_at=starts_at, ends_at=ends_at)
    except IntegrityError:
        pass  # Somebody else was first; what they opened is looked at below.
    first = known.earliest("starts_at")
    if first.key != key:
        raise AlreadyStarted(f"The first {calendar} is {first.key}.")
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
        plan = plans.of_period(period=period)
        drawn = Period.objects.filter(pk=period.pk, state=Period.State.OPEN)
        if not drawn.update(state=Period.State.CLOSING, line_drawn_at=now):
            raise PeriodNotOpen(f"{key} is being closed by somebody else.")
        if sponsorship.waiting(before=period.ends_at):
            raise PeopleMoving(
                f"A change of sponsor that counts in {key} has just been approved; close again."
            )
        failpoint("close.drawn")
        _open_next(period)
        failpoint("close.opened")
        books.shut(until=period.ends_at)
        run = _first_draft(period, plan, by, now)
        checking.request(which=checking.FAST, now=now)
        failpoint("close.enqueued")
        period.line_drawn_at = now
        trail.write(replace(told.of_line(period=period), who=by))
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
        calendar = dates.calendar_of(key)
        opened = Period.objects.filter(calendar=calendar, state=Period.State.OPEN).first()
        if opened is None:
            raise UnknownPeriod(f"{key} cannot be closed: no {calendar} was ever opened here.")
        raise UnknownPeriod(f"{key} has not begun here. The open {calendar} is {opened.key}.")
    if period.state != Period.State.OPEN:
        raise PeriodNotOpen(f"{key} is already {period.get_state_display()}.")
    if now < period.ends_at:
        raise PeriodNotOver(f"{key} is not over: it ends on {period.ends_at:%Y-%m-%d %H:%M} UTC.")


def _open_next(period: Period) -> None:
    key = dates.next_period(period.key)
    _, ends_at = bounds(key=key)
    # From where this one ends, whatever the clock's rules have become since it was made: no instant is left out.
    starts_at = period.ends_at
    Period.objects.create(calendar=period.calendar, key=key, starts_at=starts_at, ends_at=ends_at)


def _first_draft(period: Period, plan: PlanVersion, by: int | None, now: datetime) -> Run:
    run = Run.objects.create(
        period=period,
        number=1,
        kind=Run.Kind.CLOSE,
        plan=plan,
        reads=before.to_read(period=period, plan=plans.parsed(version=plan)),
        engine_version=ENGINE_VERSION,
        prepared_by_id=by,
        started_at=now,
    )
    make_due(run_id=run.pk, now=now)
    return run

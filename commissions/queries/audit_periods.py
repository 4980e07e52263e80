"""Periods against themselves and against the books: no instant belongs to two of a calendar, or to none."""

from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from django.conf import settings

from commissions.models import Period
from common import dates
from sales.queries import books

MOST = 20
# A company may have moved to another time zone since: the other end of the world is no further away.
ABOUT = timedelta(hours=27)


def they_join() -> list[str]:
    """P1: in each calendar a period begins where the one before ends, and the last one is open. So an order that is
    paid belongs to exactly one period of each calendar, or to one that is still to come."""
    periods = list(Period.objects.order_by("calendar", "starts_at"))
    found = [
        f"P1 {later.key} does not begin where {earlier.key} ends"
        for earlier, later in pairwise(periods)
        if earlier.calendar == later.calendar and earlier.ends_at != later.starts_at
    ]
    last = {period.calendar: period for period in periods}
    return found + [
        f"P1 {period.key} is {period.state}, and no {calendar} is open"
        for calendar, period in last.items()
        if period.state != Period.State.OPEN
    ]


def they_are_their_keys() -> list[str]:
    """P1: each period begins and ends about when its key says: 2026-10 with the first and the last day of October."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    found = []
    for period in Period.objects.order_by("starts_at"):
        try:
            starts_at, ends_at = dates.period_bounds(period.key, zone)
        except dates.PeriodError as error:
            found.append(f"P1 {error}")
            continue
        if abs(period.starts_at - starts_at) > ABOUT or abs(period.ends_at - ends_at) > ABOUT:
            found.append(
                f"P1 {period.key} goes from {period.starts_at:%Y-%m-%d %H:%M} to {period.ends_at:%Y-%m-%d %H:%M} UTC"
            )
    return found[:MOST]


def books_are_shut() -> list[str]:
    """P1: the sales books are shut as far as the last line was drawn: whatever is paid from now on comes after it, and
    counts in what is open."""
    shut = books.shut_until()
    drawn = Period.objects.exclude(state=Period.State.OPEN)
    found = [
        f"P1 the books are shut until {shut:%Y-%m-%d %H:%M} UTC only, the line under {period.key} lies behind"
        for period in drawn.filter(ends_at__gt=shut).order_by("starts_at")[:MOST]
    ]
    if shut > books.NEVER_SHUT and not drawn.filter(ends_at__gte=shut).exists():
        found.append(f"P1 the books are shut until {shut:%Y-%m-%d %H:%M} UTC, where no line was drawn")
    return found

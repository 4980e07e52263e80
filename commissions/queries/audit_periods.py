"""Periods against themselves and against the books: no instant belongs to two of a calendar, or to none."""

from itertools import pairwise

from commissions.models import Period
from sales.queries import books

MOST = 20


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


def books_are_shut() -> list[str]:
    """P1: the sales books are shut as far as any line was drawn: whatever is paid from now on comes after it."""
    shut = books.shut_until()
    drawn = Period.objects.exclude(state=Period.State.OPEN).filter(ends_at__gt=shut)
    return [
        f"P1 the books are shut until {shut:%Y-%m-%d %H:%M} UTC only, the line under {period.key} lies behind"
        for period in drawn.order_by("starts_at")[:MOST]
    ]

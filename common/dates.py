"""Days and periods of the company's calendar. Pure: the time zone and the moment are arguments.

A period is half-open: it holds every instant from its start to just before its end, in the company's time zone, and
both are kept as UTC instants. So a month with a change of the clock is an hour longer or shorter, and no instant
belongs to two periods or to none.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

KEY = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
EPOCH = date(1970, 1, 1)


class PeriodError(ValueError):
    """A text that is not the key of a period."""


def period_bounds(key: str, tz: tzinfo) -> tuple[datetime, datetime]:
    """The UTC instants at which a month like "2026-10" starts and the next one starts. Raises PeriodError."""
    return day_starts(_first_day(key), tz), day_starts(_first_day(next_period(key)), tz)


def period_of(instant: datetime, tz: tzinfo) -> str:
    """The key of the month an instant belongs to. Raises ValueError for an instant without a time zone."""
    day = company_day(instant, tz)
    return f"{day.year:04}-{day.month:02}"


def next_period(key: str) -> str:
    """The key of the following month. Raises PeriodError."""
    first = _first_day(key)
    return f"{first.year + first.month // 12:04}-{first.month % 12 + 1:02}"


def previous_period(key: str) -> str:
    """The key of the month before. Raises PeriodError."""
    before = _first_day(key) - timedelta(days=1)
    return f"{before.year:04}-{before.month:02}"


def company_day(instant: datetime, tz: tzinfo) -> date:
    """The day on the company's calendar. Raises ValueError for an instant without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("An instant needs a time zone")
    return instant.astimezone(tz).date()


def day_starts(day: date, tz: tzinfo) -> datetime:
    """The first instant of a day, in UTC.

    Where the clock jumps over midnight, the first instant is the one after the jump; where midnight comes twice, the
    first of the two.
    """
    start = datetime.combine(day, time.min, tzinfo=tz).astimezone(UTC)
    while start.astimezone(tz).date() < day:
        start += timedelta(minutes=15)
    return start


def day_number(day: date) -> int:
    """Days since 1970-01-01, the engine's days."""
    return (day - EPOCH).days


def _first_day(key: str) -> date:
    match = KEY.fullmatch(key)
    if match is None or not 1 < int(match.group(1)) < 9999:
        raise PeriodError(f"{key!r} is not a month like 2026-10")
    return date(int(match.group(1)), int(match.group(2)), 1)

"""Days and periods of the company's calendars. Pure: the time zone and the moment are arguments.

There are two: months, `2026-10`, and ISO weeks from Monday to Sunday, `2026-W44`. A week belongs to the year in which
its Thursday lies, so that the year's first and last week may reach into another one. A period is half-open: it holds
every instant from its start to just before its end, in the company's time zone, and both are kept as UTC instants. So a
period with a change of the clock is longer or shorter by as much, and no instant belongs to two periods of a calendar
or to none.
"""

import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MONTH, WEEK = "month", "week"
CALENDARS = (MONTH, WEEK)
KEYS = {MONTH: re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])"), WEEK: re.compile(r"([0-9]{4})-W([0-5][0-9])")}
A_WEEK = timedelta(days=7)
EPOCH = date(1970, 1, 1)


class PeriodError(ValueError):
    """A text that is not the key of a period."""


class NoSuchWeek(PeriodError):
    """A week as weeks are written, and its year has none of that number."""


def calendar_of(key: str) -> str:
    """MONTH for a key like "2026-10", WEEK for one like "2026-W44". Raises PeriodError."""
    for calendar, pattern in KEYS.items():
        if pattern.fullmatch(key):
            return calendar
    raise PeriodError(f"{key!r} is neither a month like 2026-10 nor a week like 2026-W44")


def first_day(key: str) -> date:
    """The company's day a period begins on. Raises PeriodError, also for a 53rd week of a year that has none."""
    calendar = calendar_of(key)
    year, number = (int(part) for part in KEYS[calendar].fullmatch(key).groups())  # type: ignore[union-attr]
    if not 1 < year < 9999:
        raise PeriodError(f"{key!r} is too long ago or too far ahead")
    if calendar == MONTH:
        return date(year, number, 1)
    try:
        return date.fromisocalendar(year, number, 1)
    except ValueError as error:
        raise NoSuchWeek(f"{year} has no week {number}") from error


def period_bounds(key: str, tz: tzinfo) -> tuple[datetime, datetime]:
    """The UTC instants at which a period starts and the next one starts. Raises PeriodError."""
    return day_starts(first_day(key), tz), day_starts(first_day(next_period(key)), tz)


def period_of(instant: datetime, tz: tzinfo, calendar: str = MONTH) -> str:
    """The key of a calendar's period an instant belongs to. Raises ValueError for an instant without a time zone."""
    return key_of_day(company_day(instant, tz), calendar)


def key_of_day(day: date, calendar: str = MONTH) -> str:
    """The key of a calendar's period a day belongs to."""
    if calendar == MONTH:
        return f"{day.year:04}-{day.month:02}"
    year, week, _ = day.isocalendar()
    return f"{year:04}-W{week:02}"


def next_period(key: str) -> str:
    """The key of the following period of the same calendar. Raises PeriodError."""
    first, calendar = first_day(key), calendar_of(key)
    after = (
        date(first.year + first.month // 12, first.month % 12 + 1, 1) if calendar == MONTH else first + A_WEEK
    )
    return key_of_day(after, calendar)


def previous_period(key: str) -> str:
    """The key of the period before, of the same calendar. Raises PeriodError."""
    return key_of_day(first_day(key) - timedelta(days=1), calendar_of(key))


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

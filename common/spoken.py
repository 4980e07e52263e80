"""Days, months and weeks as sentences say them, in the company's time zone and the reader's language."""

from datetime import date, datetime, timedelta
from functools import lru_cache

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext

from common import dates

LEAP_YEAR = 2024


def period_name(key: str) -> str:
    """October 2026, or Week 44 of 2026. Raises PeriodError."""
    if dates.calendar_of(key) == dates.MONTH:
        return month_name(dates.first_day(key))
    year, _, week = key.partition("-W")
    return gettext("Week %(week)s of %(year)s") % {"week": int(week), "year": int(year)}


def period_word(key: str) -> str:
    """October, or Week 44. Raises PeriodError."""
    if dates.calendar_of(key) == dates.MONTH:
        return month_word(dates.first_day(key))
    return gettext("Week %(week)s") % {"week": int(key.partition("-W")[2])}


def period_days(key: str) -> str:
    """26 October to 1 November: a period's first and last day. Raises PeriodError."""
    first, last = dates.first_day(key), dates.first_day(dates.next_period(key)) - timedelta(days=1)
    return gettext("%(first)s to %(last)s") % {"first": day_in_year(first), "last": day_in_year(last)}


def month_name(moment: datetime | date) -> str:
    """October 2026."""
    return date_format(_local(moment), "F Y")


def month_word(moment: datetime | date) -> str:
    """October."""
    return date_format(_local(moment), "F")


def day(moment: datetime | date) -> str:
    """9 November 2026."""
    return date_format(_local(moment), "j F Y")


def brief_day(moment: datetime | date) -> str:
    """9 Nov 2026, for a column of days."""
    local = _local(moment)
    return _brief_day(date(local.year, local.month, local.day), get_language())


def day_in_year(moment: datetime | date) -> str:
    """9 November."""
    local = _local(moment)
    return _day_in_year(local.month, local.day, get_language())


def day_and_time(moment: datetime) -> str:
    """9 November 2026, 14:05."""
    return f"{day(moment)}, {date_format(_local(moment), 'H:i')}"


def as_of(moment: datetime, *, now: datetime) -> str:
    """Today 14:05, or the day and the time."""
    local = timezone.localtime(moment)
    if local.date() == timezone.localtime(now).date():
        return gettext("today %(time)s") % {"time": date_format(local, "H:i")}
    return day_and_time(moment)


def lately(moment: datetime, *, now: datetime) -> str:
    """Today 11:20, Sun 18:42 within a week, 9 Nov otherwise."""
    local, today = timezone.localtime(moment), timezone.localtime(now).date()
    days = (today - local.date()).days
    # What was imported may have a day only, which stands as its midnight.
    clock = "" if (local.hour, local.minute, local.second) == (0, 0, 0) else date_format(local, "H:i")
    if days == 0:
        return gettext("Today %(time)s") % {"time": clock} if clock else gettext("Today")
    if 0 < days < 7:
        return f"{date_format(local, 'D')} {clock}".strip()
    return date_format(local, "j M" if local.year == today.year else "j M Y")


def last_day(ends_at: datetime) -> date:
    """The last day of a half-open period."""
    return (timezone.localtime(ends_at) - timedelta(microseconds=1)).date()


def days_left(*, ends_at: datetime, now: datetime) -> int:
    """Whole calendar days until a period's last day; 0 on that day and after."""
    return max(0, (last_day(ends_at) - timezone.localtime(now).date()).days)


@lru_cache(maxsize=1000)
def _day_in_year(month: int, day: int, language: str | None) -> str:
    """A thousand lines of a statement have thirty days. `language` is the one that is spoken."""
    return date_format(date(LEAP_YEAR, month, day), "j F")


@lru_cache(maxsize=1000)
def _brief_day(day: date, language: str | None) -> str:
    """People of a team joined on few days. `language` is the one that is spoken."""
    return date_format(day, "j M Y")


def _local(moment: datetime | date) -> datetime | date:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment

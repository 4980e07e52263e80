from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.dates import (
    WEEK,
    PeriodError,
    calendar_of,
    company_day,
    day_number,
    day_starts,
    next_period,
    period_bounds,
    period_of,
    previous_period,
)

BRUSSELS = ZoneInfo("Europe/Brussels")


def test_a_month_begins_at_the_companys_midnight():
    start, end = period_bounds("2026-01", BRUSSELS)
    assert start == datetime(2025, 12, 31, 23, tzinfo=UTC)
    assert end == datetime(2026, 1, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "hours"), [("2026-03", 31 * 24 - 1), ("2026-10", 31 * 24 + 1), ("2026-02", 28 * 24)]
)
def test_a_change_of_the_clock_makes_a_month_shorter_or_longer(key, hours):
    start, end = period_bounds(key, BRUSSELS)
    assert end - start == timedelta(hours=hours)


def test_every_instant_belongs_to_one_period():
    for zone in ("Europe/Brussels", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia", "UTC"):
        key = "2023-11"
        for _ in range(40):
            start, end = period_bounds(key, ZoneInfo(zone))
            assert period_of(start, ZoneInfo(zone)) == key
            assert period_of(end - timedelta(microseconds=1), ZoneInfo(zone)) == key
            key = next_period(key)
            assert period_bounds(key, ZoneInfo(zone))[0] == end


@pytest.mark.parametrize(
    "zone",
    [
        "Europe/Brussels",
        "America/New_York",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "UTC",
    ],
)
@pytest.mark.parametrize("first", ["2011-W50", "2026-W09", "2020-W50", "1994-W50"])
def test_every_instant_belongs_to_one_week(zone, first):
    """Over both changes of the clock, 53rd weeks, and the days that Apia (2011) and Kiritimati (1994) left out."""
    tz, key = ZoneInfo(zone), first
    for _ in range(56):
        start, end = period_bounds(key, tz)
        assert period_of(start, tz, WEEK) == period_of(end - timedelta(microseconds=1), tz, WEEK) == key
        assert period_of(start - timedelta(microseconds=1), tz, WEEK) == previous_period(key)
        assert start < end
        key = next_period(key)
        assert period_bounds(key, tz)[0] == end


@pytest.mark.parametrize(
    ("zone", "key", "hours"),
    [
        ("Europe/Brussels", "2026-W13", 167),
        ("Europe/Brussels", "2026-W43", 169),
        ("America/New_York", "2026-W10", 167),
        ("America/New_York", "2026-W44", 169),
        ("Australia/Lord_Howe", "2026-W14", 168.5),
        ("Australia/Lord_Howe", "2026-W40", 167.5),
        ("Pacific/Apia", "2011-W52", 144),
        ("Pacific/Kiritimati", "2026-W44", 168),
    ],
)
def test_a_week_is_as_long_as_the_clock_makes_it(zone, key, hours):
    start, end = period_bounds(key, ZoneInfo(zone))
    assert end - start == timedelta(hours=hours)


def test_a_week_belongs_to_the_year_of_its_thursday():
    assert (next_period("2026-W52"), next_period("2026-W53")) == ("2026-W53", "2027-W01")
    assert period_of(datetime(2027, 1, 2, tzinfo=UTC), BRUSSELS, WEEK) == "2026-W53"
    assert period_of(datetime(2024, 12, 31, tzinfo=UTC), BRUSSELS, WEEK) == "2025-W01"
    assert (calendar_of("2026-W53"), calendar_of("2026-12")) == ("week", "month")


def test_years_end():
    assert (next_period("2026-12"), previous_period("2026-01")) == ("2027-01", "2025-12")


def test_the_day_is_the_companys():
    assert company_day(datetime(2026, 10, 31, 23, 30, tzinfo=UTC), BRUSSELS) == date(2026, 11, 1)
    assert company_day(datetime(2026, 10, 31, 22, 30, tzinfo=UTC), BRUSSELS) == date(2026, 10, 31)


def test_a_day_whose_midnight_is_jumped_over_begins_after_the_jump():
    santiago = ZoneInfo("America/Santiago")
    assert day_starts(date(2026, 9, 6), santiago) == datetime(2026, 9, 6, 4, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        company_day(datetime(2026, 10, 1), BRUSSELS)  # noqa: DTZ001


@pytest.mark.parametrize(
    "key",
    [
        "",
        "2026-13",
        "2026-00",
        "2026-1",
        "26-01",
        "2026-10 ",
        "２０２６-10",
        "0001-01",
        "week 3",
        "2026-W00",
        "2026-W54",
        "2025-W53",
        "2026-w10",
        "2026-W1",
    ],
)
def test_what_is_no_period_is_refused(key):
    with pytest.raises(PeriodError):
        period_bounds(key, BRUSSELS)


def test_days_are_counted_from_1970():
    assert (day_number(date(1970, 1, 1)), day_number(date(2025, 11, 1))) == (0, 20_393)

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from common.dates import (
    PeriodError,
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
    "key", ["", "2026-13", "2026-00", "2026-1", "26-01", "2026-10 ", "２０２６-10", "0001-01", "week 3"]
)
def test_what_is_no_month_is_refused(key):
    with pytest.raises(PeriodError):
        period_bounds(key, BRUSSELS)


def test_days_are_counted_from_1970():
    assert (day_number(date(1970, 1, 1)), day_number(date(2025, 11, 1))) == (0, 20_393)

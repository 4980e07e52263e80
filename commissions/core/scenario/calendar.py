"""Which days a period's name means: 2026-01, 2026-W05, 2026-01-31, or counted from the plan's first day: week 1."""

import re
from datetime import date, timedelta

from commissions.core.plan import Plan
from commissions.core.scenario.values import EPOCH

MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")
WEEK = re.compile(r"([0-9]{4})-W([0-5][0-9])")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
COUNTED = re.compile(r"(day|week|month|period) ([1-9][0-9]{0,3})")
LENGTHS = {"day": 1, "week": 7, "4 weeks": 28}
EXAMPLES = {
    "month": ("2026-01", "month 1", "period 1"),
    "week": ("2026-W05", "2026-01-26 (its first day)", "week 1", "period 1"),
    "4 weeks": ("2026-01-26 (its first day)", "period 1"),
    "day": ("2026-01-31", "day 1", "period 1"),
}


def days_of(plan: Plan, key: str) -> tuple[int, int] | None:
    """The half-open days of a period, since 1970-01-01; None when the plan has no such period."""
    try:
        first = _month(plan, key) if plan.period == "month" else _stretch(plan, key)
        if first is None:
            return None
        if plan.period == "month":
            after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        else:
            after = first + timedelta(days=LENGTHS[plan.period])
    except (ValueError, OverflowError):  # beyond the calendar
        return None
    return (first - EPOCH).days, (after - EPOCH).days


def _month(plan: Plan, key: str) -> date | None:
    if match := MONTH.fullmatch(key):
        return date(int(match[1]), int(match[2]), 1)
    match = COUNTED.fullmatch(key)
    if match is None or match[1] not in ("month", "period"):
        return None
    months = plan.starts.year * 12 + plan.starts.month - 1 + int(match[2]) - 1
    return date(months // 12, months % 12 + 1, 1)


def _stretch(plan: Plan, key: str) -> date | None:
    if plan.period == "week" and (match := WEEK.fullmatch(key)):
        return date.fromisocalendar(int(match[1]), int(match[2]), 1)
    if DAY.fullmatch(key):
        return date.fromisoformat(key)
    match = COUNTED.fullmatch(key)
    if match is None or match[1] not in (plan.period, "period"):
        return None
    return plan.starts + timedelta(days=LENGTHS[plan.period] * (int(match[2]) - 1))

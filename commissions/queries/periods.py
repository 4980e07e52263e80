"""The periods as they stand: of months, and of weeks beside them.

The calendar that was opened first leads: its plan promotes people's career ranks, its open period is the one that home,
team and standing show, and adjustments are posted in it. The other one only pays.
"""

from django.db.models import OuterRef, QuerySet, Subquery

from commissions.models import Period, Run
from common.once import once


@once
def every() -> list[Period]:
    """All of them, in the order in which they were opened."""
    return list(Period.objects.order_by("pk"))


def leading() -> str | None:
    """The calendar that leads, or None before anything was opened."""
    return next((period.calendar for period in every()), None)


def leads(*, calendar: str) -> bool:
    """Whether this calendar leads; also where nothing was opened yet."""
    return leading() in (None, calendar)


def current() -> Period | None:
    """The open period of the leading calendar, or None before the first one."""
    return open_ones().first()


def open_ones() -> QuerySet[Period]:
    """The open period of each calendar, the leading one first."""
    first = Period.objects.filter(calendar=OuterRef("calendar")).order_by("pk")
    opened = Period.objects.filter(state=Period.State.OPEN).annotate(begun=Subquery(first.values("pk")[:1]))
    return opened.order_by("begun")


def seen_as(*, run: Run) -> str:
    """What people are told of a period by the run they are shown: "final", "closing" or "open"."""
    if run.state == Run.State.FINAL:
        return "final"
    return "open" if run.period.state == Period.State.OPEN else "closing"

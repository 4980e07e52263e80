"""Plan documents as they were adopted, parsed once."""

from datetime import date
from functools import lru_cache

import yaml

from commissions.core.plan import Plan, PlanError, load
from commissions.models import Calendar, Period, PlanVersion, Run
from commissions.queries import shown
from common import dates
from common.once import once

TEAM_MOVES_UP = "team_moves_up"


class NoPlanInForce(LookupError):
    """No plan version of this calendar is in force on this day."""

    def __init__(self, day: date, calendar: str = Calendar.MONTH) -> None:
        super().__init__(
            f"No compensation plan for a {calendar} is in force on {day.isoformat()}; adopt one first."
        )
        self.day = day


def of_period(*, period: Period) -> PlanVersion:
    """The version a period takes: that of its calendar which is in force on its first day. Raises NoPlanInForce."""
    return in_force(day=dates.first_day(period.key), calendar=period.calendar)


def in_force(*, day: date, calendar: str = Calendar.MONTH) -> PlanVersion:
    """The version a calendar's period takes that begins on `day`: the latest to start by then. Raises NoPlanInForce."""
    found = PlanVersion.objects.filter(calendar=calendar, starts__lte=day)
    newest = found.order_by("-starts", "-version").first()
    if newest is None:
        raise NoPlanInForce(day, calendar)
    return newest


def versions(*, name: str) -> dict[int, PlanVersion]:
    """Every adopted version of a plan by its key, the newest first."""
    return {one.pk: one for one in PlanVersion.objects.filter(name=name).order_by("-version")}


def latest_document(*, name: str) -> str | None:
    """The document of the highest adopted version of a plan; None when there is none."""
    return (
        PlanVersion.objects.filter(name=name).order_by("-version").values_list("document", flat=True).first()
    )


def parsed(*, version: PlanVersion) -> Plan:
    """The document as the engine reads it; parsed once for each hash."""
    return _parsed(version.sha256, version.document)


def is_as_adopted(*, version: PlanVersion) -> bool:
    """Whether the document is still the one that was adopted; one that cannot be read any more is not."""
    try:
        return parsed(version=version).sha256 == version.sha256
    except PlanError:
        return False


def who_leaves(*, version: PlanVersion) -> str:
    """What the plan says of the place of somebody who leaves: "stays_as_a_gap" or TEAM_MOVES_UP."""
    return str(yaml.safe_load(version.document)["trees"]["sponsor"]["who_leaves"])


@once
def of_run(*, run_id: int) -> Plan:
    """The plan a run was computed with; of a run that people see without a question of its own."""
    run = next((one for one in shown.runs() if one.pk == run_id), None)
    return parsed(version=run.plan if run else PlanVersion.objects.get(runs=run_id))


def bonus_names() -> list[str]:
    """Every bonus that an adopted version knows, by name."""
    return sorted(
        {bonus.name for version in PlanVersion.objects.all() for bonus in parsed(version=version).bonuses}
    )


def is_used(*, version_id: int) -> bool:
    """Whether a period's close has used this version: then its document may not change any more."""
    return Run.objects.filter(plan_id=version_id, kind=Run.Kind.CLOSE).exists()


@lru_cache(maxsize=16)
def _parsed(sha256: str, document: str) -> Plan:
    return load(document)

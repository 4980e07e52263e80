"""Changes of sponsor and months: a change counts from the first moment of a month that is open, or still to come.

What the change itself does is `distributors.operations.sponsorship`'s affair; here it meets the calendar and the plan.
"""

from dataclasses import dataclass
from datetime import datetime

from commissions.models import Period
from commissions.operations.periods import bounds, first_day
from commissions.queries import plans
from distributors.operations import sponsorship
from distributors.operations.sponsorship import CannotChange, TreeBusy
from distributors.tree import writing

__all__ = ["CannotChange", "Month", "TreeBusy", "approve", "months", "request"]

MONTHS_AHEAD = 3


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month a change may count from."""

    key: str
    starts_at: datetime


class NoOpenMonth(CannotChange):
    """No month is open, so there is none to count from."""

    def __init__(self) -> None:
        super().__init__("No month is open yet; open the first one.", "month")


def months() -> list[Month]:
    """The open month and the next ones; empty where no month was ever opened."""
    period = Period.objects.filter(state=Period.State.OPEN).first()
    if period is None:
        return []
    found = [Month(key=period.key, starts_at=period.starts_at)]
    year, month = (int(part) for part in period.key.split("-"))
    for at in range(month, month + MONTHS_AHEAD):
        key = f"{year + at // 12:04d}-{at % 12 + 1:02d}"
        found.append(Month(key=key, starts_at=bounds(key=key)[0]))
    return found


def request(*, number: str, sponsor_number: str, month: str, reason: str, by: int, now: datetime) -> int:
    """Ask for a change that counts from a month on; the change's key.

    Without a sponsor's number it is the team of somebody who left that moves up, where the plan of the open month says
    so. Raises CannotChange.
    """
    effective_at = next((one.starts_at for one in months() if one.key == month), None)
    if effective_at is None:
        raise (
            CannotChange("Choose the open month or one of the next.", "month") if months() else NoOpenMonth()
        )
    if sponsor_number.strip():
        change = sponsorship.request(
            number=number,
            sponsor_number=sponsor_number,
            reason=reason,
            effective_at=effective_at,
            by=by,
            now=now,
        )
    else:
        demand_that_teams_move_up()
        change = sponsorship.request_roll_up(
            number=number, reason=reason, effective_at=effective_at, by=by, now=now
        )
    return int(change.pk)


def demand_that_teams_move_up() -> None:
    """Raise CannotChange where the plan says that who leaves stays as a gap."""
    period = Period.objects.filter(state=Period.State.OPEN).first()
    if period is None:
        raise NoOpenMonth
    version = plans.in_force(day=first_day(period=period))
    if plans.who_leaves(version=version) != plans.TEAM_MOVES_UP:
        raise CannotChange(
            "The plan in force keeps the place of who leaves; name the sponsor to come.", "sponsor_number"
        )


def approve(*, change_id: int, by: int, now: datetime) -> None:
    """Let a change happen, while the month it counts from is open or still to come. Raises CannotChange, TreeBusy."""
    with writing():
        # The line under a month is drawn by changing this row: held until the change is done, or waits for its day.
        period = Period.objects.select_for_update().filter(state=Period.State.OPEN).first()
        if period is None:
            raise NoOpenMonth
        if sponsorship.counts_from(change_id=change_id) < period.starts_at:
            raise CannotChange("The month it was to count from is closed; refuse it and ask again.")
        sponsorship.approve(change_id=change_id, by=by, now=now)

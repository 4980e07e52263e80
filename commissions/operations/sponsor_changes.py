"""Changes of sponsor and periods: a change counts from the first moment of a month or week that is open, or to come.

A period has the tree of its last moment. So a change must not lie before the beginning of any open period: the one
before that has its tree already, whichever calendar it is of.

What the change itself does is `distributors.operations.sponsorship`'s affair; here it meets the calendar and the plan.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from commissions.models import Period
from commissions.operations.periods import bounds
from commissions.queries import periods, plans
from common import dates
from distributors.operations import sponsorship
from distributors.operations.sponsorship import CannotChange, TreeBusy
from distributors.tree import writing

__all__ = ["Beginning", "CannotChange", "TreeBusy", "approve", "beginnings", "request"]

AHEAD = 3


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """A month or week a change may count from."""

    key: str
    starts_at: datetime


class NoOpenMonth(CannotChange):
    """No month is open, so there is none to count from."""

    def __init__(self) -> None:
        super().__init__("No month is open yet; open the first one.", "month")


def beginnings() -> list[Beginning]:
    """The open period of each calendar and the next ones, the leading calendar's first; empty where nothing was ever
    opened. What begins before another calendar's open period is left out."""
    opened = list(periods.open_ones())
    earliest = _earliest(opened)
    return [one for period in opened for one in _from(period) if one.starts_at >= earliest]


def _from(period: Period) -> list[Beginning]:
    found, key = [Beginning(key=period.key, starts_at=period.starts_at)], period.key
    for _ in range(AHEAD):
        key = dates.next_period(key)
        found.append(Beginning(key=key, starts_at=bounds(key=key)[0]))
    return found


def _earliest(opened: list[Period]) -> datetime:
    return max((period.starts_at for period in opened), default=datetime.max.replace(tzinfo=UTC))


def request(*, number: str, sponsor_number: str, month: str, reason: str, by: int, now: datetime) -> int:
    """Ask for a change that counts from a month or week on; the change's key.

    Without a sponsor's number it is the team of somebody who left that moves up, where the leading plan says so.
    Raises CannotChange.
    """
    offered = beginnings()
    effective_at = next((one.starts_at for one in offered if one.key == month), None)
    if effective_at is None:
        raise (
            CannotChange("Choose one of the periods that are offered.", "month") if offered else NoOpenMonth()
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
    period = periods.current()
    if period is None:
        raise NoOpenMonth
    version = plans.of_period(period=period)
    if plans.who_leaves(version=version) != plans.TEAM_MOVES_UP:
        raise CannotChange(
            "The plan in force keeps the place of who leaves; name the sponsor to come.", "sponsor_number"
        )


def approve(*, change_id: int, by: int, now: datetime) -> None:
    """Let a change happen, while what it counts from is open or still to come, and no period of another calendar that
    has its tree already would change. Raises CannotChange, TreeBusy."""
    with writing():
        # A line is drawn by changing these rows: held until the change is done, or waits for its day.
        opened = Period.objects.select_for_update().filter(state=Period.State.OPEN).order_by("pk")
        if not (held := list(opened)):
            raise NoOpenMonth
        if sponsorship.counts_from(change_id=change_id) < _earliest(held):
            raise CannotChange("A period that it was to count in is closed; refuse it and ask again.")
        sponsorship.approve(change_id=change_id, by=by, now=now)

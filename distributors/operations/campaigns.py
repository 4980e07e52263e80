"""Campaigns: a named link beside one's own, so that a market stall and a newsletter can be told apart."""

from datetime import datetime

from distributors.models import ReferralCode
from distributors.operations import referrals

MOST_RUNNING = 50


class NameTaken(ValueError):
    """A campaign of this name runs already."""


class TooMany(ValueError):
    """So many campaigns run already; one has to end first."""


def start(*, distributor_id: int, name: str, now: datetime) -> str:
    """A new campaign with a link of its own; returns the link's code. Raises NameTaken, TooMany, ValueError."""
    if not name:
        raise ValueError("A campaign has a name")
    running = ReferralCode.objects.filter(distributor_id=distributor_id, revoked_at__isnull=True)
    if running.exclude(campaign="").count() >= MOST_RUNNING:
        raise TooMany
    code, is_new = referrals.issue_named(distributor_id=distributor_id, campaign=name, now=now)
    if not is_new:
        raise NameTaken
    return code


def end(*, distributor_id: int, code: str, now: datetime) -> bool:
    """Ends a campaign of one's own: its link leads to nobody from now on, its counts stay. False if it had ended."""
    mine = ReferralCode.objects.filter(distributor_id=distributor_id, code=code, revoked_at__isnull=True)
    return bool(mine.exclude(campaign="").update(revoked_at=now))

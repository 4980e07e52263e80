"""Whether somebody is leaving."""

from dataclasses import dataclass
from datetime import datetime

from distributors.models import Leaving


@dataclass(frozen=True, kw_only=True)
class Under:
    """A leaving under way: when it is done, and whether data are erased too."""

    due_at: datetime
    erase: bool


def under_way(*, user_id: int) -> Under | None:
    """What the person has asked for and can still withdraw."""
    asked = Leaving.objects.filter(profile__user_id=user_id, state=Leaving.State.ASKED)
    row = asked.values("due_at", "erase").first()
    return Under(**row) if row else None

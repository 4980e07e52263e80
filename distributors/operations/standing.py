"""A distributor's standing: good, suspended, left."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from common.operations import trail
from distributors.models import Distributor, StatusChange
from distributors.queries import trail as told


class StandingChanged(RuntimeError):
    """Somebody else changed the status first, or it is already so; nothing was written."""


class ReasonMissing(ValueError):
    """A change of status needs a reason that can be read later."""


def change_status(
    *, distributor_id: int, status: str, expected: str, reason: str, by_id: int | None, now: datetime
) -> None:
    """Moves from the status the caller saw to another, with a row of history.

    The person keeps the place in the tree; a login of somebody not in good standing ends with the next
    request. Raises StandingChanged, ReasonMissing, ValueError for a status that does not exist.
    """
    reason = reason.strip()
    if not reason:
        raise ReasonMissing("Please say why.")
    if status not in Distributor.Status.values:
        raise ValueError(f"There is no status {status!r}")
    with transaction.atomic():
        moved = Distributor.objects.filter(pk=distributor_id, status=expected).update(status=status)
        if moved != 1 or status == expected:
            raise StandingChanged("The status has been changed in the meantime. Please look again.")
        row = StatusChange.objects.create(
            distributor_id=distributor_id, status=status, effective_at=now, reason=reason[:200], by_id=by_id
        )
        trail.write(told.of_status(row=row, before=expected))


def change_many(
    *, expected: Mapping[int, str], status: str, reason: str, by_id: int | None, now: datetime
) -> int:
    """The same for several people, all or none; those who stand so already are left as they are.

    `expected` holds the status each id was seen with. Returns how many changed. Raises as change_status does.
    """
    with trail.at_the_end():
        moving = [pk for pk in sorted(expected) if expected[pk] != status]
        for pk in moving:
            change_status(
                distributor_id=pk, status=status, expected=expected[pk], reason=reason, by_id=by_id, now=now
            )
    return len(moving)

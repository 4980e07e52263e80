"""What is missing before somebody's earnings are paid out: said by one of the staff, ended by another.

The next month or week that is posted puts what is left to pay aside, or pays what was put aside (settling.py): it is
decided once in each, for everybody, and the person reads why on every statement.
"""

from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from commissions.models import Withholding
from commissions.operations import permissions
from commissions.queries import trail as told
from common.operations import trail
from distributors.queries import people


class CannotWithhold(RuntimeError):
    """This cannot be said, or ended; `field` is what was typed wrong, if anything was."""

    def __init__(self, said: str, field: str = "") -> None:
        super().__init__(said)
        self.field = field


def withhold(*, number: str, reason: str, note: str, by: int, now: datetime) -> Withholding:
    """Say that something is missing of a distributor, from the next posting on. Raises NotAllowed, CannotWithhold."""
    permissions.demand(user_id=by, permission="withhold_earnings")
    person = people.by_numbers(numbers=[number.strip()]).get(number.strip())
    if person is None:
        raise CannotWithhold("Nobody has this number.", "number")
    if reason not in Withholding.Reason.values:
        raise CannotWithhold("Choose one of the reasons.", "reason")
    try:
        with transaction.atomic():
            said = Withholding.objects.create(
                distributor_id=person, reason=reason, note=note.strip()[:300], set_by_id=by, set_at=now
            )
            trail.write(told.last_of_withholding(withholding_id=said.pk))
            return said
    except IntegrityError as error:
        raise CannotWithhold("This is said of them already.", "reason") from error


def end(*, key: UUID, by: int, now: datetime) -> None:
    """Say that nothing is missing any more; not by who said that it was. Raises NotAllowed, CannotWithhold."""
    permissions.demand(user_id=by, permission="withhold_earnings")
    mine = Withholding.objects.filter(key=key, ended_at__isnull=True)
    found = mine.first()
    if found is None:
        raise CannotWithhold("It is ended already.")
    if found.set_by_id == by or people.by_user(user_id=by) == found.distributor_id:
        raise CannotWithhold("Somebody else has to end it: you set it, or it is about you.")
    with transaction.atomic():
        if not mine.update(ended_by_id=by, ended_at=now):
            raise CannotWithhold("It is ended already.")
        trail.write(told.last_of_withholding(withholding_id=found.pk))

"""Money stands still when the books contradict themselves, until a person has decided.

A freeze stops closing, approving, posting and adjustments. Selling, joining and reading go on.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction

from commissions.models import BooksCheck, Freeze, Run
from commissions.operations import permissions
from commissions.operations.due import make_due
from commissions.queries import trail as told
from common.operations import trail


class Frozen(RuntimeError):
    """Money stands still; a person who may has to lift the freeze first."""

    def __init__(self) -> None:
        super().__init__(
            "The books contradict themselves, so money stands still until somebody has decided. See Books."
        )


class CannotLift(RuntimeError):
    """There is no freeze to lift, or no reason was given."""


def is_frozen() -> bool:
    """Whether money stands still."""
    return Freeze.objects.filter(lifted_at__isnull=True).exists()


def demand_that_money_moves() -> None:
    """Raises Frozen while money stands still."""
    if is_frozen():
        raise Frozen


def freeze(*, check: BooksCheck, problems: Sequence[str], now: datetime) -> bool:
    """Stop money because of these problems; True when this call did it.

    What was known when the last freeze was lifted was decided by a person and stops nothing again. While frozen, new
    problems are added to those that are to be decided.
    """
    last = Freeze.objects.order_by("-pk").first()
    new = [problem for problem in problems if last is None or problem not in last.problems]
    if not new:
        return False
    if last is not None and last.lifted_at is None:
        Freeze.objects.filter(pk=last.pk, lifted_at__isnull=True).update(problems=[*last.problems, *new])
        return False
    try:
        with transaction.atomic():
            frozen = Freeze.objects.create(check_found=check, set_at=now, problems=list(problems))
            trail.write(*told.of_freeze(freeze=frozen))
    except IntegrityError:
        return False  # Somebody else has just stopped it.
    return True


def lift(*, reason: str, by: int, now: datetime) -> None:
    """Let money move again, with a reason that stays. Runs that were approved meanwhile go on.

    Raises NotAllowed, CannotLift.
    """
    permissions.demand(user_id=by, permission="lift_freeze")
    if not reason.strip():
        raise CannotLift("Say what was found out, and why money may move again.")
    with transaction.atomic():
        standing = Freeze.objects.filter(lifted_at__isnull=True)
        held = standing.select_for_update().first()
        if held is None or not standing.update(lifted_at=now, lifted_by_id=by, reason=reason.strip()[:500]):
            raise CannotLift("Nothing is frozen: somebody else was first.")
        for run_id in Run.objects.filter(state=Run.State.APPROVED).values_list("pk", flat=True):
            make_due(run_id=run_id, now=now)
        *_, lifted = told.of_freeze(freeze=Freeze.objects.get(pk=held.pk))
        trail.write(lifted)

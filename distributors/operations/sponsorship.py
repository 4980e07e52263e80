"""A change of sponsor: asked for with a reason, approved by a second person, counted from a period's first moment.

Who moves takes everybody below along. The move itself is one transaction under the tree's lock, done when its
moment has come, and once.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from common.operations import jobs, trail
from common.operations.failpoints import failpoint
from common.trail import What
from distributors.models import Distributor, SponsorChange
from distributors.operations import tree_care
from distributors.queries import sponsor_tree
from distributors.queries import trail as told
from distributors.tree import (
    MovesBackwards,
    NobodyAbove,
    SponsorIsBelow,
    SponsorUnknown,
    TreeBusy,
    finish_carrying,
    move,
    on_the_way,
    roll_up,
    writing,
)

__all__ = [
    "JOB",
    "CannotChange",
    "Look",
    "TreeBusy",
    "apply",
    "apply_until",
    "approve",
    "counts_from",
    "due",
    "look",
    "look_at_roll_up",
    "refuse",
    "request",
    "request_roll_up",
    "waiting",
    "withdraw",
]

JOB = "sponsor change"
# More people than these are carried in parts.
AT_ONCE = 1_000
State = SponsorChange.State
LONGEST = 300


class CannotChange(RuntimeError):
    """This change of sponsor is not possible; the sentence says why, and `field` beside what."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class SamePerson(CannotChange):
    """Who asked for a change does not approve it."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a change would do: whom it is about, under whom the people come, and how many move."""

    kind: str
    distributor_id: int
    from_sponsor_id: int | None
    to_sponsor_id: int
    people: int


def look(*, number: str, sponsor_number: str) -> Look:
    """What moving this person with everybody below would do. Raises CannotChange."""
    person, sponsor = _found(number, "number"), _found(sponsor_number, "sponsor_number")
    _check(person, sponsor)
    return Look(
        kind=SponsorChange.Kind.MOVE,
        distributor_id=person.pk,
        from_sponsor_id=person.sponsor_id,
        to_sponsor_id=sponsor.pk,
        people=sponsor_tree.downline(distributor_id=person.pk).count() + 1,
    )


def look_at_roll_up(*, number: str) -> Look:
    """What moving the team of somebody who left up to the leaver's own sponsor would do. Raises CannotChange."""
    leaver = _found(number, "number")
    if leaver.status != Distributor.Status.LEFT:
        raise CannotChange("Only the team of somebody who left moves up.", "number")
    if leaver.sponsor_id is None:
        raise CannotChange("This person has no sponsor for the team to come under.", "number")
    people = sponsor_tree.downline(distributor_id=leaver.pk).count()
    if not people:
        raise CannotChange("Nobody stands below this person.", "number")
    return Look(
        kind=SponsorChange.Kind.ROLL_UP,
        distributor_id=leaver.pk,
        from_sponsor_id=leaver.sponsor_id,
        to_sponsor_id=leaver.sponsor_id,
        people=people,
    )


def request(
    *, number: str, sponsor_number: str, reason: str, effective_at: datetime, by: int, now: datetime
) -> SponsorChange:
    """Ask for a person to stand under another sponsor from a moment on. Nobody moves yet. Raises CannotChange."""
    _demand(by, "request_sponsor_change")
    return _ask(look(number=number, sponsor_number=sponsor_number), reason, effective_at, by, now)


def request_roll_up(
    *, number: str, reason: str, effective_at: datetime, by: int, now: datetime
) -> SponsorChange:
    """The same for the team of somebody who left, which is to move up to the leaver's sponsor. The place of who
    left stays, as the end of its own line. Raises CannotChange.
    """
    _demand(by, "request_sponsor_change")
    return _ask(look_at_roll_up(number=number), reason, effective_at, by, now)


def _ask(found: Look, reason: str, effective_at: datetime, by: int, now: datetime) -> SponsorChange:
    if not reason.strip():
        raise CannotChange("Say why; the reason is kept with the change.", "reason")
    change = SponsorChange(
        kind=found.kind,
        distributor_id=found.distributor_id,
        from_sponsor_id=found.from_sponsor_id,
        to_sponsor_id=found.to_sponsor_id,
        people=found.people,
        reason=reason.strip()[:LONGEST],
        effective_at=effective_at,
        requested_by_id=by,
        requested_at=now,
    )
    try:
        with transaction.atomic():
            change.save(force_insert=True)
            trail.write(told.last_of_change(change_id=change.pk))
    except IntegrityError as error:
        raise CannotChange(
            "A change for this person is waiting already; decide that one first.", "number"
        ) from error
    return change


def approve(*, change_id: int, by: int, now: datetime) -> None:
    """Let it happen: at once when its moment has come, else then. Raises CannotChange, SamePerson, TreeBusy."""
    _demand(by, "approve_sponsor_change")
    # The tree's lock before the change's row, as in apply(): two who hold one and want the other would wait for ever.
    with writing(), trail.at_the_end():
        change = SponsorChange.objects.select_for_update(of=("self",)).get(pk=change_id)
        if by == change.requested_by_id:
            raise SamePerson("Somebody else has to approve: you asked for this change.")
        if not _step(change_id, [State.REQUESTED], state=State.APPROVED, decided_by_id=by, decided_at=now):
            raise CannotChange("This change is decided already.")
        trail.write(told.last_of_change(change_id=change_id))
        if change.effective_at > now:
            jobs.enqueue(kind=JOB, subject=str(change_id), due_at=change.effective_at, now=now)
            return
        failed = _apply(change, now)
        if failed:
            raise CannotChange(failed)


def counts_from(*, change_id: int) -> datetime:
    """The moment a change is to count from. Raises CannotChange where there is no such change."""
    found = SponsorChange.objects.filter(pk=change_id).values_list("effective_at", flat=True).first()
    if found is None:
        raise CannotChange("There is no such change.")
    return found


def waiting(*, before: datetime) -> bool:
    """Whether an approved change that counts from before a moment has not happened yet."""
    return SponsorChange.objects.filter(state=State.APPROVED, effective_at__lt=before).exists()


def refuse(*, change_id: int, reason: str, by: int, now: datetime) -> None:
    """Say no, with a reason that stays on the change. Raises CannotChange."""
    _demand(by, "approve_sponsor_change")
    if not reason.strip():
        raise CannotChange("Say why it is refused.", "reason")
    fields = {"note": reason.strip()[:LONGEST], "decided_by_id": by, "decided_at": now}
    with transaction.atomic():
        if not _step(change_id, [State.REQUESTED], state=State.REFUSED, **fields):
            raise CannotChange("This change is decided already.")
        trail.write(told.last_of_change(change_id=change_id))


def withdraw(*, change_id: int, by: int, now: datetime) -> None:
    """Take a change back that has not happened yet. Raises CannotChange."""
    _demand(by, "request_sponsor_change")
    waiting = [State.REQUESTED, State.APPROVED]
    with transaction.atomic():
        if not _step(change_id, waiting, state=State.WITHDRAWN, note="Withdrawn", applied_at=None):
            raise CannotChange("This change has happened, or was decided already.")
        trail.write(told.about_change(change_id=change_id, what=What.MOVE_WITHDRAWN, at=now, who=by))


def due(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of changes whose day has come, once everybody who moved before has arrived."""
    finish_carrying()
    apply(change_id=int(subject), now=now)
    return False


def apply(*, change_id: int, now: datetime) -> None:
    """Move the people of an approved change, once; what cannot be done any more says so on it. Raises TreeBusy."""
    with writing(), trail.at_the_end():
        change = SponsorChange.objects.select_for_update(of=("self",)).get(pk=change_id)
        if change.state == State.APPROVED and (failed := _apply(change, now)):
            _step(change_id, [State.APPROVED], state=State.FAILED, note=failed[:LONGEST])
            trail.write(told.about_change(change_id=change_id, what=What.MOVE_FAILED, at=now, who=None))


def apply_until(*, moment: datetime, now: datetime) -> None:
    """Do every approved change that counts from before a moment, the earliest first. Raises TreeBusy.

    Whoever draws a line under a period calls this first: its jobs may be late.
    """
    waiting = SponsorChange.objects.filter(state=State.APPROVED, effective_at__lt=min(moment, now))
    for change_id in list(waiting.order_by("effective_at", "pk").values_list("pk", flat=True)):
        finish_carrying()
        apply(change_id=change_id, now=now)


def _apply(change: SponsorChange, now: datetime) -> str:
    """Move; why it cannot be done, or nothing. Belongs into a transaction."""
    try:
        with writing():
            person = Distributor.objects.get(pk=change.distributor_id)
            if person.sponsor_id != change.from_sponsor_id:
                return "The sponsor has changed since this was asked for."
            _move(change, now)
            failpoint("sponsor.moved")
            if _step(change.pk, [State.APPROVED], state=State.APPLIED, applied_at=now):
                trail.write(told.last_of_change(change_id=change.pk))
    except (SponsorIsBelow, SponsorUnknown, NobodyAbove, MovesBackwards) as error:
        return str(error)
    return ""


def _move(change: SponsorChange, now: datetime) -> None:
    """A great team's labels follow by a job, part by part: nobody who joins meanwhile waits for all of them."""
    if change.kind == SponsorChange.Kind.ROLL_UP:
        roll_up(distributor_id=change.distributor_id, effective_at=change.effective_at)
    else:
        move(
            distributor_id=change.distributor_id,
            sponsor_id=change.to_sponsor_id,
            effective_at=change.effective_at,
            at_once=AT_ONCE,
        )
        if on_the_way():
            tree_care.carry_later(subject=str(change.pk), now=now)


def _check(person: Distributor, sponsor: Distributor) -> None:
    if sponsor.pk == person.sponsor_id:
        raise CannotChange("This is the sponsor already.", "sponsor_number")
    if sponsor.status != Distributor.Status.GOOD:
        raise CannotChange("Only somebody in good standing can sponsor.", "sponsor_number")
    line = sponsor_tree.walk_up(distributor_id=sponsor.pk)
    if person.pk in {step.id for step in line}:
        raise CannotChange(
            "The new sponsor stands below this person: the line would close into a circle.", "sponsor_number"
        )


def _found(number: str, field: str) -> Distributor:
    person: Distributor | None = Distributor.objects.filter(number=number.strip()).first()
    if person is None:
        raise CannotChange("Nobody has this number.", field)
    return person


def _demand(user_id: int, permission: str) -> None:
    user = get_user_model().objects.get(pk=user_id)
    if not user.has_perm(f"distributors.{permission}"):
        raise CannotChange("You do not have the right to do this.")


def _step(change_id: int, states: list[State], **fields: object) -> bool:
    return bool(SponsorChange.objects.filter(pk=change_id, state__in=states).update(**fields))

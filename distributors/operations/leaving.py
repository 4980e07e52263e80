"""Leaving: asked for by the person, possible to withdraw for two weeks, then done by a job.

Whoever leaves loses the login and keeps the place in the tree, as whoever is recorded as having left. Personal data
are erased once nothing is open any more: as long as money is owed or a parcel is on its way, the company has to know
to whom. Each app says what is open with it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from common import mail, spoken
from common.operations import jobs, outbox, trail
from distributors.models import Distributor, Leaving, User
from distributors.operations import profiles, standing
from distributors.operations.own_data import Owner, owner_of

JOB = "leaving"
COOLING = timedelta(days=14)
A_DAY = timedelta(days=1)
REASON = "Left by their own wish"


class AlreadyAsked(RuntimeError):
    """This person is leaving already."""


class NotLeaving(LookupError):
    """There is nothing to withdraw: never asked for, withdrawn, or done."""


@dataclass(frozen=True, kw_only=True)
class Open:
    """Something that has to be settled before a person can be erased, in two sentences; `page` is the name of the
    page where it stands, if there is one."""

    title: str
    text: str
    page: str = ""


Ask = Callable[[Owner], Iterable[Open]]
_asked: list[Ask] = []


def include(*, ask: Ask) -> None:
    """Tell what is still open with a person; told once, when an app is ready."""
    if ask not in _asked:
        _asked.append(ask)


def still_open(*, owner: Owner) -> list[Open]:
    """Everything that has to be settled before the person can be erased."""
    return [one for ask in _asked for one in ask(owner)]


def ask_for(*, user_id: int, erase: bool, now: datetime) -> datetime:
    """Ask to leave and return the day on which it is done; a mail says so, and how to withdraw.

    A customer has no place to give up: leaving is erasing. Raises AlreadyAsked, NoProfile.
    """
    owner = owner_of(user_id=user_id)
    if owner.profile_id is None:
        raise profiles.NoProfile
    due_at = now + COOLING
    erase = erase or owner.distributor_id is None
    try:
        with transaction.atomic():
            asked = Leaving.objects.create(
                profile_id=owner.profile_id, erase=erase, asked_at=now, due_at=due_at
            )
            _confirm(asked, user_id, now)
    except IntegrityError as error:
        raise AlreadyAsked from error
    return due_at


def withdraw(*, user_id: int, now: datetime) -> None:
    """Stay after all. Raises NotLeaving."""
    asked = Leaving.objects.filter(profile__user_id=user_id, state=Leaving.State.ASKED)
    if not asked.update(state=Leaving.State.WITHDRAWN, withdrawn_at=now):
        raise NotLeaving


def request(*, now: datetime) -> None:
    """Make due whatever leaving has its day. The tick asks."""
    due = Leaving.objects.filter(state__in=[Leaving.State.ASKED, Leaving.State.LEFT], due_at__lte=now)
    for pk, due_at in due.values_list("pk", "due_at")[:100]:
        jobs.enqueue(kind=JOB, subject=str(pk), due_at=due_at, now=now)


def work(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler: the place is left; data are erased when nothing is open, else asked again tomorrow."""
    progress("leaving", 0, 1)
    with trail.at_the_end():
        one = Leaving.objects.select_for_update().filter(pk=int(subject), due_at__lte=now).first()
        if one is None or one.state not in (Leaving.State.ASKED, Leaving.State.LEFT):
            return False
        _leave(one, now)
        if not one.erase:
            _move(one, state=Leaving.State.DONE, done_at=now)
        elif still_open(owner=_owner(one)):
            _move(one, state=Leaving.State.LEFT, due_at=now + A_DAY)
        else:
            _move(one, state=Leaving.State.DONE, done_at=now)
            profiles.erase(profile_id=one.profile_id, now=now)
    return False


def _leave(one: Leaving, now: datetime) -> None:
    if one.state != Leaving.State.ASKED:
        return
    _move(one, left_at=now)
    place = Distributor.objects.filter(profile_id=one.profile_id).values_list("pk", "status").first()
    if place is not None and place[1] != Distributor.Status.LEFT:
        standing.change_status(
            distributor_id=place[0],
            status=Distributor.Status.LEFT,
            expected=place[1],
            reason=REASON,
            by_id=one.profile.user_id,
            now=now,
        )


def _owner(one: Leaving) -> Owner:
    login = one.profile.user_id
    if login is not None:
        return owner_of(user_id=login)
    place = Distributor.objects.filter(profile_id=one.profile_id).values_list("pk", flat=True).first()
    return Owner(user_id=0, profile_id=one.profile_id, distributor_id=place, customer_id=None)


def _move(one: Leaving, **fields: object) -> None:
    Leaving.objects.filter(pk=one.pk).update(**fields)


def _confirm(asked: Leaving, user_id: int, now: datetime) -> None:
    """Whoever asked may have been somebody else at an open computer: the owner is told by mail."""
    context = {
        "company": settings.COMPANY_NAME,
        "day": spoken.day(asked.due_at),
        "erase": asked.erase,
        "link": f"{settings.SITE_URL}/profile/leave/",
    }
    content = mail.letter(
        to=User.objects.values_list("email", flat=True).get(pk=user_id),
        subject=_("You have asked to leave %(company)s") % {"company": settings.COMPANY_NAME},
        body=render_to_string("emails/leaving.txt", context),
        headers={},
    )
    outbox.enqueue(key=f"leaving:{asked.pk}", content=content, now=now)

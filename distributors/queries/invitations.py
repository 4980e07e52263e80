"""Invitations a distributor has sent, and what came of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from django.db.models import Q, QuerySet

from distributors.models import Invitation
from distributors.models.sharing import MOST_A_DAY

State = Literal["sent", "opened", "signed_up", "joined", "refused"]
SORTS = {
    "newest": ("-sent_at", "-pk"),
    "oldest": ("sent_at", "pk"),
    "email": ("email", "pk"),
}
_JOINED = Q(enrolment__place_taken_at__isnull=False)
_SIGNED_UP = Q(enrolment__isnull=False) & ~_JOINED
_WAITING = Q(enrolment__isnull=True, refused_at__isnull=True)
STATES: dict[str, Q] = {
    "sent": _WAITING & Q(opened_at__isnull=True),
    "opened": _WAITING & Q(opened_at__isnull=False),
    "signed_up": _SIGNED_UP,
    "joined": _JOINED,
    "refused": Q(refused_at__isnull=False, enrolment__isnull=True),
}


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One invitation as its sender sees it; the address is empty once it is forgotten."""

    email: str
    sent_at: datetime
    state: State
    state_at: datetime


@dataclass(frozen=True, kw_only=True)
class Received:
    """One invitation as its receiver meets it."""

    key: str
    email: str
    code: str
    name: str
    refused: bool


def of_sponsor(*, sponsor_id: int, state: str = "", sort: str = "newest") -> QuerySet[Invitation]:
    """What they have sent, filtered and sorted, for a page of it to be given to `rows`."""
    found = Invitation.objects.filter(sponsor_id=sponsor_id).select_related("enrolment")
    if state in STATES:
        found = found.filter(STATES[state])
    return found.order_by(*SORTS.get(sort, SORTS["newest"]))


def rows(*, invitations: Iterable[Invitation]) -> list[Sent]:
    """What `of_sponsor` found, as values."""
    return [_sent(one) for one in invitations]


def left_today(*, sponsor_id: int, today: date) -> int:
    """How many more may be sent on that day."""
    return max(0, MOST_A_DAY - Invitation.objects.filter(sponsor_id=sponsor_id, sent_on=today).count())


def received(*, key: str) -> Received | None:
    """The invitation a letter's link carries; the code is empty while its sender may not sponsor."""
    found = Invitation.objects.filter(key=key).select_related("sponsor__profile").first()
    if found is None:
        return None
    own = found.sponsor.referral_codes.filter(campaign="", revoked_at__isnull=True)
    return Received(
        key=found.key,
        email=found.email,
        code=own.values_list("code", flat=True).first() or "",
        name=found.sponsor.profile.name,
        refused=found.refused_at is not None,
    )


def _sent(one: Invitation) -> Sent:
    state, moment = _state(one)
    return Sent(email=one.email, sent_at=one.sent_at, state=state, state_at=moment)


def _state(one: Invitation) -> tuple[State, datetime]:
    if one.enrolment is not None:
        taken = one.enrolment.place_taken_at
        return ("joined", taken) if taken else ("signed_up", one.enrolment.signed_up_at)
    if one.refused_at:
        return "refused", one.refused_at
    return ("opened", one.opened_at) if one.opened_at else ("sent", one.sent_at)

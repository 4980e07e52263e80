"""Personal data: kept apart, changed only by its owner, erased without touching the tree or the books."""

import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from common.operations import outbox, trail
from distributors.models import (
    DataFile,
    Invitation,
    LastLook,
    MailRhythm,
    NewsRead,
    Notice,
    NoticeChoice,
    Openness,
    Profile,
    Question,
    User,
)
from distributors.operations import pages
from distributors.queries import trail as told


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a person may change about themselves."""

    given_name: str
    family_name: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str


class NoProfile(LookupError):
    """This login has no personal data, or they have been erased."""


def change(*, user_id: int, details: Details) -> None:
    """Replaces the personal data of a login. Raises NoProfile."""
    changed = Profile.objects.filter(user_id=user_id, erased_at__isnull=True).update(**asdict(details))
    if not changed:
        raise NoProfile


def of_guest(*, details: Details, email: str) -> int:
    """Keeps the personal data of somebody without a login and returns their key."""
    return Profile.objects.create(contact_email=email.lower(), **asdict(details)).pk


def open_to(*, user_id: int, phone: str, email: str, city: str) -> None:
    """Says who above sees telephone, e-mail and town: "nobody", "sponsor" or "upline" for each.

    Raises NoProfile, ValueError for another word.
    """
    if not {phone, email, city} <= set(Openness.To.values):
        raise ValueError("Nobody, the sponsor or everybody above")
    profile = Profile.objects.filter(user_id=user_id, erased_at__isnull=True).first()
    if profile is None:
        raise NoProfile
    wanted = {"phone": phone, "email": email, "city": city}
    Openness.objects.update_or_create(profile=profile, defaults=wanted)


def erase(*, profile_id: int, now: datetime) -> None:
    """Erases a person for good: personal data, login, addresses, second factors and sessions.

    The place in the tree, orders and the books stay, under a name that says nothing. Once; raises NoProfile.
    """
    with transaction.atomic():
        profile = Profile.objects.select_for_update().filter(pk=profile_id, erased_at__isnull=True).first()
        if profile is None:
            raise NoProfile
        login = profile.user_id
        Profile.objects.filter(pk=profile_id).update(
            user=None,
            given_name="Member",
            family_name=secrets.token_hex(3).upper(),
            phone="",
            contact_email="",
            street="",
            postcode="",
            city="",
            country="",
            birth_date=None,
            erased_at=now,
        )
        pages.erase(profile_id=profile_id)
        Invitation.objects.filter(sponsor__profile_id=profile_id).update(email="")
        Openness.objects.filter(profile_id=profile_id).delete()
        if login is not None:
            _erase_login(login, now)
        trail.write(told.of_erased(profile=Profile.objects.select_related("distributor").get(pk=profile_id)))


def _erase_login(user_id: int, now: datetime) -> None:
    """What hangs on a login goes with it; the row stays where the books name it, closed and unrecognisable."""
    user = User.objects.get(pk=user_id)
    EmailAddress.objects.filter(user=user).delete()
    Authenticator.objects.filter(user=user).delete()
    UserSession.objects.filter(user=user).delete()
    for model in (Notice, NoticeChoice, MailRhythm, NewsRead, Question, LastLook):
        model.objects.filter(user=user).delete()
    DataFile.objects.filter(user=user, content__isnull=False).update(content=None, gone_at=now)
    outbox.drop(beginning=f"notices:{user_id}:")
    user.email, user.is_active = f"erased-{secrets.token_hex(8)}@invalid", False
    user.set_unusable_password()
    user.save(update_fields=["email", "is_active", "password"])

"""People from a company's export become profiles, with a login that waits for a password reset."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TypeVar

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

from common.csvcells import CellError
from common.operations import statistics
from distributors.models import Profile, User

BATCH = 2_000
T = TypeVar("T")
validate_email = EmailValidator()
# The usual shape, a part of what Django's validator takes, which needs ten times as long to say so.
PLAIN_EMAIL = re.compile(
    r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class NewProfile:
    """Who somebody is. Without an e-mail address there is a profile and no login."""

    given_name: str
    family_name: str
    email: str
    phone: str
    city: str
    country: str
    since: datetime


def add_profiles(*, people: Sequence[NewProfile]) -> list[int]:
    """Writes profiles, logins without a usable password, and unverified addresses; returns the profiles' keys
    in the order of `people`. The caller holds the transaction and has checked that no address is taken."""
    keys: list[int] = []
    for part in batches(people, BATCH):
        users = User.objects.bulk_create(
            User(email=one.email, password=make_password(None), date_joined=one.since)
            for one in part
            if one.email
        )
        EmailAddress.objects.bulk_create(
            EmailAddress(user=user, email=user.email, primary=True, verified=False) for user in users
        )
        by_email = {user.email: user for user in users}
        profiles = Profile.objects.bulk_create(
            Profile(
                user=by_email.get(one.email),
                given_name=one.given_name,
                family_name=one.family_name,
                phone=one.phone,
                city=one.city,
                country=one.country,
            )
            for one in part
        )
        keys.extend(profile.pk for profile in profiles)
    statistics.learn(tables=[User, EmailAddress, Profile], rows=len(people))
    return keys


def taken_emails(*, emails: Iterable[str]) -> dict[str, int]:
    """Which of these addresses (lower case) belong to somebody: address to user."""
    found: dict[str, int] = {}
    for part in batches(emails, BATCH):
        found.update(User.objects.filter(email__in=part).values_list("email", "pk"))
    return found


def batches(things: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of up to `size` of them."""
    source = iter(things)
    while part := list(islice(source, size)):
        yield part


def email_cell(cell: str) -> str:
    """An address in lower case, or nothing. Raises CellError."""
    if not cell:
        return ""
    if not PLAIN_EMAIL.fullmatch(cell):
        try:
            validate_email(cell)
        except ValidationError:
            raise CellError(f"{cell!r} is not an e-mail address") from None
    if len(cell) > 254 or not cell.isascii():
        raise CellError(f"{cell!r} is not an address of up to 254 plain letters")
    return cell.lower()


def country_cell(cell: str) -> str:
    """A country's two letters, or nothing. Raises CellError."""
    if cell and not (len(cell) == 2 and cell.isascii() and cell.isalpha()):
        raise CellError(f"{cell!r} is not a country's two letters, such as BE")
    return cell.upper()


def phone_cell(cell: str) -> str:
    """A telephone number as it was written, or nothing. Raises CellError."""
    if len(cell) > 32 or not set(cell) <= set("+0123456789 ()/.-"):
        raise CellError(f"{cell!r} is not a telephone number of up to 32 characters")
    return cell

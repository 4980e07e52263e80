"""The cast of tests/cast.py at work today. The portal's clock is the real one: months are counted from it."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils import timezone

from commissions.operations import estimates, periods, plans
from tests import furnishing
from tests.cast import Cast

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
STAFF = ("paula", "quinn", "rolf", "root")


@dataclass(frozen=True)
class Month:
    """A month of the company's calendar."""

    key: str
    starts_at: datetime
    middle: datetime


def month(*, back: int) -> Month:
    """The month that many months ago; 0 is the one under way."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    local = timezone.now().astimezone(zone)
    year, index = divmod(local.year * 12 + local.month - 1 - back, 12)
    starts_at = datetime(year, index + 1, 1, tzinfo=zone).astimezone(UTC)
    return Month(f"{year:04d}-{index + 1:02d}", starts_at, starts_at + timedelta(days=12))


def second_factor() -> str:
    """The code that every authenticator app of the cast shows now."""
    return str(format_hotp_value(hotp_value(SECRET, int(time.time()) // 30)))


def give_staff_an_app(cast: Cast) -> None:
    for name in STAFF:
        TOTP.activate(cast.users[name], SECRET)


def may(cast: Cast, name: str, *rights: str) -> None:
    cast.users[name].user_permissions.add(*Permission.objects.filter(codename__in=rights))


def start(cast: Cast, *, back: int) -> tuple[Month, int]:
    """Open the portal's first month; returns it and the product that is sold."""
    first = month(back=back)
    plans.adopt(document=furnishing.PLAN.read_text(encoding="utf-8"), now=first.starts_at)
    periods.open_first(key=first.key, now=first.starts_at)
    return first, furnishing.product()


def buy(cast: Cast, name: str, *, product_id: int, at: datetime, pieces: int = 2) -> None:
    person = cast.people[name].pk
    furnishing.buy(distributor_id=person, product_id=product_id, pieces=pieces, at=at)


def drafted(cast: Cast) -> Month:
    """Everybody bought last month; it was closed, and nobody has looked at its draft."""
    month, balm = start(cast, back=1)
    for name in ("ana", "ben", "cleo", "dan", "eva", "finn"):
        buy(cast, name, product_id=balm, at=month.middle)
    furnishing.close(cast=cast, key=month.key, now=timezone.now(), final=False)
    return month


def measure() -> None:
    """An estimate of the open month, as it stands."""
    estimates.refresh(now=timezone.now())

"""Whom a referral code names, and what came of it."""

import re
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

import qrcode
from allauth.account.models import EmailAddress
from django.utils.safestring import SafeString, mark_safe
from qrcode.image.svg import SvgPathImage

from distributors.models import Distributor, ReferralCode
from distributors.queries.people import initials

CODE = re.compile(r"[a-z0-9_-]{1,24}")


@dataclass(frozen=True, kw_only=True)
class Sponsor:
    """Who invites, as a stranger with the link may see them."""

    distributor_id: int
    code_id: int
    code: str
    name: str
    given_name: str
    initials: str
    city: str
    country: str
    joined_at: datetime


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a distributor shares; `campaigns.one` says what came of it."""

    code: str
    address: str
    shown: str
    qr: SafeString


def sponsor(*, code: str) -> Sponsor | None:
    """Whom the code names, if the code is current and the person may sponsor; None otherwise, whatever the
    reason.
    """
    code = code.strip().lower()
    if not CODE.fullmatch(code):
        return None
    row = (
        ReferralCode.objects.filter(code=code, revoked_at__isnull=True)
        .filter(distributor__status=Distributor.Status.GOOD)
        .select_related("distributor__profile")
        .first()
    )
    if row is None:
        return None
    profile = row.distributor.profile
    return Sponsor(
        distributor_id=row.distributor_id,
        code_id=row.pk,
        code=row.code,
        name=profile.name,
        given_name=profile.given_name,
        initials=initials(profile.name),
        city=profile.city,
        country=profile.country,
        joined_at=row.distributor.joined_at,
    )


def code_of(*, distributor_id: int) -> str:
    """The code of somebody's own link; empty for who has none, or may not sponsor."""
    own = ReferralCode.objects.filter(distributor_id=distributor_id, campaign="", revoked_at__isnull=True)
    good = own.filter(distributor__status=Distributor.Status.GOOD)
    return good.values_list("code", flat=True).first() or ""


def has_confirmed(*, user_id: int) -> bool:
    """Whether this login has confirmed an address."""
    return bool(EmailAddress.objects.filter(user_id=user_id, verified=True).exists())


def share(*, distributor_id: int, site_url: str) -> Share | None:
    """The current link with its QR code; None for somebody without a code."""
    code = (
        ReferralCode.objects.filter(distributor_id=distributor_id, campaign="", revoked_at__isnull=True)
        .values_list("code", flat=True)
        .first()
    )
    if code is None:
        return None
    address = f"{site_url}/r/{code}"
    return Share(code=code, address=address, shown=address.split("://")[-1], qr=qr_code(address=address))


def qr_code(*, address: str) -> SafeString:
    """The address as an SVG of one path, with four modules of margin."""
    image = qrcode.make(address, image_factory=SvgPathImage, box_size=10, border=4)
    buffer = BytesIO()
    image.save(buffer)
    text = buffer.getvalue().decode()
    return mark_safe(text[text.index("<svg") :])  # noqa: S308 - drawn by us, holds no text

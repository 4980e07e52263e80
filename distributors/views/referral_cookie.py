"""Which invitation a visitor came with: signed, first touch, thirty days."""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from distributors.queries import referrals

SALT = "referral"
MAX_AGE = 30 * 24 * 3600


def name() -> str:
    """The cookie's name; over TLS with the prefix that binds it to this host alone."""
    return "__Host-referral" if settings.SESSION_COOKIE_SECURE else "referral"


def code(request: HttpRequest) -> str:
    """The code remembered, or nothing when there is none, it is too old, or not signed by us."""
    try:
        found = signing.loads(request.COOKIES.get(name(), ""), salt=SALT, max_age=MAX_AGE)
    except signing.BadSignature:
        return ""
    return found if isinstance(found, str) else ""


def sponsor(request: HttpRequest) -> referrals.Sponsor | None:
    """Who invited this visitor, read afresh; None when nobody did or they may not sponsor now."""
    return referrals.sponsor(code=code(request))


def remember(response: HttpResponse, *, code: str) -> None:
    response.set_cookie(
        name(),
        signing.dumps(code, salt=SALT),
        max_age=MAX_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(name(), samesite="Lax")


def opened_by_a_person(request: HttpRequest) -> bool:
    """True for a page opened as such: an image or a frame elsewhere must not plant a sponsor.

    Browsers that say nothing are believed.
    """
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"

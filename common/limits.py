"""So many a minute from one address, counted in the cache all processes share."""

from allauth.core.internal import ratelimit
from django.http import HttpRequest, HttpResponse

# Codes cannot be tried out at this pace, nor accounts and orders made in bulk; nor letters to one address.
RATES = {
    "referral": "30/m/ip",
    "signup": "20/m/ip",
    "draft": "60/m/ip",
    "shop": "60/m/ip",
    "guest-order": "10/m/ip,10/h/key",
    "guest-link": "60/m/ip",
}


def too_many(request: HttpRequest, *, action: str, key: str | None = None) -> HttpResponse | None:
    """A 429 answer when this address, or what `key` names, has had its share, else None."""
    answer: HttpResponse | None = ratelimit.consume_or_429(
        request, app="portal", action=action, key=key, config=RATES, limit_get=True
    )
    return answer

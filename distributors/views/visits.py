"""Whether somebody who opens a referral link is counted: once a day, without a cookie and without keeping an address.

What tells one visitor from another is a digest of the address, the browser's name and the link, under a random key
that is made anew every day and forgotten the next. It lies in the cache until the day is over, and leads nobody back.
"""

import hashlib
import hmac
import secrets
from datetime import date

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest

from distributors.operations import visits

A_DAY = 24 * 3600
MACHINES = ("bot", "crawl", "spider", "preview", "facebookexternalhit", "whatsapp", "curl", "python")


def note(request: HttpRequest, *, link_id: int, today: date) -> None:
    """Counts a person's first look at a link today; machines and looks ahead are not counted."""
    if request.method != "GET" or not _a_person(request):
        return
    if cache.add(f"visit:{_digest(request, link_id, today)}", 1, A_DAY):
        visits.count(link_id=link_id, day=today)


def _a_person(request: HttpRequest) -> bool:
    agent = request.headers.get("User-Agent", "").lower()
    ahead = {request.headers.get(name, "").lower() for name in ("Purpose", "Sec-Purpose", "X-Moz")}
    looks_ahead = any("prefetch" in purpose or "preview" in purpose for purpose in ahead)
    as_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return as_page and not looks_ahead and not any(word in agent for word in MACHINES)


def _digest(request: HttpRequest, link_id: int, today: date) -> str:
    key = cache.get_or_set(f"visits-of-{today}", lambda: secrets.token_hex(32), A_DAY)
    who = f"{get_adapter().get_client_ip(request)}|{request.headers.get('User-Agent', '')}|{link_id}"
    return hmac.new(str(key).encode(), who.encode(), hashlib.sha256).hexdigest()

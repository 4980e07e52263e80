"""What every template knows. The database is asked when a template asks, not before."""

from copy import copy
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from commissions.queries import sizes
from distributors.queries import documents, news, notices
from mlmportal import asked_again

A_MINUTE = 60


def portal(request: HttpRequest) -> dict[str, Any]:
    """The company, the person signed in with the size of their team, the disclosure's first sentence."""
    return {
        "company": {
            "name": settings.COMPANY_NAME,
            "currency": settings.COMPANY_CURRENCY,
            "locale": settings.COMPANY_LOCALE,
            "timezone": settings.COMPANY_TIME_ZONE,
            "site_url": settings.SITE_URL,
            "shows_mail": settings.SHOWS_MAIL,
        },
        "me": SimpleLazyObject(lambda: _me(request)),
        "disclosure_sentence": SimpleLazyObject(_sentence),
        "before_what": SimpleLazyObject(lambda: asked_again.before_what(request=request)),
        "unread": SimpleLazyObject(lambda: _unread(request)),
        "unread_news": SimpleLazyObject(lambda: _unread_news(request)),
    }


def _me(request: HttpRequest) -> Any:
    me = getattr(request, "me", None)
    if not me:
        return None
    if me.kind != "distributor":
        return me
    # A copy of the lazy `request.me` is the person inside it, which a dataclass's replace() wants.
    return replace(copy(me), team_count=_people_below(me.distributor_id))


def _people_below(person_id: int) -> int:
    """As it was within the last minute: it stands on every page."""
    counted = cache.get_or_set(
        f"people-below-{person_id}", lambda: sizes.people_below(ids=[person_id]).get(person_id, 0), A_MINUTE
    )
    return counted or 0


def _unread(request: HttpRequest) -> str:
    """How many notices wait to be read, as the navigation shows it; nothing where there are none."""
    me = getattr(request, "me", None)
    if not me or me.kind not in ("distributor", "customer"):
        return ""
    count = notices.unread_count(user_id=me.user_id)
    return f"{notices.MOST_COUNTED}+" if count > notices.MOST_COUNTED else str(count or "")


def _unread_news(request: HttpRequest) -> str:
    """How much the company has said that was not opened yet; nothing where there is nothing."""
    me = getattr(request, "me", None)
    if not me or me.kind not in ("distributor", "customer"):
        return ""
    reader = news.Reader(
        user_id=me.user_id,
        is_distributor=me.distributor_id is not None,
        country=me.country,
        rank=me.career_rank,
    )
    return str(news.unread_count(reader=reader, now=timezone.now()) or "")


def _sentence() -> str:
    return documents.summary(kind=documents.DISCLOSURE, today=timezone.localdate())

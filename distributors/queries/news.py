"""What the company says, to those it is meant for."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, QuerySet

from distributors.models import NewsItem, NewsRead, Profile

KEPT_SECONDS = 600


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Whom a piece of news can be meant for."""

    user_id: int
    is_distributor: bool
    country: str
    rank: str


def reader(*, user_id: int) -> Reader:
    """What a login is to the news: distributor or customer, country and career rank."""
    row = Profile.objects.filter(user_id=user_id).values_list(
        "country", "distributor__pk", "distributor__career_rank"
    )
    country, place, rank = row.first() or ("", None, "")
    return Reader(user_id=user_id, is_distributor=place is not None, country=country, rank=rank or "")


def for_reader(*, reader: Reader, now: datetime, unread: bool = False) -> QuerySet[NewsItem]:
    """The news this reader may see now, newest first, each with `is_read`; only what is not read where asked."""
    shown = NewsItem.objects.filter(published_at__lte=now).filter(
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gt=now)
    )
    to = NewsItem.To.DISTRIBUTORS if reader.is_distributor else NewsItem.To.CUSTOMERS
    meant = shown.filter(
        _holds("countries", reader.country), _holds("ranks", reader.rank), to__in=[NewsItem.To.EVERYBODY, to]
    )
    read = NewsRead.objects.filter(item=OuterRef("pk"), user_id=reader.user_id)
    if unread:
        meant = meant.filter(~Exists(read))
    found: QuerySet[NewsItem] = meant.annotate(is_read=Exists(read)).order_by("-published_at", "-pk")
    return found


def unread_count(*, reader: Reader, now: datetime) -> int:
    """How much news waits to be read. Which there is stands in the cache: this is asked on every page."""
    to = (NewsItem.To.EVERYBODY, NewsItem.To.DISTRIBUTORS if reader.is_distributor else NewsItem.To.CUSTOMERS)
    meant = [
        one["pk"]
        for one in cache.get_or_set(NewsItem.KEPT, _every_item, KEPT_SECONDS) or ()
        if one["published_at"] <= now
        and (one["withdrawn_at"] is None or one["withdrawn_at"] > now)
        and one["to"] in to
        and _names(one["countries"], reader.country)
        and _names(one["ranks"], reader.rank)
    ]
    return (
        len(meant) - NewsRead.objects.filter(item__in=meant, user_id=reader.user_id).count() if meant else 0
    )


def _every_item() -> list[dict[str, Any]]:
    fields = ("pk", "to", "countries", "ranks", "published_at", "withdrawn_at")
    return [{**item} for item in NewsItem.objects.order_by().values(*fields)]


def _names(kept: str, word: str) -> bool:
    """As `_holds`, of one item that is at hand."""
    return not kept or (bool(word) and f",{word.lower()}," in kept)


def _holds(field: str, word: str) -> Q:
    """The list is empty, or names the word; a reader without a word is meant only by an empty list."""
    empty = Q(**{field: ""})
    return empty | Q(**{f"{field}__contains": f",{word.lower()},"}) if word else empty

"""What happened around a distributor lately: who joined, what customers bought, what came back, who is near a rank."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from common import spoken
from common.templatetags.portal import counted, volume
from distributors.queries import notice_words, notices, people, sponsor_tree
from sales.queries import news

FEWEST, SHOWN = 3, 6
NEAR = ("near", "near_deeper")


@dataclass(frozen=True, kw_only=True)
class News:
    """One row; `is_new` when it happened after the reader's last visit."""

    name: str
    title: str
    text: str
    link: str
    at: datetime
    when: str = ""
    is_new: bool = False


def rows(
    *,
    person_id: int,
    user_id: int,
    team: QuerySet[Any],
    now: datetime,
    since: datetime | None,
    most: int = SHOWN,
) -> list[dict[str, Any]]:
    """The latest of every kind together, newest first; a fixed number of queries. At most SHOWN, at least FEWEST."""
    found = [
        *_joined(person_id),
        *_bought(person_id, now),
        *_returned(person_id, team, now),
        *_near(person_id, user_id),
    ]
    found.sort(key=lambda one: one.at, reverse=True)
    return [
        {
            "name": one.name,
            "title": one.title,
            "text": one.text,
            "link": one.link,
            "when": spoken.lately(one.at, now=now),
            "is_new": since is not None and one.at > since,
        }
        for one in found[: min(max(most, FEWEST), SHOWN)]
    ]


def _joined(person: int) -> Iterator[News]:
    newest = sponsor_tree.newest(distributor_id=person, limit=SHOWN)
    levels = sponsor_tree.levels_below(distributor_id=person, ids=[one.pk for one in newest])
    sponsors = people.names(ids=[one.sponsor_id for one in newest if one.sponsor_id])
    for one in newest:
        above = sponsors.get(one.sponsor_id or 0)
        text = _("Sponsored by you")
        if above is not None and above.id != person:
            told = _("Under %(sponsor)s, your level %(level)s")
            text = told % {"sponsor": above.name, "level": counted(levels[one.pk])}
        yield News(
            name=one.profile.name,
            title=_("%(name)s joined") % {"name": one.profile.name},
            text=text,
            link=reverse("team-person", args=[one.number]),
            at=one.joined_at,
        )


def _bought(person: int, now: datetime) -> Iterator[News]:
    for one in news.bought(seller_id=person, now=now, limit=SHOWN):
        yield News(
            name=one.customer,
            title=_("%(name)s ordered") % {"name": one.customer},
            text=_("Your customer: %(volume)s for you") % {"volume": volume(one.points, "PV")},
            link=reverse("order", args=[one.number]),
            at=one.at,
        )


def _returned(person: int, team: QuerySet[Any], now: datetime) -> Iterator[News]:
    found = news.returned(seller_id=person, team=team, now=now, limit=SHOWN)
    # Whose order it was is said of those who really stand below, and of the reader.
    below = sponsor_tree.below(distributor_id=person, ids={one.seller_id for one in found})
    named = people.names(ids=[*below, person])
    for one in found:
        seller = named.get(one.seller_id)
        if seller is None:
            continue
        own = one.seller_id == person
        title = (
            _("An order of yours was returned")
            if own
            else _("%(name)s’s order was returned") % {"name": seller.name}
        )
        yield News(
            name=seller.name,
            title=_("An order of yours was returned") if own else title,
            text=volume(-one.points, "PV" if own else "GV"),
            link=reverse("team-person", args=[seller.number])
            if not own
            else reverse("order", args=[one.order]),
            at=one.at,
        )


def _near(person: int, user: int) -> Iterator[News]:
    found = notices.of_person(user_id=user, kinds=NEAR)[:SHOWN]
    for one in notices.told(notices=found, viewer_id=person):
        if one.about is None:
            continue
        said = notice_words.said(notice=one)
        yield News(
            name=one.about.name,
            title=said.title,
            text=said.text,
            link=reverse("team-person", args=[one.about.number]),
            at=one.created_at,
        )

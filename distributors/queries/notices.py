"""What a person is told of, and how they want to be."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from distributors.models import MailRhythm, Notice, NoticeChoice, User
from distributors.queries import people, sponsor_tree
from distributors.queries.notice_kinds import KINDS

MOST_COUNTED = 99


@dataclass(frozen=True, kw_only=True)
class Told:
    """One notice as its reader may see it: who it is about has a name only while the reader stands above them."""

    id: int
    kind: str
    about: people.PersonName | None
    level: int
    reference: str
    number: int | None
    created_at: datetime
    is_read: bool


@dataclass(frozen=True, kw_only=True)
class Choices:
    """How a person is told: by kind whether on the portal and whether by mail, and the rhythm of mail."""

    in_portal: frozenset[str]
    by_mail: frozenset[str]
    rhythm: str


def unread_count(*, user_id: int) -> int:
    """How many notices wait to be read, counted up to one more than MOST_COUNTED."""
    unread = Notice.objects.filter(user_id=user_id, in_portal=True, read_at__isnull=True)
    return unread[: MOST_COUNTED + 1].count()


def of_person(*, user_id: int, kinds: Collection[str] = (), unread: bool = False) -> QuerySet[Notice]:
    """A person's notices, newest first; pass a page of them to `told`."""
    found = Notice.objects.filter(user_id=user_id, in_portal=True)
    if kinds:
        found = found.filter(kind__in=kinds)
    if unread:
        found = found.filter(read_at__isnull=True)
    return found.order_by("-created_at", "-pk")


def told(*, notices: Iterable[Notice], viewer_id: int | None) -> list[Told]:
    """The notices of one reader, in two queries however many there are.

    `viewer_id` is the distributor who reads. Whether they stand above somebody is decided now, by walking up.
    """
    rows = list(notices)
    asked = {row.about_id for row in rows if row.about_id}
    levels = sponsor_tree.levels_below(distributor_id=viewer_id, ids=sorted(asked)) if viewer_id else {}
    names = people.names(ids=levels) if levels else {}
    return [
        Told(
            id=row.pk,
            kind=row.kind,
            about=names.get(row.about_id or 0),
            level=levels.get(row.about_id or 0, 0),
            reference=row.reference,
            number=row.number,
            created_at=row.created_at,
            is_read=row.read_at is not None,
        )
        for row in rows
    ]


def choices(*, user_id: int) -> Choices:
    """How a person is told, their choices laid over the defaults."""
    portal = {kind for kind, about in KINDS.items() if about.in_portal}
    mail = {kind for kind, about in KINDS.items() if about.by_mail}
    for one in NoticeChoice.objects.filter(user_id=user_id):
        (portal.add if one.in_portal else portal.discard)(one.kind)
        (mail.add if one.by_mail else mail.discard)(one.kind)
    rhythm = MailRhythm.objects.filter(user_id=user_id).values_list("rhythm", flat=True).first()
    return Choices(
        in_portal=frozenset(portal), by_mail=frozenset(mail), rhythm=rhythm or MailRhythm.Rhythm.AT_ONCE
    )


def is_login(*, user_id: int) -> bool:
    """Whether this login is there and in use."""
    return User.objects.filter(pk=user_id, is_active=True).exists()

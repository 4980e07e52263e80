"""How a person wants to be told: on the portal, by mail, how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.db import transaction

from distributors.models import MailRhythm, Notice, NoticeChoice
from distributors.operations.notices import mailing
from distributors.queries.notice_kinds import KINDS

SALT = "mail about notices"
EVERYTHING = ""


class BadToken(ValueError):
    """Not a link of ours."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Where a person is told of one kind of thing."""

    in_portal: bool
    by_mail: bool


def choose(*, user_id: int, choices: Mapping[str, Choice], rhythm: str, now: datetime) -> None:
    """Keep what a person has chosen. Mail that waits is sent by the new rhythm; of kinds no longer wanted, never.

    Raises ValueError for an unknown kind or rhythm.
    """
    if rhythm not in MailRhythm.Rhythm.values or not choices.keys() <= KINDS.keys():
        raise ValueError("There is no such kind or rhythm")
    waiting = Notice.objects.filter(user_id=user_id, mail_at__isnull=False)
    with transaction.atomic():
        for kind, choice in choices.items():
            wanted = {"in_portal": choice.in_portal, "by_mail": choice.by_mail}
            NoticeChoice.objects.update_or_create(user_id=user_id, kind=kind, defaults=wanted)
        MailRhythm.objects.update_or_create(user_id=user_id, defaults={"rhythm": rhythm})
        unwanted = [kind for kind, choice in choices.items() if not choice.by_mail]
        waiting.filter(kind__in=unwanted).update(mail_at=None)
        waiting.update(mail_at=mailing(rhythm=rhythm, now=now))


def token(*, user_id: int, kind: str) -> str:
    """What a link carries that stops mail about a kind (or EVERYTHING): signed, and good for ever."""
    return signing.dumps([user_id, kind], salt=SALT)


def read_token(*, text: str) -> tuple[int, str]:
    """The login and the kind a link is about. Raises BadToken."""
    try:
        found = signing.loads(text, salt=SALT)
    except signing.BadSignature as error:
        raise BadToken from error
    return int(found[0]), str(found[1])


def stop_mail(*, user_id: int, kind: str, again: bool = False) -> None:
    """No more mail about a kind, or about everything; with `again`, mail about it once more.

    Nothing happens for a login that is gone, and the notices on the portal stay as they are.
    """
    kinds = [kind] if kind in KINDS else list(KINDS)
    with transaction.atomic():
        for one in kinds:
            portal = KINDS[one].in_portal
            NoticeChoice.objects.update_or_create(
                user_id=user_id,
                kind=one,
                defaults={"by_mail": again},
                create_defaults={"by_mail": again, "in_portal": portal},
            )
        if not again:
            Notice.objects.filter(user_id=user_id, kind__in=kinds, mail_at__isnull=False).update(mail_at=None)

"""Notices by mail: a job gathers what is due for each person into one letter, some hundred people at a time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import ngettext

from common import mail
from common.operations import jobs, outbox
from distributors.models import Distributor, Notice, User
from distributors.operations.notice_choices import EVERYTHING, token
from distributors.queries import notices
from distributors.queries.notice_words import Said, said

JOB, SUBJECT = "notice-mail", "due"
AT_A_TIME = 200
# After so many people other jobs have their turn.
IN_ONE_JOB = 25
SHOWN = 20


def request(*, now: datetime) -> None:
    """Make the writing of letters due where a notice waits to be mailed by now. The tick asks."""
    if Notice.objects.filter(mail_at__lte=now).exists():
        jobs.enqueue(kind=JOB, subject=SUBJECT, due_at=now, now=now)


def write(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of the job. Letters are in the outbox and their notices done in one transaction, or neither."""
    for part in range(IN_ONE_JOB):
        progress(subject, part, IN_ONE_JOB)
        if not _some(now):
            jobs.forget(kind=JOB, before=now - timedelta(days=1))
            return False
    # Another job, so that whatever waits behind this one is worked on first.
    jobs.enqueue(kind=JOB, subject=SUBJECT, due_at=now + timedelta(seconds=1), now=now)
    return False


def _some(now: datetime) -> bool:
    """Letters to the next few hundred people; False when nobody is left."""
    due = Notice.objects.filter(mail_at__lte=now)
    # By moment, so that a heap of statements does not keep back what has waited longer.
    first = due.order_by("mail_at", "user_id").values_list("user_id", flat=True)[:AT_A_TIME]
    people = list(dict.fromkeys(first))
    if not people:
        return False
    with transaction.atomic():
        mine = list(
            due.filter(user_id__in=people).select_for_update().order_by("user_id", "-created_at", "-pk")
        )
        by_person = defaultdict(list)
        for notice in mine:
            by_person[notice.user_id].append(notice)
        outbox.enqueue_many(letters=_letters(by_person), now=now)
        Notice.objects.filter(pk__in=[notice.pk for notice in mine]).update(mail_at=None)
    return True


def _letters(by_person: dict[int, list[Notice]]) -> list[tuple[str, dict[str, Any]]]:
    """A letter for each person who still may have one, under a key that says what it holds."""
    logins = dict(User.objects.filter(pk__in=by_person, is_active=True).values_list("pk", "email"))
    rows = Distributor.objects.order_by().filter(profile__user_id__in=logins)
    standing = {
        user: (pk, status) for user, pk, status in rows.values_list("profile__user_id", "pk", "status")
    }
    letters = []
    for user_id, found in by_person.items():
        viewer, status = standing.get(user_id, (None, Distributor.Status.GOOD))
        if user_id not in logins or status != Distributor.Status.GOOD:
            continue
        key = f"notices:{user_id}:{max(notice.pk for notice in found)}"
        letters.append((key, _letter(user_id, viewer, logins[user_id], found)))
    return letters


def _letter(user_id: int, viewer: int | None, address: str, found: Sequence[Notice]) -> dict[str, Any]:
    words = [said(notice=one) for one in notices.told(notices=found[:SHOWN], viewer_id=viewer)]
    kinds = {notice.kind for notice in found}
    about = kinds.pop() if len(kinds) == 1 else EVERYTHING
    stop = settings.SITE_URL + reverse("mail-stop", args=[token(user_id=user_id, kind=about)])
    context = {
        "words": words,
        "more": max(0, len(found) - SHOWN),
        "site": settings.SITE_URL,
        "company": settings.COMPANY_NAME,
        "stop": stop,
        "choose": settings.SITE_URL + reverse("notice-choices"),
    }
    return mail.letter(
        to=address,
        subject=_subject(words, len(found)),
        body=render_to_string("emails/notices.txt", context),
        # A mail program shows "unsubscribe" for these, and one press of it sends a POST (RFC 8058).
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _subject(words: Sequence[Said], count: int) -> str:
    if count == 1:
        return words[0].title
    told = ngettext("%(n)s piece of news from %(company)s", "%(n)s pieces of news from %(company)s", count)
    return told % {"n": count, "company": settings.COMPANY_NAME}

"""Mail as rows: written in the transaction that makes it due, sent by a job, tried again when the server is away.

A letter has a key that says what it is about, so that the same thing is never enqueued twice. Whoever tries a letter
first moves its due moment by a conditional update: nobody else tries it meanwhile. A process that dies between the
server's yes and the row's being marked sends it again under the same Message-ID, by which mail programs know it.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from common.models import Letter
from common.operations import jobs
from common.operations.failpoints import failpoint

log = logging.getLogger(__name__)

JOB, SUBJECT = "outbox", "mail"
AT_A_TIME = 50
# A try is over within the mail server's own time limit; then somebody else may try.
HOLD = timedelta(minutes=2)
PAUSE, LONGEST_PAUSE = timedelta(seconds=30), timedelta(hours=2)
MOST_ATTEMPTS = 12  # over about twelve hours
LONGEST_ERROR = 500
# Keys are kept so that nothing is sent twice; letters that could not be sent, so that somebody may find out why.
KEPT, KEPT_UNSENT = timedelta(days=400), timedelta(days=30)
Send = Callable[[str, Mapping[str, Any]], None]
_senders: list[Send] = []


class NoSender(LookupError):
    """Nobody has said how mail is sent."""


def send_with(*, sender: Send) -> None:
    """Tell how a letter is sent; told once, when an app is ready."""
    _senders[:] = [sender]


def enqueue(*, key: str, content: Mapping[str, Any], now: datetime) -> bool:
    """Write a letter to be sent. False when there is one with this key already.

    Call it in the transaction that makes it due: with that, it comes to be or does not.
    """
    try:
        with transaction.atomic():
            Letter.objects.create(key=key, content=dict(content), due_at=now, created_at=now)
    except IntegrityError:
        return False
    request(now=now)
    return True


def enqueue_many(*, letters: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> None:
    """Write many letters, each with its key and content; those whose key is there already are left as they are."""
    rows = [Letter(key=key, content=dict(content), due_at=now, created_at=now) for key, content in letters]
    Letter.objects.bulk_create(rows, ignore_conflicts=True)
    request(now=now)


def request(*, now: datetime) -> None:
    """Make the sending due, where something waits to be sent by now. The tick asks too."""
    if Letter.objects.filter(state=Letter.State.DUE, due_at__lte=now).exists():
        jobs.enqueue(kind=JOB, subject=SUBJECT, due_at=now, now=now)


def deliver(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of the job: try what is due, a few letters at a time; True while more is due."""
    due = Letter.objects.filter(state=Letter.State.DUE, due_at__lte=now).order_by("due_at", "pk")
    keys = list(due.values_list("pk", flat=True)[:AT_A_TIME])
    for done, pk in enumerate(keys):
        progress(subject, done, len(keys))
        _try(pk, now)
    jobs.forget(kind=JOB, before=now - timedelta(days=1))
    return len(keys) == AT_A_TIME


def forget(*, now: datetime) -> None:
    """Delete what was sent long ago, and what was in letters that were given up."""
    Letter.objects.filter(state=Letter.State.SENT, finished_at__lt=now - KEPT).delete()
    given_up = Letter.objects.filter(state=Letter.State.FAILED, finished_at__lt=now - KEPT_UNSENT)
    given_up.exclude(content={}).update(content={})


def drop(*, beginning: str) -> None:
    """Delete the letters whose keys begin like this: sent, waiting or given up."""
    Letter.objects.filter(key__startswith=beginning).delete()


def message_id(*, key: str) -> str:
    """What names a letter to mail programs: the same for every try."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _try(pk: int, now: datetime) -> None:
    mine = Letter.objects.filter(pk=pk, state=Letter.State.DUE, due_at__lte=now)
    if not mine.update(due_at=now + HOLD, attempts=F("attempts") + 1):
        return  # Somebody else tries it.
    letter = Letter.objects.get(pk=pk)
    failpoint("outbox.claimed")
    try:
        _sender()(letter.key, letter.content)
    except Exception as error:  # noqa: BLE001 - whatever a mail server's client raises
        log.warning("The letter %s could not be sent: %s", pk, error)
        _again(letter, now, error)
        return
    failpoint("outbox.sent")
    Letter.objects.filter(pk=pk).update(
        # What was in it is nobody's business any more.
        state=Letter.State.SENT, finished_at=now, content={}, error=""
    )  # fmt: skip


def _again(letter: Letter, now: datetime, error: Exception) -> None:
    """Later, after a pause that doubles; never again after the last attempt."""
    over = letter.attempts >= MOST_ATTEMPTS
    pause = min(PAUSE * 2 ** (letter.attempts - 1), LONGEST_PAUSE)
    Letter.objects.filter(pk=letter.pk).update(
        state=Letter.State.FAILED if over else Letter.State.DUE,
        due_at=now + pause,
        finished_at=now if over else None,
        error=f"{type(error).__name__}: {error}"[:LONGEST_ERROR],
    )


def _sender() -> Send:
    if not _senders:
        raise NoSender
    return _senders[0]

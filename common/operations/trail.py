"""The audit trail, which only grows: each entry is written in the transaction of what it tells, and follows the last.

One writer at a time: the lock is held until the transaction ends. So an entry is the last thing that a transaction
does. Who comes after it with further locks would wait for somebody who waits for the trail; and who works long after
it would hold everybody up. What has several things to tell, or calls what tells something, does so under `at_the_end`.
"""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from common import trail
from common.models import TrailEntry
from common.trail import NOTHING, Saying, What

LOCK = 0x61756474  # "audt"
AT_A_TIME = 500


class NotInATransaction(RuntimeError):
    """An entry and what it tells are one transaction."""

    def __init__(self) -> None:
        super().__init__("An entry of the audit trail is written in the transaction of what it tells")


class _Waiting(threading.local):
    sayings: list[Saying] | None = None


_waiting = _Waiting()


def write(*sayings: Saying) -> None:
    """Add entries to the trail, now or at the end of the block of `at_the_end`. Raises NotInATransaction."""
    if not connection.in_atomic_block:
        raise NotInATransaction
    if _waiting.sayings is None:
        _append(sayings)
    else:
        _waiting.sayings.extend(sayings)


@contextmanager
def at_the_end() -> Iterator[None]:
    """A transaction whose entries are written when all else is done; within another such block, at the end of that.
    What fails leaves no entry behind."""
    outer = _waiting.sayings
    if outer is not None:
        before = len(outer)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            del outer[before:]
            raise
        return
    with transaction.atomic():
        found: list[Saying] = []
        _waiting.sayings = found
        try:
            yield
        finally:
            _waiting.sayings = None
        if found:
            _append(found)


def begin(*, taken_over: Iterable[Saying], now: datetime) -> bool:
    """Begin an empty trail with what stands already, each as it is found now; False when there is a trail."""
    with transaction.atomic():
        _lock()
        if TrailEntry.objects.exists():
            return False
        found = list(taken_over)
        first = Saying(what=What.BEGINS, kind="trail", key="1", at=now, facts={"taken_over": len(found)})
        _append([first, *found])
    return True


def _append(sayings: Sequence[Saying]) -> None:
    _lock()
    last, previous = _last()
    signed_with, key = trail.keys()[0]
    rows = []
    for number, saying in enumerate(sayings, start=last + 1):
        if "\n" in saying.kind + saying.key:
            raise ValueError("No part of an entry of the trail has more than one line")
        said: dict[str, Any] = {
            "number": number,
            "at": saying.at,
            "what": saying.what.value,
            "who": saying.who,
            "kind": saying.kind,
            "key": saying.key,
            "facts": trail.canonical(facts=saying.facts),
            "signed_with": signed_with,
        }
        sealed = trail.sealed(said=trail.text(**said), previous=previous, key=key)
        rows.append(TrailEntry(**said, previous=previous, hash=sealed))
        previous = sealed
    TrailEntry.objects.bulk_create(rows, batch_size=AT_A_TIME)


def _last() -> tuple[int, str]:
    return TrailEntry.objects.order_by("-number").values_list("number", "hash").first() or (0, NOTHING)


def _lock() -> None:
    """On SQLite whoever writes is alone already."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])

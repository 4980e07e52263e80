"""Holding the stored tree against the truth, and keeping what was found where every reader of intervals looks."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import connection, transaction

from distributors.models import Carrying, TreeHealth
from distributors.tree import carrying, health
from distributors.tree.lock import writing

MOST_KEPT = 20


def problems() -> list[str]:
    """Where labels differ from sponsor_id, as sentences; empty when the tree is sound.

    While a great team is being carried its labels are known to be behind, and nobody reads them: then only
    sponsor_id itself is looked at.
    """
    with _one_view():
        return health.circles() if Carrying.objects.exists() else health.problems()


@contextmanager
def _one_view() -> Iterator[None]:
    """Both questions see one state: a great move that begins between them would look like damage.

    On PostgreSQL alone; on SQLite a transaction would keep everybody from writing for as long as the check takes.
    """
    if connection.in_atomic_block or connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def check(*, now: datetime) -> list[str]:
    """The same once every team has arrived; what is found is kept.

    From then on, until a check is green again, downlines are walked and nobody is moved. Raises TreeBusy.
    """
    carrying.finish()
    found = problems()
    if found:
        # A move may have begun between the questions: nobody writes while it is asked again.
        with writing():
            found = problems()
            _keep(found, now)
    else:
        _keep([], now)
    return found


def repair(*, now: datetime) -> list[str]:
    """Numbers every tree anew from sponsor_id, under the lock, and checks it; what is still wrong.

    Sponsors and their history are not changed. Raises SponsorCircle, TreeBusy.
    """
    with writing():
        health.rebuild()
        return check(now=now)


def _keep(found: list[str], now: datetime) -> None:
    TreeHealth.objects.update_or_create(
        pk=TreeHealth.ONLY,
        defaults={"sound": not found, "checked_at": now, "problems": found[:MOST_KEPT]},
    )

"""One writer of the tree at a time."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

from distributors.tree.forest import SPONSORS, Forest, Lock

WAIT_MS = 3_000
# lock_not_available, deadlock_detected: for the tree's lock, or for a row somebody else holds. All is rolled
# back.
WAITED_IN_VAIN = {"55P03", "40P01"}


class TreeBusy(RuntimeError):
    """Somebody else has been writing the tree for longer than we wait; nothing was written, try again."""

    def __init__(self) -> None:
        super().__init__(
            "Many people are joining at this moment. Nothing was lost; please try again in a minute."
        )


class TreeUnsound(TreeBusy):
    """The last check was red: nobody is moved by labels that may be wrong. `manage.py repair_tree` ends it."""

    def __init__(self) -> None:
        RuntimeError.__init__(
            self, "The company's tree is being put in order. Nothing was lost; please try again later."
        )


@contextmanager
def writing(forest: Forest = SPONSORS) -> Iterator[None]:
    """One transaction with the tree's lock taken first. May be nested; the lock lasts until the outermost
    commit.

    On PostgreSQL an advisory lock of the transaction, on SQLite the write lock that BEGIN IMMEDIATE takes.
    Raises TreeBusy when the lock does not come within three seconds (SQLite: its own timeout).
    """
    entered = False
    try:
        with transaction.atomic():
            take_lock(forest.lock)
            entered = True
            yield
    except OperationalError as error:
        if _is_waiting_too_long(error, entered=entered):
            raise TreeBusy from error
        raise


def take_lock(key: Lock = SPONSORS.lock) -> None:
    """Waits at most three seconds; the same limit then holds for row locks of this transaction."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(key))
        cursor.execute(
            f"SELECT set_config('lock_timeout', %s, true), pg_advisory_xact_lock({marks})",
            [f"{WAIT_MS}ms", *key],
        )


def _is_waiting_too_long(error: OperationalError, *, entered: bool) -> bool:
    if connection.vendor == "postgresql":
        return getattr(error.__cause__, "sqlstate", "") in WAITED_IN_VAIN
    # Once inside, SQLite has no second writer to wait for.
    return not entered and "locked" in str(error)

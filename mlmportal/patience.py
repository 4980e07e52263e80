"""How long a page may wait for the database. Workers may wait as long as their work takes: they do not pass here."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

# A statement, a lock that somebody else has, and a transaction in which nothing is asked any more; milliseconds.
LIMITS = {
    "statement_timeout": 10_000,
    "lock_timeout": 3_000,
    "idle_in_transaction_session_timeout": 60_000,
}


def be_impatient() -> None:
    """Let no request of this process hold a connection for longer: called by the web server alone."""
    connection_created.connect(limit, dispatch_uid="patience")


def limit(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """SQLite waits for its one writer as long as its own time limit says."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        for name, milliseconds in LIMITS.items():
            cursor.execute(f"SET {name} = {milliseconds:d}")

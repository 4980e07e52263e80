"""Places where a test may break the program. Nothing happens unless the environment names the place."""

import os
import signal
import time
from pathlib import Path

from django.db import connection

SLOW = 3.0  # seconds
PATIENCE = 60.0  # seconds


class Broken(RuntimeError):
    """Raised where FAILPOINT says `<place>:raise`."""


def failpoint(place: str) -> None:
    """Break here as FAILPOINT says: `<place>:kill`, `:raise`, `:lose` (the connection), `:slow`, or `:hold` until there
    is a file where FAILPOINT_UNTIL says; else do nothing."""
    wanted = os.environ.get("FAILPOINT")
    if not wanted or wanted.rpartition(":")[0] != place:
        return
    if wanted.endswith(":kill"):
        os.kill(os.getpid(), signal.SIGKILL)
    if wanted.endswith(":slow"):
        time.sleep(SLOW)
        return
    if wanted.endswith(":hold"):
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and not Path(os.environ["FAILPOINT_UNTIL"]).exists():
            time.sleep(0.05)
        return
    if wanted.endswith(":lose"):
        lose_connection()
        return
    raise Broken(place)


def lose_connection() -> None:
    """The database hangs up on us: PostgreSQL says so now, SQLite's file at the next statement."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    elif connection.connection is not None:
        connection.connection.close()

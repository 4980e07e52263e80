"""Times, rows rewritten and bytes of write-ahead log of one kind of work."""

import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.db import OperationalError, connection

LEAST = 3
PATIENCE_S = 60


@dataclass(frozen=True, slots=True)
class Figure:
    """A measured value; `times` says how often it was measured, `note` what a reader must know."""

    value: float | None
    unit: str
    times: int = 1
    note: str = ""

    def plain(self) -> dict[str, Any]:
        return asdict(self)


def timed(work: Callable[..., Any], calls: Iterable[tuple[Any, ...]], *, budget: float) -> list[float]:
    """Milliseconds of each call, until the budget (seconds) is used up; three calls, where four budgets allow them.

    A statement that takes longer than a minute ends the measurement: then the list is empty.
    """
    began, taken = time.perf_counter(), []
    with connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = '{PATIENCE_S}s'")
    try:
        for arguments in calls:
            before = time.perf_counter()
            work(*arguments)
            taken.append((time.perf_counter() - before) * 1000)
            if time.perf_counter() - began > (budget if len(taken) >= LEAST else 4 * budget):
                break
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != "57014":
            raise
        taken = []
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    return taken


def share(taken: list[float], percent: int) -> Figure:
    """The time that so many of a hundred calls did not exceed."""
    if not taken:
        return Figure(None, "ms", 0, f"a statement took more than {PATIENCE_S} s")
    at = min(len(taken) - 1, len(taken) * percent // 100)
    return Figure(sorted(taken)[at], "ms", len(taken))


class Meter:
    """Rows a table's updates touched, and bytes of write-ahead log, since the block began."""

    def __init__(self, table: str) -> None:
        self.table = table
        self.rows, self.bytes = 0, 0

    def __enter__(self) -> "Meter":
        self.before = self._read()
        return self

    def __exit__(self, *error: object) -> None:
        now = self._read()
        self.rows, self.bytes = now[0] - self.before[0], now[1] - self.before[1]

    def _read(self) -> tuple[int, int]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute("SELECT 1")
            cursor.execute(
                "SELECT coalesce((SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = %s), 0), "
                "pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint",
                [self.table],
            )
            return tuple(cursor.fetchone())

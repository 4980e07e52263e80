"""Tables of PostgreSQL that hold rows of one run and are partitions of nothing yet: written bare, then indexed, then
made a part of the table they are like, which takes a moment: pages read on.
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

import re
import time
from collections.abc import Mapping, Sequence

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable, QueryCanceled

from commissions.operations import guards
from common.operations import tables
from common.operations.tables import Column

# Megabytes to sort an index in: for most tables, and for those of more rows than fit into that.
SMALL, GREAT = 256, 1024
MANY = 4_000_000
# How long whoever reads may wait behind one try to keep everybody out, how long they are let through before the next,
# and when it is left. The first in milliseconds: nobody waits long enough behind it to look for a deadlock.
A_TRY, BETWEEN_S, PATIENCE_S = 100, 0.3, 3.0


class Dangling(RuntimeError):
    """Rows of a run point to something that is not there. Nothing was stored."""


class Busy(RuntimeError):
    """Somebody has been reading these tables all the while: a backup, perhaps. Nothing was dropped."""


def name_of(*, table: str, run_id: int, part: int | None = None) -> str:
    """The table of a run's rows, or one part of it."""
    return f"{table}_run{int(run_id)}" + ("" if part is None else f"_part{int(part)}")


def exists(*, name: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [name])
        return bool(cursor.fetchone()[0])


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def keep_out(*, partitions: Sequence[str], of: Sequence[str]) -> None:
    """Let nobody else so much as read these partitions, nor the tables they are of, until the transaction ends, which
    should be soon: one that holds nothing else that others wait for. Raises Busy.

    A lock that is waited for lets nobody past who comes later: behind one long reader all pages would wait. So all
    together are tried for a moment, given up, and tried again.
    """
    names = ", ".join([*(f"ONLY {table}" for table in of), *partitions])
    deadline = time.monotonic() + PATIENCE_S
    while not _kept_out(names):
        if time.monotonic() > deadline:
            raise Busy(names)
        time.sleep(BETWEEN_S)


def _kept_out(names: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('statement_timeout')")
            before = cursor.fetchone()[0]
            # Not lock_timeout, which is for each of the tables.
            cursor.execute(f"SET LOCAL statement_timeout = {A_TRY:d}")
            cursor.execute(f"LOCK TABLE {names} IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled | LockNotAvailable):
            return False
        raise
    return True


def keeps_out(*, tables: Sequence[str]) -> bool:
    """Whether this transaction lets nobody else read one of these tables, having dropped partitions of it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
            "WHERE l.pid = pg_backend_pid() AND l.mode = 'AccessExclusiveLock' AND l.granted AND c.relname = ANY(%s))",
            [list(tables)],
        )
        return bool(cursor.fetchone()[0])


def is_partition(*, name: str) -> bool:
    """Whether a table is a partition."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT relispartition FROM pg_class WHERE oid = to_regclass(%s)", [name])
        return any(cursor.fetchone() or ())


def left_behind(*, names: str, run_id: int | None = None) -> list[tuple[str, int]]:
    """Tables named as partitions of runs are, of which none is one, and the runs; `names` are those of their tables,
    with | between them."""
    run = "[0-9]+" if run_id is None else f"{int(run_id)}"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, substring(relname FROM '_run([0-9]+)(_part[0-9]+)?$')::bigint FROM pg_class "
            "WHERE relkind IN ('r', 'p') AND NOT relispartition AND relnamespace = current_schema()::regnamespace "
            f"AND relname ~ '^({names})_run{run}(_part[0-9]+)?$' ORDER BY relname"
        )
        return [(str(part), int(found)) for part, found in cursor.fetchall()]


def write(
    *, name: str, like: str, run_id: int, columns: Mapping[str, Column], bounds: str = "", alone: bool = True
) -> int:
    """A table like a partition, that is none yet: rows, keys and indexes; and how many rows. `bounds` is what else is
    true of them all. Unless it is `alone`, the server's processors are left to others who write."""
    count = tables.len_of(next(iter(columns.values())))
    execute(
        f"DROP TABLE IF EXISTS {name}",
        f"CREATE TABLE {name} (LIKE {like} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"ALTER TABLE {name} ADD CONSTRAINT {name}_run CHECK (run_id = {run_id:d})",
        *([f"ALTER TABLE {name} ADD CONSTRAINT {name}_bounds CHECK ({bounds})"] if bounds else []),
        f"SET LOCAL maintenance_work_mem = '{GREAT if count > MANY else SMALL}MB'",
        *([] if alone else ["SET LOCAL max_parallel_maintenance_workers = 0"]),
    )
    # An index of few rows, if any, is kept up while rows come: it costs less than reading them all again for it.
    execute(*_indexes(like, name, of_few=True))
    tables.write(table=name, columns={"run_id": tables.constant(run_id, count), **columns}, fresh=True)
    execute(*_indexes(like, name, of_few=False), f"ANALYZE {name}")
    return count


def gather(*, name: str, like: str, parts: Mapping[str, str]) -> None:
    """A table like a partition, that is none yet, of these tables, each with the ids it holds as PostgreSQL writes
    bounds."""
    execute(
        f"CREATE TABLE {name} (LIKE {like} INCLUDING DEFAULTS INCLUDING CONSTRAINTS) PARTITION BY RANGE (id)",
        *_indexes(like, name, of_few=True),
        *_indexes(like, name, of_few=False),
    )
    for part, values in parts.items():
        execute(f"ALTER TABLE {name} ATTACH PARTITION {part} FOR VALUES {values}")
        execute(f"ALTER TABLE {part} DROP CONSTRAINT {part}_bounds")


def attach(*, name: str, to: str, run_id: int) -> None:
    """The table, and the parts it was gathered of, become the run's rows, and are guarded by every name."""
    parts = _parts_of(name)
    execute(f"ALTER TABLE {to} ATTACH PARTITION {name} FOR VALUES IN ({run_id:d})")
    for held in parts or (name,):
        execute(f"ALTER TABLE {held} DROP CONSTRAINT {held}_run")
    for named in (name, *parts):
        guards.install_on(table=named)


def _parts_of(name: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT part.relname FROM pg_inherits held JOIN pg_class part ON part.oid = held.inhrelid "
            "WHERE held.inhparent = %s::regclass ORDER BY part.relname",
            [name],
        )
        return [str(part) for (part,) in cursor.fetchall()]


def prove(*, name: str, references: Mapping[str, str]) -> None:
    """Raise Dangling where a column leads to what is not there.

    The least of all is asked for, not any one: of one PostgreSQL thinks that it is found soon, and would look for each
    row's target by itself, sixty million times."""
    for column, target in references.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT min({column}) FROM {name} p WHERE {column} IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = p.{column})"
            )
            lost = cursor.fetchone()[0]
            if lost is not None:
                raise Dangling(f"{column} {lost} of {name} is not in {target}")


def _indexes(table: str, name: str, *, of_few: bool) -> list[str]:
    """What gives a bare table the keys and indexes of another: those of all rows, or those of some."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_get_constraintdef(c.oid), ''), pg_get_indexdef(i.indexrelid) FROM pg_index i "
            "LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid "
            "WHERE i.indrelid = %s::regclass AND (i.indpred IS NOT NULL) = %s ORDER BY i.indexrelid",
            [table, of_few],
        )
        found = cursor.fetchall()
    return [
        f"ALTER TABLE {name} ADD {constraint}" if constraint else _index_on(name, definition)
        for constraint, definition in found
    ]


def _index_on(name: str, definition: str) -> str:
    """The definition of a table's index, for another: without a name, which the database gives."""
    return re.sub(r"^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+ ", rf"CREATE \1INDEX ON {name} ", definition)

"""What a run writes by the million: on PostgreSQL one partition a run, on SQLite rows like any others.

A partition is written bare, then indexed, then proved against what its rows point to, and only then attached, which
takes a moment: pages read on. Dropping a draft of five million lines is dropping its partitions.

Of a great run the lines are written by one connection and all else by another, at the same time (docs/decisions/0008).
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection, models, transaction

from commissions.models import Carried, Line, Run, Snapshot, StatementItem
from commissions.operations import guards
from common.operations import tables
from common.operations.tables import Column

OF_RUNS: tuple[type[models.Model], ...] = (Line, StatementItem, Snapshot, Carried)
# What is proved of a partition before it is attached, since no foreign key does: its columns, and where they lead.
REFERENCES: Mapping[type[models.Model], Mapping[str, str]] = {
    Snapshot: {"distributor_id": "distributors_distributor"},
    Line: {"order_line_id": "sales_orderline"},
}


class Dangling(RuntimeError):
    """Rows of a run point to something that is not there. Nothing was stored."""


GREAT, HUGE = 100_000, 10_000_000

Rows = Callable[[], Mapping[str, Column]]  # columns of millions of rows are made when it is their turn


def store(*, run_id: int, model: type[models.Model], columns: Mapping[str, Column]) -> int:
    """Write all rows of a run to a table at once, and return how many. Belongs into a transaction. Raises Dangling.

    `columns` are columns of the database without the key and the run.
    """
    table, count = model._meta.db_table, tables.len_of(next(iter(columns.values())))
    if connection.vendor == "postgresql" and count:
        _write_bare(model, run_id, columns, count)
        _attach(model, run_id)
        return count
    whole = {"run_id": tables.constant(run_id, count), **columns}
    with guards.asked_once(table=table, run_id=run_id):
        return tables.write(table=table, columns=whole)


@contextmanager
def beside(*, run_id: int, parts: Mapping[type[models.Model], Rows]) -> Iterator[None]:
    """Write these tables on a connection of its own while the block goes on; they become the run's when it has ended.
    Belongs into a transaction that nobody has begun before it and that nothing was dropped in. Raises Dangling.

    The other connection commits tables that belong to nothing yet. When this transaction, or all of the process, comes
    to nothing, they are left behind: whoever stores the run next drops them, and so does `sweep`.
    """
    with ThreadPoolExecutor(max_workers=1) as pool:
        written = pool.submit(_write_all_bare, run_id, parts)
        yield
    for model in written.result():
        _attach(model, run_id)


def may_be_beside(*, run_id: int) -> bool:
    """Whether a run's tables may be written by two connections: on PostgreSQL, in a transaction that is not a part of
    another, and when nothing of the run is there to be dropped first, which the other connection would wait for."""
    return (
        connection.vendor == "postgresql"
        and len(connection.atomic_blocks) == 1
        and not any(_exists(_name(model._meta.db_table, run_id)) for model in OF_RUNS)
    )


def sweep() -> list[str]:
    """Drop what was written beside and became no run's; the names of what was dropped.

    Whoever is storing a run holds its row: what belongs to such a run is left alone. So is what carries the name of a
    run that is final: somebody has taken its rows out of its table, and they may be all that is left of them.
    """
    dropped: list[str] = []
    if connection.vendor != "postgresql":
        return dropped
    for part, run_id in _left_behind():
        with transaction.atomic():
            free = Run.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk=run_id).first()
            stored = free is None and Run.objects.filter(pk=run_id).exists()
            final = free is not None and free.state in (Run.State.FINAL, Run.State.POSTED)
            # Whoever held the row until now may have made it a partition.
            if not stored and not final and part in dict(_left_behind()):
                _execute(f"DROP TABLE {part}")
                dropped.append(part)
    return dropped


def _left_behind() -> list[tuple[str, int]]:
    """Tables named as a run's partitions are, of which none is one; and the runs."""
    names = "|".join(model._meta.db_table for model in OF_RUNS)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, substring(relname FROM '_run([0-9]+)$')::bigint FROM pg_class "
            "WHERE relkind = 'r' AND NOT relispartition AND relnamespace = current_schema()::regnamespace "
            f"AND relname ~ '^({names})_run[0-9]+$' ORDER BY relname"
        )
        return [(str(part), int(run_id)) for part, run_id in cursor.fetchall()]


def _write_all_bare(run_id: int, parts: Mapping[type[models.Model], Rows]) -> list[type[models.Model]]:
    """In a thread, which has a connection of its own; the tables that have rows."""
    written = []
    try:
        for model, rows in parts.items():
            columns = rows()
            count = tables.len_of(next(iter(columns.values())))
            if count:
                with transaction.atomic():
                    _write_bare(model, run_id, columns, count)
                written.append(model)
    finally:
        connection.close()
    return written


def _write_bare(model: type[models.Model], run_id: int, columns: Mapping[str, Column], count: int) -> None:
    """A table like a partition, that is none yet: rows, keys and indexes, and the proof of what they point to."""
    table = model._meta.db_table
    part = _name(table, run_id)
    _execute(
        f"DROP TABLE IF EXISTS {part}",
        f"CREATE TABLE {part} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"ALTER TABLE {part} ADD CONSTRAINT {part}_run CHECK (run_id = {run_id})",
        f"SET LOCAL maintenance_work_mem = '{1024 if count > HUGE else 256}MB'",
    )
    tables.write(table=part, columns={"run_id": tables.constant(run_id, count), **columns}, fresh=True)
    _execute(*_indexes(table, part), f"ANALYZE {part}")
    _prove(part, REFERENCES.get(model, {}))


def _attach(model: type[models.Model], run_id: int) -> None:
    table = model._meta.db_table
    part = _name(table, run_id)
    _execute(
        f"ALTER TABLE {table} ATTACH PARTITION {part} FOR VALUES IN ({run_id})",
        f"ALTER TABLE {part} DROP CONSTRAINT {part}_run",
    )
    guards.install_on(table=part)


def keep(*, run_id: int) -> None:
    """Let nobody change what a run wrote, not even past this program, until the transaction ends; it is read on. On
    SQLite nobody writes while another one does.
    """
    parts = [_name(model._meta.db_table, run_id) for model in OF_RUNS]
    if connection.vendor == "postgresql" and (there := [part for part in parts if _exists(part)]):
        _execute(f"LOCK TABLE {', '.join(there)} IN SHARE MODE")


def drop(*, run_ids: Iterable[int], models: Sequence[type[models.Model]] = OF_RUNS) -> None:
    """Delete everything these runs wrote to these tables; the database refuses it for a final run."""
    for run_id in run_ids:
        for model in models:
            _drop(model, run_id)


def _drop(model: type[models.Model], run_id: int) -> None:
    part = _name(model._meta.db_table, run_id)
    if connection.vendor == "postgresql" and _exists(part):
        # A DELETE of nothing asks the guards' question first: a partition of a final run is not dropped.
        _execute(f"DELETE FROM {part} WHERE id = (SELECT min(id) FROM {part})", f"DROP TABLE {part}")
    with guards.asked_once(table=model._meta.db_table, run_id=run_id), _without_indexes(model, run_id):
        model._default_manager.filter(run_id=run_id)._raw_delete("default")


@contextmanager
def _without_indexes(model: type[models.Model], run_id: int) -> Iterator[None]:
    """On SQLite each row that goes is looked for in each index. Where a great run is most of its table it takes a
    third of the time to make the indexes anew of what stays. In the transaction that the guards stand aside in.
    """
    if connection.vendor == "postgresql":
        yield
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), count(*) FILTER (WHERE run_id = {int(run_id)}) FROM {table}")
        every, own = cursor.fetchone()
        aside = []
        if own >= GREAT and own * 2 > every:
            # What a constraint brought has no statement of its own, and stays.
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL",
                [table],
            )
            aside = cursor.fetchall()
    _execute(*(f'DROP INDEX "{name}"' for name, _ in aside))
    yield
    _execute(*(statement for _, statement in aside))


def _name(table: str, run_id: int) -> str:
    return f"{table}_run{int(run_id)}"


def _exists(part: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [part])
        return bool(cursor.fetchone()[0])


def _indexes(table: str, part: str) -> list[str]:
    """What gives a bare partition the keys and indexes of its table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(pg_get_constraintdef(c.oid), ''), pg_get_indexdef(i.indexrelid) FROM pg_index i "
            "LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid AND c.conrelid = i.indrelid "
            "WHERE i.indrelid = %s::regclass ORDER BY i.indexrelid",
            [table],
        )
        found = cursor.fetchall()
    return [
        f"ALTER TABLE {part} ADD {constraint}" if constraint else _index_on(part, definition)
        for constraint, definition in found
    ]


def _index_on(part: str, definition: str) -> str:
    """The definition of a table's index, for its partition: without a name, which the database gives."""
    return re.sub(r"^CREATE (UNIQUE )?INDEX \S+ ON (ONLY )?\S+ ", rf"CREATE \1INDEX ON {part} ", definition)


def _prove(part: str, references: Mapping[str, str]) -> None:
    """The least of all is asked for, not any one: of one PostgreSQL thinks that it is found soon, and would look for
    each row's target by itself, sixty million times."""
    for column, target in references.items():
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT min({column}) FROM {part} p WHERE {column} IS NOT NULL "
                f"AND NOT EXISTS (SELECT 1 FROM {target} t WHERE t.id = p.{column})"
            )
            lost = cursor.fetchone()[0]
            if lost is not None:
                raise Dangling(f"{column} {lost} of {part} is not in {target}")


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)

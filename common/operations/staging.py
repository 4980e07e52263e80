"""A file's rows in a temporary table: checked and written set by set, without an object per row.

Only this connection sees the table, and it ends with the connection: a process that dies leaves nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any, Literal

import numpy as np
from django.db import DatabaseError, connection, models

from common.operations import bulk, columns
from common.operations.tables import Ints

AT_A_TIME = 10_000
Kind = Literal["key", "number", "text", "moment"]
TYPES: Mapping[str, Mapping[Kind, str]] = {
    "postgresql": {
        "key": "bigint PRIMARY KEY",
        "number": "bigint",
        # Compared byte by byte: quicker, and the same on both databases.
        "text": 'text COLLATE "C"',
        "moment": "timestamp with time zone",
    },
    "sqlite": {"key": "bigint PRIMARY KEY", "number": "bigint", "text": "text", "moment": "datetime"},
}


@contextmanager
def table(*, name: str, kinds: Mapping[str, Kind]) -> Iterator[None]:
    """An empty temporary table with these columns for as long as the block runs.

    Outside a transaction it takes no lock: a long file may be read into it while others write.
    """
    types = TYPES[connection.vendor]
    listed = ", ".join(f"{column} {types[kind]}" for column, kind in kinds.items())
    execute(f"DROP TABLE IF EXISTS {name}")
    execute(f"CREATE TEMPORARY TABLE {name} ({listed})")
    try:
        yield
    except BaseException:
        drop_if_possible(name)
        raise
    execute(f"DROP TABLE {name}")


def drop_if_possible(name: str) -> None:
    """After an error the transaction, or the connection, may take no more statements."""
    try:
        execute(f"DROP TABLE IF EXISTS {name}")
    except DatabaseError:
        connection.needs_rollback = connection.in_atomic_block


def fill(*, name: str, kinds: Mapping[str, Kind], rows: Iterable[Sequence[Any]]) -> int:
    """Add rows to a staged table and let PostgreSQL look at it; how many there were."""
    if connection.vendor != "postgresql":
        moments = [at for at, kind in enumerate(kinds.values()) if kind == "moment"]
        rows = (_plain(row, moments) for row in rows)
    source, count = iter(rows), 0
    # Part by part: an error in the source must not meet an open COPY, which would end the transaction.
    while part := list(islice(source, AT_A_TIME)):
        count += bulk.insert_into(table=name, columns=list(kinds), rows=part)
    look_at(name)
    return count


def look_at(name: str) -> None:
    """Tell PostgreSQL what a temporary table holds: nobody else ever does, and it would take it for empty."""
    if connection.vendor == "postgresql":
        execute(f"ANALYZE {name}")


def sort_in_memory() -> None:
    """For the rest of the transaction PostgreSQL joins and sorts a million rows without writing them to disk."""
    if connection.vendor == "postgresql":
        execute("SELECT set_config('work_mem', '128MB', true)")


def execute(sql: str, parameters: Sequence[Any] = ()) -> int:
    """Run a statement; how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def found(sql: str, parameters: Sequence[Any] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, some at a time: the server keeps the rest."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(sql, parameters)
        while rows := cursor.fetchmany(AT_A_TIME):
            yield from rows


def insert(*, model: type[models.Model], values: Mapping[str, Any], source: str) -> int:
    """INSERT INTO the model's table from `source`, which begins with FROM; how many rows came.

    `values` by column are SQL expressions, where they are text, and plain values where they are not. Columns
    that are not named get the model's default.
    """
    meta, quote = model._meta, connection.ops.quote_name
    columns_of = {str(field.column): field for field in meta.concrete_fields}
    if unknown := values.keys() - columns_of.keys():
        raise TypeError(f"{meta.label} has no columns {sorted(unknown)}")
    named = [name for name, field in columns_of.items() if name in values or not field.primary_key]
    chosen, parameters = [], []
    for name in named:
        value, field = values.get(name), columns_of[name]
        if isinstance(value, str):
            chosen.append(value)
        else:
            chosen.append("%s")
            plain = value if name in values else field.get_default()
            parameters.append(field.get_db_prep_save(plain, connection))
    target = f"{quote(meta.db_table)} ({', '.join(map(quote, named))})"
    return execute(f"INSERT INTO {target} SELECT {', '.join(chosen)} {source}", parameters)


def draw_keys(*, model: type[models.Model], count: int) -> Ints:
    """So many primary keys that nobody else gets. On SQLite the caller holds the transaction."""
    name = model._meta.db_table
    if connection.vendor == "postgresql":
        sequence = next(found("SELECT pg_get_serial_sequence(%s, 'id')", [connection.ops.quote_name(name)]))[
            0
        ]
        return columns.read(select=f"FROM generate_series(1, {count:d})", columns=[f"nextval('{sequence}')"])[
            0
        ]
    last = model._base_manager.aggregate(last=models.Max("pk"))["last"] or 0
    # SQLite never gives a key again, and remembers the last one here.
    for (seen,) in found("SELECT seq FROM sqlite_sequence WHERE name = %s", [name]):
        last = max(last, seen)
    return np.arange(last + 1, last + 1 + count, dtype=np.int64)


def literal(value: datetime) -> str:
    """A moment in the text of one of these statements."""
    if connection.vendor == "postgresql":
        return f"timestamptz '{value.isoformat()}'"
    return f"'{connection.ops.adapt_datetimefield_value(value)}'"


def _plain(row: Sequence[Any], moments: Sequence[int]) -> list[Any]:
    plain = list(row)
    for at in moments:
        plain[at] = connection.ops.adapt_datetimefield_value(plain[at]) if plain[at] is not None else None
    return plain

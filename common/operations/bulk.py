"""Many rows at once: COPY on PostgreSQL, executemany on SQLite."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

from common.operations import statistics

AT_A_TIME = 10_000
Row = Sequence[Any]


def insert(*, model: type[models.Model], columns: Sequence[str], rows: Iterable[Row]) -> int:
    """Insert rows of plain values (numbers, text, None, JSON as text) and return how many.

    `columns` are columns of the database, without the key. Signals are not sent and no default of a model is
    filled in. Belongs into a transaction of the caller's.
    """
    count = insert_into(table=model._meta.db_table, columns=columns, rows=rows)
    statistics.learn(tables=[model], rows=count)
    return count


def insert_into(*, table: str, columns: Sequence[str], rows: Iterable[Row]) -> int:
    """The same for a table that is no model's, such as a temporary one."""
    names = ", ".join(connection.ops.quote_name(name) for name in columns)
    target = f"{connection.ops.quote_name(table)} ({names})"
    if connection.vendor == "postgresql":
        return _copy(f"COPY {target} FROM STDIN", rows)
    marks = ", ".join(["%s"] * len(columns))
    return _execute(f"INSERT INTO {target} VALUES ({marks})", rows)  # noqa: S608 - names of columns


def _copy(statement: str, rows: Iterable[Row]) -> int:
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for part in _parts(rows):
            count += len(part)
            copy.write("".join("\t".join(map(_text, row)) + "\n" for row in part))
    return count


def _execute(statement: str, rows: Iterable[Row]) -> int:
    count = 0
    with connection.cursor() as cursor:
        for part in _parts(rows):
            count += len(part)
            cursor.executemany(statement, part)
    return count


def _parts(rows: Iterable[Row]) -> Iterable[list[Row]]:
    source = iter(rows)
    while part := list(islice(source, AT_A_TIME)):
        yield part


def _text(value: Any) -> str:
    """A value in COPY's text format."""
    if type(value) is str and value.isprintable() and "\\" not in value:
        return value
    if type(value) is int:
        return str(value)
    if value is None:
        return r"\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")

"""Several statements in one message: under a lock that others wait for, each answer that is waited for counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

Rows = list[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Statement:
    """SQL with %s marks, and what stands for them."""

    sql: str
    values: tuple[Any, ...] = ()


def insertion(*, model: type[models.Model], values: Mapping[str, object], ending: str = "") -> Statement:
    """The INSERT of one row. `values` go by attribute (`sponsor_id`); what is not named stays empty.

    `ending` is SQL that follows, such as ON CONFLICT DO NOTHING. No signal is sent, no default filled in.
    """
    fields = {field.attname: field for field in model._meta.concrete_fields}
    names = ", ".join(connection.ops.quote_name(str(fields[name].column)) for name in values)
    marks = ", ".join(["%s"] * len(values))
    table = connection.ops.quote_name(model._meta.db_table)
    ready = tuple(fields[name].get_db_prep_save(value, connection) for name, value in values.items())
    return Statement(f"INSERT INTO {table} ({names}) VALUES ({marks}) {ending}", ready)  # noqa: S608


def run(statements: Sequence[Statement]) -> list[Rows]:
    """Runs them one after the other and returns the rows of each; one message on PostgreSQL.

    Belongs into a transaction of the caller's. Each statement sees what those before it wrote.
    """
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            return [_alone(cursor, one) for one in statements]
        values = [value for one in statements for value in one.values]
        cursor.execute(";\n".join(one.sql for one in statements), values)
        found = [_rows(cursor)]
        while cursor.nextset():
            found.append(_rows(cursor))
    return found


def _alone(cursor: Any, one: Statement) -> Rows:
    cursor.execute(one.sql, one.values)
    return _rows(cursor)


def _rows(cursor: Any) -> Rows:
    return list(cursor.fetchall()) if cursor.description else []

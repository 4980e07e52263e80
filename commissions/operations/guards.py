"""The database itself refuses to change what is final: triggers on both databases, put back after every migration.

A migration that rebuilds a table on SQLite drops its triggers silently: hence `install` after every migration, and
`check_books` proves that they stand and say what they should. What they say: queries/guards.py.
"""

# ruff: noqa: S608 - names of our tables, no input

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction

from commissions.queries.guards import DONE, FINAL, RUN, TRAIL, Guard, functions, of_table, wanted


def install(**_: Any) -> None:
    """Put every guard in place. Safe to repeat; listens to post_migrate."""
    if not {RUN, TRAIL} <= set(connection.introspection.table_names()):
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for name, body in functions().items():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
            )
        _put(cursor, wanted())


def stand_aside(*, plan: Any = (), **_: Any) -> None:
    """Take the guards away while migrations run, on SQLite alone; listens to pre_migrate, and `install` follows.

    SQLite rebuilds a table under another name, and refuses while a trigger names one that is not there just then.
    """
    if connection.vendor == "sqlite" and plan and RUN in connection.introspection.table_names():
        lift()


def install_on(*, table: str) -> None:
    """Guard a new partition. PostgreSQL alone."""
    with connection.cursor() as cursor:
        _put(cursor, of_table(table=table))


@contextmanager
def asked_once(*, table: str, run_id: int) -> Iterator[None]:
    """Ask once whether the rows of a run may change; the block then changes those of this run in this table alone.
    Raises IntegrityError for a final run.

    On SQLite, which asks at each row, asking takes longer than writing: there the table's guards stand aside. Nobody
    else can write meanwhile, and a block that fails takes nothing with it: they stand again. On PostgreSQL, which asks
    once for a statement anyway, nothing happens.
    """
    if connection.vendor == "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT 1 FROM {RUN} WHERE id = %s AND state IN {DONE}", [run_id])
        if cursor.fetchone():
            raise IntegrityError(FINAL)
        _take(cursor, of_table(table=table))
        yield
        _put(cursor, of_table(table=table))


def lift() -> None:
    """Take every guard away. For tests that have to empty their database; `install` puts them back."""
    with transaction.atomic(), connection.cursor() as cursor:
        _take(cursor, wanted())


def _put(cursor: Any, guards: Sequence[Guard]) -> None:
    """An earlier release's trigger may say less: what is there is replaced. SQLite replaces none by itself."""
    if connection.vendor == "postgresql":
        for one in guards:
            cursor.execute(one.statement.replace("CREATE TRIGGER", "CREATE OR REPLACE TRIGGER", 1))
        return
    _take(cursor, guards)
    for one in guards:
        cursor.execute(one.statement)


def _take(cursor: Any, guards: Sequence[Guard]) -> None:
    for one in guards:
        on = f" ON {one.table}" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER IF EXISTS {one.name}{on}")

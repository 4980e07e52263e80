"""The database itself refuses to change what is final: triggers on both databases, put back after every migration.

On PostgreSQL they look once at each statement, so that a bulk insert costs no row by row; on SQLite, which
knows only row triggers, at each row. A migration that rebuilds a table on SQLite drops its triggers
silently: hence `install` after every migration, and `check_books` proves that they stand.
"""

# ruff: noqa: S608 - names of our tables, no input

from typing import Any

from django.db import connection, transaction

from commissions.queries.guards import OF_RUNS, RUN, TRANSFER, expected, guarded

DONE = "('final', 'posted')"  # states of runs of which nothing changes any more
FINAL = "What is final is not changed; a correction is a row of its own"


def install(**_: Any) -> None:
    """Put every guard in place. Safe to repeat; listens to post_migrate."""
    if RUN not in connection.introspection.table_names():
        return
    statements = _postgresql() if connection.vendor == "postgresql" else _sqlite()
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def stand_aside(*, plan: Any = (), **_: Any) -> None:
    """Take the guards away while migrations run, on SQLite alone; listens to pre_migrate, and `install` follows.

    SQLite rebuilds a table under another name, and refuses while a trigger names one that is not there just then.
    """
    if connection.vendor == "sqlite" and plan and RUN in connection.introspection.table_names():
        lift()


def install_on(*, table: str) -> None:
    """Guard a new partition. PostgreSQL alone."""
    with connection.cursor() as cursor:
        for statement in _of_table(table):
            cursor.execute(statement)


def lift() -> None:
    """Take every guard away. For tests that have to empty their database; `install` puts them back."""
    tables = sorted({*guarded(), RUN, TRANSFER}, key=len, reverse=True)
    with transaction.atomic(), connection.cursor() as cursor:
        for name in sorted(expected()):
            table = next(table for table in tables if name.startswith(f"{table}_final_"))
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _sqlite() -> list[str]:
    found = []
    for table in OF_RUNS:
        for event in ("insert", "update", "delete"):
            rows = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}[event]
            final = " OR ".join(
                f"(SELECT state FROM {RUN} WHERE id = {row}.run_id) IN {DONE}" for row in rows
            )
            found += _sqlite_guard(table, event, final)
    for event in ("update", "delete"):
        found += _sqlite_guard(RUN, event, f"OLD.state IN {DONE}") + _sqlite_guard(TRANSFER, event, "1")
    # INSERT OR REPLACE would delete the old row without asking the delete's trigger on connections that do not
    # set recursive_triggers.
    there = f"EXISTS (SELECT 1 FROM {TRANSFER} WHERE id = NEW.id OR key = NEW.key)"
    return found + _sqlite_guard(TRANSFER, "insert", there)


def _sqlite_guard(table: str, event: str, condition: str) -> list[str]:
    """SQLite replaces no trigger: an earlier release's may say less."""
    name = f"{table}_final_{event}"
    return [
        f"DROP TRIGGER IF EXISTS {name}",
        f"CREATE TRIGGER {name} BEFORE {event.upper()} ON {table} "
        f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{FINAL}'); END",
    ]


def _postgresql() -> list[str]:
    found = [
        _function("commissions_guard_rows", f"""
            IF EXISTS (SELECT 1 FROM (SELECT DISTINCT run_id FROM touched) t
                       JOIN {RUN} r ON r.id = t.run_id WHERE r.state IN {DONE}) THEN
                RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';
            END IF; RETURN NULL;"""),
        _function("commissions_guard_moved", f"""
            IF EXISTS (SELECT 1 FROM (SELECT run_id FROM touched UNION SELECT run_id FROM become) t
                       JOIN {RUN} r ON r.id = t.run_id WHERE r.state IN {DONE}) THEN
                RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';
            END IF; RETURN NULL;"""),
        _function("commissions_guard_runs", f"""
            IF EXISTS (SELECT 1 FROM touched WHERE state IN {DONE}) THEN
                RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';
            END IF; RETURN NULL;"""),
        _function("commissions_guard_all", f"""
            IF EXISTS (SELECT 1 FROM touched) THEN
                RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';
            END IF; RETURN NULL;"""),
        _function("commissions_guard_truncate", f"""
            RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation'; RETURN NULL;"""),
    ]  # fmt: skip
    for table in guarded():
        found += _of_table(table)
    found += [_guard(RUN, event, "commissions_guard_runs") for event in ("update", "delete")]
    found += [_guard(TRANSFER, event, "commissions_guard_all") for event in ("update", "delete")]
    return found + [_truncate(table) for table in (RUN, TRANSFER)]


def _of_table(table: str) -> list[str]:
    """The guards of a table, or of a partition, whose rows belong to runs."""
    return [
        *(_guard(table, event, "commissions_guard_rows") for event in ("insert", "delete")),
        _guard(table, "update", "commissions_guard_moved", "NEW TABLE AS become"),
        _truncate(table),
    ]


def _truncate(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER {table}_final_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_guard_truncate()"
    )


def _function(name: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"


def _guard(table: str, event: str, function: str, also: str = "") -> str:
    seen = "NEW TABLE AS touched" if event == "insert" else f"OLD TABLE AS touched {also}"
    return (
        f"CREATE OR REPLACE TRIGGER {table}_final_{event} AFTER {event.upper()} ON {table} "
        f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )

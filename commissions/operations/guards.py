"""The database itself refuses to change what is final: triggers on both databases, put back after every migration.

On PostgreSQL they look once at each statement, so that a bulk insert costs no row by row; on SQLite, which
knows only row triggers, at each row. A migration that rebuilds a table on SQLite drops its triggers
silently: hence `install` after every migration, and `check_books` proves that they stand.

On PostgreSQL guards also prove where transfers lead, and keep what they lead to. Foreign keys would look at each row
by itself, four times, when the transaction ends: for half a million transfers half of what posting them takes.
"""

# ruff: noqa: S608 - names of our tables, no input

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError, connection, transaction

from commissions.queries.guards import (
    ACCOUNT,
    EVENTS,
    LEADS,
    OF_RUNS,
    PERIOD,
    RUN,
    TRANSFER,
    expected,
    guarded,
)

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
        for event in EVENTS:
            cursor.execute(f"DROP TRIGGER IF EXISTS {table}_final_{event}")
        yield
        for statement in _sqlite_of_table(table):
            cursor.execute(statement)


def lift() -> None:
    """Take every guard away. For tests that have to empty their database; `install` puts them back."""
    tables = sorted({*guarded(), RUN, TRANSFER, ACCOUNT, PERIOD}, key=len, reverse=True)
    with transaction.atomic(), connection.cursor() as cursor:
        for name in sorted(expected()):
            table = next(table for table in tables if name.startswith(f"{table}_final_"))
            on = f" ON {table}" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


def _sqlite() -> list[str]:
    found = []
    for table in OF_RUNS:
        found += _sqlite_of_table(table)
    for event in ("update", "delete"):
        found += _sqlite_guard(RUN, event, f"OLD.state IN {DONE}") + _sqlite_guard(TRANSFER, event, "1")
    # INSERT OR REPLACE would delete the old row without asking the delete's trigger on connections that do not
    # set recursive_triggers.
    there = f"EXISTS (SELECT 1 FROM {TRANSFER} WHERE id = NEW.id OR key = NEW.key)"
    return found + _sqlite_guard(TRANSFER, "insert", there)


def _sqlite_of_table(table: str) -> list[str]:
    """The guards of a table whose rows belong to runs."""
    found = []
    for event, rows in (("insert", ("NEW",)), ("update", ("OLD", "NEW")), ("delete", ("OLD",))):
        final = " OR ".join(f"(SELECT state FROM {RUN} WHERE id = {row}.run_id) IN {DONE}" for row in rows)
        found += _sqlite_guard(table, event, final)
    return found


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
    found += [_truncate(table) for table in (RUN, TRANSFER, ACCOUNT)]
    return found + _leads()


def _leads() -> list[str]:
    """What foreign keys of transfers would keep: each leads somewhere, and nothing it leads to goes away.

    Accounts are never deleted at all. Periods and runs are where nothing is posted: they are locked as a foreign key
    locks them, so that none goes while something is being posted. What is planned anew at each call is planned for as
    many rows as there are.
    """
    locks = "".join(
        f"PERFORM 1 FROM {table} WHERE id IN (SELECT {column} FROM touched) FOR KEY SHARE; "
        for column, table in LEADS.items()
        if table != ACCOUNT
    )
    lost = " UNION ALL ".join(
        f"SELECT ''{column}'' FROM (SELECT DISTINCT {column} AS id FROM touched WHERE {column} IS NOT NULL) t "
        f"WHERE NOT EXISTS (SELECT 1 FROM {table} l WHERE l.id = t.id)"
        for column, table in LEADS.items()
    )
    found = [
        _function("commissions_guard_leads", f"""
            {locks}
            DECLARE lost text; BEGIN
                EXECUTE '{lost} LIMIT 1' INTO lost;
                IF lost IS NOT NULL THEN
                    RAISE EXCEPTION 'A transfer leads nowhere: %', lost USING ERRCODE = 'foreign_key_violation';
                END IF;
            END; RETURN NULL;"""),
        _guard(TRANSFER, "insert", "commissions_guard_leads", name="leads"),
        _guard(ACCOUNT, "delete", "commissions_guard_all"),
    ]  # fmt: skip
    for column, table in (("period_id", PERIOD), ("run_id", RUN)):
        # Whoever looks at an older state of the database would not see what was posted just now.
        found += [
            _function(f"{table}_guard_posted", f"""
                IF EXISTS (SELECT 1 FROM touched) AND (
                    current_setting('transaction_isolation') <> 'read committed'
                    OR EXISTS (SELECT 1 FROM touched p JOIN {TRANSFER} t ON t.{column} = p.id)
                ) THEN
                    RAISE EXCEPTION '{FINAL}' USING ERRCODE = 'restrict_violation';
                END IF; RETURN NULL;"""),
            _guard(table, "delete", f"{table}_guard_posted", name="posted"),
        ]  # fmt: skip
    return found + [
        f"CREATE OR REPLACE TRIGGER {table}_final_key BEFORE UPDATE OF id ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION commissions_guard_truncate()"
        for table in sorted(set(LEADS.values()))
    ]


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


def _guard(table: str, event: str, function: str, also: str = "", name: str = "") -> str:
    seen = "NEW TABLE AS touched" if event == "insert" else f"OLD TABLE AS touched {also}"
    return (
        f"CREATE OR REPLACE TRIGGER {table}_final_{name or event} AFTER {event.upper()} ON {table} "
        f"REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}()"
    )

"""Which tables really hold the rows of runs: on PostgreSQL partitions, and parts of partitions.

Read from the catalogue alone. PostgreSQL's own list of a tree's parts locks each of them, and who is attaching or
dropping one meanwhile would wait, and be waited for.
"""

# ruff: noqa: S608 - names of our tables and whole numbers, never input

from collections.abc import Sequence

from django.db import connection


def of_tables(*, tables: Sequence[str]) -> list[str]:
    """All partitions of these tables, and their parts, sorted; none on SQLite."""
    return _names(
        "WITH RECURSIVE held AS (SELECT i.inhrelid AS oid FROM pg_inherits i JOIN pg_class root "
        "ON root.oid = i.inhparent WHERE root.relname = ANY(%s) "
        "UNION ALL SELECT i.inhrelid FROM pg_inherits i JOIN held ON i.inhparent = held.oid) "
        "SELECT part.relname FROM held JOIN pg_class part ON part.oid = held.oid",
        [list(tables)],
    )


def of_run(*, table: str, run_id: int) -> list[str]:
    """Where a run's rows are: its partition, or the parts of it, sorted; on SQLite the table itself."""
    if connection.vendor != "postgresql":
        return [table]
    # Where one row is, and what stands beside it unless that are the partitions of other runs.
    return _names(
        "SELECT CAST(CAST(COALESCE(beside.inhrelid, one.oid) AS regclass) AS text) FROM "
        f"(SELECT tableoid AS oid FROM {table} WHERE run_id = {run_id:d} LIMIT 1) one "
        "JOIN pg_inherits held ON held.inhrelid = one.oid LEFT JOIN pg_inherits beside "
        f"ON beside.inhparent = held.inhparent AND held.inhparent <> '{table}'::regclass",
        [],
    )


def _names(query: str, parameters: list[list[str]]) -> list[str]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return sorted(str(name) for (name,) in cursor.fetchall())

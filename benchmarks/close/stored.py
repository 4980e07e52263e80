"""How many rows and bytes a run left in each table, its indexes included."""

from typing import Any

from django.db import OperationalError, connection

from commissions.models import Transfer
from commissions.operations import partitions


def tables(*, run_id: int) -> dict[str, dict[str, Any]]:
    found = {}
    for model in (*partitions.OF_RUNS, Transfer):
        rows = model._default_manager.filter(run_id=run_id).count()
        if rows:
            found[str(model._meta.verbose_name_plural)] = {"rows": rows, "bytes": _size(model, run_id)}
    return found


def _size(model: Any, run_id: int) -> int | None:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            part = table if model is Transfer else f"{table}_run{run_id}"
            # One that belongs to no other and is not divided is no tree.
            cursor.execute(
                "SELECT COALESCE((SELECT SUM(pg_total_relation_size(relid)) FROM pg_partition_tree(%s)), "
                "pg_total_relation_size(%s))",
                [part, part],
            )
        else:
            try:
                cursor.execute(
                    "SELECT SUM(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN "
                    "(SELECT name FROM sqlite_schema WHERE tbl_name = %s)",
                    [table],
                )
            except OperationalError:  # this SQLite was built without it
                return None
        return int(cursor.fetchone()[0] or 0)

"""Starts the demo over: its database goes, whole, for final months cannot be deleted row by row."""

from pathlib import Path

from django.db import connection

from demo.setup import refuse_strangers


def erase() -> None:
    """Empties the database of the demo. Raises NotTheDemo when it holds anything else."""
    refuse_strangers()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        return
    name = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    for path in (name, name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")):
        path.unlink(missing_ok=True)

"""Starts the demo over: its database goes, whole, for final months cannot be deleted row by row."""

import shutil
from pathlib import Path

from django.conf import settings
from django.db import connection

from demo.setup import refuse_strangers


def erase() -> None:
    """Empties the demo's database, and the folder of its letters. Raises NotTheDemo when it holds anything else."""
    refuse_strangers()
    if settings.SHOWS_MAIL:
        shutil.rmtree(settings.EMAIL_FILE_PATH, ignore_errors=True)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
        return
    name = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    for path in (name, name.with_name(f"{name.name}-wal"), name.with_name(f"{name.name}-shm")):
        path.unlink(missing_ok=True)

from datetime import datetime
from pathlib import Path

from common.csvfiles import Progress
from common.importcommand import ImportCommand
from sales.operations.import_customers import import_customers


class Command(ImportCommand):
    help = "Load customers from a CSV file: all of its rows, or none."

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        done = import_customers(path=path, now=now, dry_run=dry_run, progress=progress)
        return f"{done.added:,} customers added, {done.known:,} were already here."

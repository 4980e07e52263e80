from datetime import datetime
from pathlib import Path

from common.csvfiles import Progress
from common.importcommand import ImportCommand
from sales.operations.import_products import import_products


class Command(ImportCommand):
    help = "Load products and their prices from a CSV file: all of its rows, or none."

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        done = import_products(path=path, now=now, dry_run=dry_run, progress=progress)
        return f"{done.added:,} price rows added, {done.known:,} were already here."

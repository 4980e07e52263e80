from datetime import datetime
from pathlib import Path

from common.csvfiles import Progress
from common.importcommand import ImportCommand
from sales.operations.importing import import_orders


class Command(ImportCommand):
    help = "Load orders from a CSV file of order lines: all of its rows, or none."

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        done = import_orders(path=path, now=now, dry_run=dry_run, progress=progress)
        return (
            f"{done.orders:,} orders with {done.lines:,} lines added ({done.late:,} of them booked late), "
            f"{done.known:,} were already here."
        )

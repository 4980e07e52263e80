from datetime import datetime
from pathlib import Path

from common.csvfiles import Problem, Progress, Refused
from common.importcommand import ImportCommand
from distributors.operations.importing import import_distributors
from distributors.tree import TreeBusy


class Command(ImportCommand):
    help = "Load distributors from a CSV file: all of its rows, or none."

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        try:
            done = import_distributors(path=path, now=now, dry_run=dry_run, progress=progress)
        except TreeBusy as busy:
            raise Refused([Problem(0, "", str(busy))]) from busy
        return f"{done.added:,} distributors added, {done.known:,} were already here."

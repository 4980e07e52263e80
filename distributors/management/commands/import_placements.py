from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from common.csvfiles import Problem, Progress, Refused
from common.importcommand import ImportCommand
from distributors.operations.import_placements import import_placements
from distributors.tree import TreeBusy


class Command(ImportCommand):
    help = "Load the positions of a placement tree from a CSV file: all of its rows, or none."
    tree = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--tree", required=True, help="the name of the placement tree")

    def handle(self, *args: Any, **options: Any) -> None:
        self.tree = options["tree"]
        super().handle(*args, **options)

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        try:
            done = import_placements(tree=self.tree, path=path, now=now, dry_run=dry_run, progress=progress)
        except TreeBusy as busy:
            raise Refused([Problem(0, "", str(busy))]) from busy
        return f"{done.added:,} positions added, {done.known:,} were already here."

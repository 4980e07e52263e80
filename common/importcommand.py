"""What every import command does: read the file, say what happened, write the report of what is wrong."""

import csv
import sys
from argparse import ArgumentParser
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.csvfiles import Progress, Refused
from common.progress import Bar

PRINTED_PROBLEMS = 30


class ImportCommand(BaseCommand):
    """One file, one transaction. A subclass says which operation takes it."""

    requires_migrations_checks = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", type=Path, help="a CSV file in UTF-8; docs/importing.md names its columns"
        )
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")
        parser.add_argument("--report", type=Path, help="write every bad row into this CSV file")

    def take(self, *, path: Path, now: datetime, dry_run: bool, progress: Progress) -> str:
        """Run the import and say in a sentence what came of it."""
        raise NotImplementedError

    def handle(self, *args: Any, **options: Any) -> None:
        bar = Bar(sys.stderr)
        try:
            done = self.take(
                path=options["file"], now=timezone.now(), dry_run=options["dry_run"], progress=bar
            )
        except Refused as refused:
            bar.close()
            self._explain(refused, options["report"])
            raise CommandError(
                f"Nothing was written: {refused.count:,} problem(s) in {options['file']}"
            ) from None
        bar.close()
        self.stdout.write(done)
        if options["dry_run"]:
            self.stdout.write("Dry run: nothing was written.")

    def _explain(self, refused: Refused, report: Path | None) -> None:
        for problem in refused.problems[:PRINTED_PROBLEMS]:
            self.stderr.write(str(problem))
        if (left := refused.count - PRINTED_PROBLEMS) > 0:
            self.stderr.write(f"… and {left:,} more; --report FILE writes them down")
        if report:
            with report.open("w", encoding="utf-8", newline="") as target:
                writer = csv.writer(target)
                writer.writerow(["row", "column", "reason"])
                writer.writerows([p.row or "", p.column, _inert(p.reason)] for p in refused.problems)
            self.stderr.write(f"Written to {report}")


def _inert(text: str) -> str:
    """A spreadsheet must not run what a bad cell held."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@")) else text

"""`manage.py adopt_plan FILE`: check a plan document and put it in force from its first day."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions.core.plan import PlanError
from commissions.operations import plans

LARGEST = 1_000_000


class Command(BaseCommand):
    help = "Adopt a compensation plan from a YAML document."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            version = plans.adopt(document=_read(options["file"]), now=timezone.now())
        except PlanError as error:
            for problem in error.problems:
                self.stderr.write(f"line {problem.line}, {problem.key}: {problem.message}")
            raise CommandError(f"{len(error.problems)} problems; nothing was adopted.") from error
        except plans.VersionIsUsed as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} is adopted, in force from {version.starts.isoformat()}.")


def _read(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST:
            raise CommandError(f"{path} is larger than a plan can be.")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error

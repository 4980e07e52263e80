"""`manage.py check_books`: the books against themselves. Ends with 1 when something is wrong.

The same check as the schedule's: what it finds is kept, and what is wrong with money stops it.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions.operations import checking, freezing


class Command(BaseCommand):
    help = (
        "Check the ledger, the periods, the statements, the sales, the tree and the jobs against each other."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fast", action="store_true", help="only what is asked every few minutes")

    def handle(self, *args: Any, **options: Any) -> None:
        which = checking.FAST if options["fast"] else checking.FULL
        found = checking.check(which=which, now=timezone.now())
        for problem in found.problems:
            self.stderr.write(problem)
        if freezing.is_frozen():
            self.stderr.write("Money stands still until somebody lifts the freeze, with a reason.")
        if found.problems:
            raise CommandError(f"{len(found.problems)} things are wrong. Nothing was repaired.")
        self.stdout.write(self.style.SUCCESS("The books are right."))

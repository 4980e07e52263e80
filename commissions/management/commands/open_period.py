"""`manage.py open_period 2026-11`: the first month of all; `manage.py open_period 2026-W44`: the first week.

Every later one opens when the one before is closed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions.operations import periods
from commissions.queries.plans import NoPlanInForce


class Command(BaseCommand):
    help = "Open the first month, or the first week beside the months."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="the month, as 2026-11, or the week, as 2026-W44")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            period = periods.open_first(key=options["period"], now=timezone.now())
        except (periods.BadKey, periods.AlreadyStarted, NoPlanInForce) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{period.key} is open.")

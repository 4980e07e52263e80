"""`manage.py estimate`: compute the open month's estimate anew, here and now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions.operations import estimates
from commissions.queries.plans import NoPlanInForce


class Command(BaseCommand):
    help = "Compute the open month's estimate anew."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = estimates.refresh(now=timezone.now())
        except NoPlanInForce as error:
            raise CommandError(str(error)) from error
        if run is None:
            raise CommandError("No month is open, or it was closed just now.")
        self.stdout.write(f"{run.period.key}: {run.item_count} items, {run.line_count} lines.")

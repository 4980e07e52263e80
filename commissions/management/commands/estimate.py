"""`manage.py estimate`: compute the estimates of what is open anew, here and now."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions.operations import estimates
from commissions.queries import periods
from commissions.queries.plans import NoPlanInForce


class Command(BaseCommand):
    help = "Compute the estimate of the open month anew, and of the open week."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        for period in list(periods.open_ones()):
            try:
                run = estimates.refresh(now=timezone.now(), key=period.key)
            except NoPlanInForce as error:
                raise CommandError(str(error)) from error
            if run is not None:
                done += 1
                self.stdout.write(f"{run.period.key}: {run.item_count} items, {run.line_count} lines.")
        if not done:
            raise CommandError("No period is open, or it was closed just now.")

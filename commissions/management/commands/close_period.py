"""`manage.py close_period 2026-10` (or 2026-W44): the same one call as the admin page and the schedule make."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from commissions import tasks
from commissions.operations import periods
from commissions.operations.freezing import Frozen
from commissions.queries.plans import NoPlanInForce
from common.operations import jobs
from common.progress import Bar
from common.queries import jobs as job_rows


class Command(BaseCommand):
    help = "Close a month or a week: draw the line, open the next one, and let the run be computed."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="the month, as 2026-10, or the week, as 2026-W44")
        parser.add_argument(
            "--wait", action="store_true", help="compute the draft here, and show how far it is"
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask whether this is meant")

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["period"]
        if not options["no_input"] and sys.stdin.isatty() and not _is_meant(key):
            raise CommandError("Nothing was changed.")
        try:
            run = periods.close(key=key, by=None, now=timezone.now())
        except (periods.BadKey, periods.CannotClose, NoPlanInForce, Frozen) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{key} is being closed: draft {run.number}.")
        if options["wait"]:
            self._wait(str(run.pk))

    def _wait(self, subject: str) -> None:
        bar = Bar(sys.stderr)
        while not jobs.work_on(
            kind=periods.JOB, subject=subject, owner=tasks.me(), now=timezone.now(), watch=bar
        ):
            job = job_rows.latest(kind=periods.JOB, subject=subject)
            if job is None or not job.is_waiting or job.error:
                break
            # A worker was quicker: watch it.
            bar(job.stage or "waiting", job.done, job.total)
            time.sleep(0.5)
        bar.close()
        job = job_rows.latest(kind=periods.JOB, subject=subject)
        if job is None or job.state != "done":
            raise CommandError(f"The draft could not be computed.\n{job.error if job else ''}")
        self.stdout.write(self.style.SUCCESS("The draft is there; somebody reviews it now."))


def _is_meant(key: str) -> bool:
    calendar = "week" if "W" in key else "month"
    return (
        input(f"Close {key}? Orders that are paid from now on belong to the next {calendar}. [y/N] ").lower()
        == "y"
    )

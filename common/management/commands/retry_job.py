"""`manage.py retry_job 12`: give a job that was given up five more attempts."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.operations import jobs


class Command(BaseCommand):
    help = "Give a failed job five more attempts."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        if not jobs.retry(job_id=options["id"], now=timezone.now()):
            raise CommandError("There is no failed job with this number.")
        self.stdout.write("It is due again.")

"""`manage.py pulse`: whether the clock ticks. For the machine that watches workers and beat: ends with 1 when not."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.queries import pulses


class Command(BaseCommand):
    help = "Say when the last tick was worked on; ends with 1 when that is too long ago."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--within", type=int, default=180, help="seconds (180)")

    def handle(self, *args: Any, **options: Any) -> None:
        last = pulses.last(name="tick")
        if last is None:
            raise CommandError("No tick has come yet.")
        if last < timezone.now() - timedelta(seconds=options["within"]):
            raise CommandError(f"The last tick came at {last:%Y-%m-%d %H:%M:%S} UTC.")
        self.stdout.write(f"The last tick came at {last:%Y-%m-%d %H:%M:%S} UTC.")

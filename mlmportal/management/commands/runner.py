"""`manage.py runner`: advances what is due, where no broker is configured. One process beside the web server."""

import logging
import signal
import threading
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from celery import Task
from django.core.management.base import BaseCommand
from django.db import close_old_connections

from commissions import tasks

log = logging.getLogger(__name__)
SECONDS_BETWEEN_TICKS = 60


class Command(BaseCommand):
    help = "Advance what is due: closes, estimates. The same task functions as a Celery worker's, in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--interval", type=float, default=1.0, help="seconds between two looks (1)")
        parser.add_argument("--once", action="store_true", help="look once, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        enough = threading.Event()
        _on_signal(enough)
        ticked = float("-inf")
        while not enough.is_set():
            due = time.monotonic() - ticked >= SECONDS_BETWEEN_TICKS
            _run(tasks.tick if due else tasks.advance)
            ticked = time.monotonic() if due else ticked
            if options["once"]:
                return
            enough.wait(options["interval"])


def _on_signal(enough: threading.Event) -> None:
    """The job under way is finished first: a signal only sets the flag."""

    def stop(signum: int, frame: FrameType | None) -> None:
        enough.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def _run(task: "Task[[], int]") -> None:
    """As a worker would: whatever goes wrong is logged, and the next look comes."""
    close_old_connections()
    result = task.apply()
    if result.failed():
        log.error("%s failed: %s", task.name, result.traceback)
    close_old_connections()

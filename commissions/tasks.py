"""What a worker is woken for. Each task may run zero, one or nine times; the database says what is to do."""

import os
import socket
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.utils import timezone

from commissions.operations import estimates, schedule
from common.operations import jobs

# Workers' clocks differ a little; a message that comes too early would find nothing due.
A_LITTLE = 0.2
# A page waits for the message to be sent; when the broker is down it must not wait for it to come back.
# Nor for one that takes the message and says nothing.
IMPATIENT = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "socket_connect_timeout": 0.5,
    "socket_timeout": 0.5,
}


def me() -> str:
    """Who owns a job that is worked on here: this process."""
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


@shared_task(name="commissions.tick")
def tick() -> int:
    """Every minute: make due what the clock asks for, then work on it."""
    return schedule.tick(now=timezone.now(), owner=me())


@shared_task(name="commissions.advance")
def advance() -> int:
    """Woken after a commit: work on what is due."""
    return jobs.advance_due(now=timezone.now(), owner=me())


def wake(after: timedelta) -> None:
    """Send a worker a message that carries nothing; it is delivered when the job has become due."""
    countdown = after.total_seconds() + A_LITTLE
    with advance.app.connection_for_write(transport_options=IMPATIENT) as wire:
        # The stubs know fewer arguments than Celery takes.
        how: dict[str, Any] = {"connection": wire, "retry": False, "ignore_result": True}
        advance.apply_async(countdown=countdown, **how)


def refresh_soon(booked_at: datetime, **_: object) -> None:
    """Something was sold or came back: the estimate is out of date. `booked_at` is not needed for that."""
    estimates.request_refresh(now=timezone.now())

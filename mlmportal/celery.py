"""Celery: wakes workers. What is due stands in the database (common.models.Job); nothing is lost with Redis."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")
app = Celery("mlmportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["commissions"])
# Two beats, or none for two days, do no harm: a tick asks the database what is due.
app.conf.beat_schedule = {
    "advance-what-is-due": {"task": "commissions.tick", "schedule": 60.0},
}


@worker_ready.connect
@beat_init.connect
def look_at_once(**_: Any) -> None:
    """Whoever has just started does not wait a minute for the first tick."""
    app.send_task("commissions.tick", retry=False, ignore_result=True)

"""Celery: wakes workers. What is due stands in the database (common.models.Job); nothing is lost with Redis."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")
app = Celery("mlmportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["commissions"])
# Two beats, or none for two days, do no harm: a tick asks the database what is due.
app.conf.beat_schedule = {
    "advance-what-is-due": {"task": "commissions.tick", "schedule": 60.0},
}

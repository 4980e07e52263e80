from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate, pre_migrate
from django.utils import timezone


class CommissionsConfig(AppConfig):
    name = "commissions"

    def ready(self) -> None:
        from commissions import tasks
        from commissions.operations import (
            anchoring,
            checking,
            estimates,
            guards,
            own_earnings,
            periods,
            readying,
            schedule,
            telling,
        )
        from common.operations import jobs
        from distributors.operations import leaving, own_data
        from sales.operations.signals import booked

        jobs.register(kind=periods.JOB, handler=schedule.advance_run, given_up=schedule.run_given_up)
        jobs.register(kind=estimates.JOB, handler=schedule.refresh_estimate)
        jobs.register(kind=readying.JOB, handler=schedule.make_ready)
        jobs.register(kind=anchoring.JOB, handler=anchoring.send)
        jobs.register(kind=checking.JOB, handler=schedule.check_books)
        own_data.include(part=own_earnings.tables)
        leaving.include(ask=own_earnings.still_open)
        jobs.register(kind=telling.JOB, handler=telling.work)
        if settings.REDIS_URL:
            jobs.wake_with(waker=tasks.wake)
        booked.connect(tasks.refresh_soon, dispatch_uid="commissions.refresh_soon")
        pre_migrate.connect(guards.stand_aside, sender=self, dispatch_uid="commissions.guards_aside")
        post_migrate.connect(guards.install, sender=self, dispatch_uid="commissions.guards")
        post_migrate.connect(begin_the_trail, sender=self, dispatch_uid="commissions.trail")


def begin_the_trail(**_: Any) -> None:
    """Listens to post_migrate, behind what puts the guards in place."""
    from commissions.operations import beginning

    beginning.begin(now=timezone.now())

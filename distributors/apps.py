from django.apps import AppConfig
from django.db.models.signals import post_migrate


class DistributorsConfig(AppConfig):
    name = "distributors"

    def ready(self) -> None:
        from common.operations import jobs
        from distributors.models import superuser_made
        from distributors.operations import (
            holding,
            invitations,
            leaving,
            leg_volumes,
            notice_mail,
            own_data,
            rights,
            sponsorship,
            telling,
            tree_care,
        )
        from distributors.tree import guards

        jobs.register(kind=holding.JOB, handler=holding.end)
        jobs.register(kind=invitations.FORGET, handler=invitations.forget)
        jobs.register(kind=leg_volumes.JOB, handler=leg_volumes.refresh)
        jobs.register(kind=sponsorship.JOB, handler=sponsorship.due)
        jobs.register(kind=tree_care.CHECK, handler=tree_care.check)
        jobs.register(kind=tree_care.CARRY, handler=tree_care.carry)
        jobs.register(kind=leaving.JOB, handler=leaving.work)
        jobs.register(kind=own_data.JOB, handler=own_data.make, given_up=own_data.given_up)
        own_data.include(part=own_data.of_this_app)
        jobs.register(kind=notice_mail.JOB, handler=notice_mail.write)
        jobs.register(kind=telling.JOINED, handler=telling.joined)
        jobs.register(kind=telling.OLD, handler=telling.forget)
        superuser_made.connect(rights.made_at_the_server, dispatch_uid="distributors.rights")
        post_migrate.connect(guards.install, sender=self, dispatch_uid="distributors.guards")

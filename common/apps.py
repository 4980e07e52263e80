from django.apps import AppConfig


class CommonConfig(AppConfig):
    name = "common"

    def ready(self) -> None:
        from common import mail
        from common.operations import jobs, outbox

        jobs.register(kind=outbox.JOB, handler=outbox.deliver)
        outbox.send_with(sender=mail.send)

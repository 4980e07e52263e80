from argparse import ArgumentParser
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo import cast, logins, setup
from demo.erase import erase


class Command(BaseCommand):
    help = "Bring the demo company into the portal and close its past months; a second run changes nothing."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reset", action="store_true", help="erase the demo and start over")

    def handle(self, *args: Any, **options: Any) -> None:
        began = monotonic()
        try:
            if options["reset"]:
                erase()
            setup.refuse_strangers()
            call_command("migrate", verbosity=0)
            call_command("createcachetable", verbosity=0)
            if not setup.is_ready():
                setup.set_up(folder=settings.VAR / "demo", now=timezone.now(), say=self.stdout.write)
        except setup.NotTheDemo as error:
            raise CommandError(str(error)) from error
        self._welcome(monotonic() - began)

    def _welcome(self, seconds: float) -> None:
        people = [*cast.PORTAL, *cast.STAFF]
        wide = max(len(role.email) for role in people)
        lines = [f"  {role.email:<{wide}}  {role.given} {role.family}, {role.what}" for role in people]
        self.stdout.write(
            "\n".join(
                [
                    f"\n{settings.COMPANY_NAME} is ready ({seconds:.0f} s): {settings.SITE_URL}",
                    f"\nSign in with the password {logins.PASSWORD} as",
                    *lines,
                    f"\nStaff are asked for a code as well: make demo-code WHO={cast.STAFF_APPROVER.email}",
                    *(
                        [f"Letters it sends are shown at {settings.SITE_URL}/demo/mail/"]
                        * settings.SHOWS_MAIL
                    ),
                ]
            )
        )

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from demo import logins


class Command(BaseCommand):
    help = "Print the second factor that a demo staff login is asked for at this moment."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MODE == "production":
            raise CommandError("There are no demo logins in production.")
        try:
            self.stdout.write(logins.code(email=options["email"]))
        except logins.NoSuchLogin as error:
            raise CommandError(str(error)) from error

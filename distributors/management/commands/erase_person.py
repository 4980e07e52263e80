"""`manage.py erase_person NUMBER`: forget who a distributor was; the place and the books stay."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.confirming import typed_again
from distributors.operations import profiles
from distributors.queries import people


class Command(BaseCommand):
    help = "Erase a distributor's personal data and login for good. It cannot be undone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the distributor's number")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["number"]
        profile_id = people.profile_of(number=number)
        if profile_id is None:
            raise CommandError(f"There is no distributor {number}.")
        typed_again(number=number, yes=options["yes"])
        try:
            profiles.erase(profile_id=profile_id, now=timezone.now())
        except profiles.NoProfile as error:
            raise CommandError(f"{number} was erased before.") from error
        self.stdout.write(f"Erased. {number} keeps its place and its books.")

"""`manage.py erase_customer NUMBER`: forget who a customer was; orders, invoices and the books stay."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from common.confirming import typed_again
from distributors.operations import profiles
from distributors.operations.own_data import Owner
from sales.operations import own_orders
from sales.queries.customers import profile_of


class Command(BaseCommand):
    help = "Erase a customer's personal data for good, also of somebody who bought without an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", help="the customer's number")
        parser.add_argument("--yes", action="store_true", help="do not ask")

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["number"]
        found = profile_of(number=number)
        if found is None:
            raise CommandError(f"There is no customer {number}.")
        customer_id, profile_id = found
        owner = Owner(user_id=0, profile_id=profile_id, distributor_id=None, customer_id=customer_id)
        if waiting := list(own_orders.still_open(owner)):
            raise CommandError(f"Not yet: {waiting[0].title} {waiting[0].text}")
        typed_again(number=number, yes=options["yes"])
        try:
            profiles.erase(profile_id=profile_id, now=timezone.now())
        except profiles.NoProfile as error:
            raise CommandError(f"{number} was erased before.") from error
        self.stdout.write(f"Erased. {number} keeps its orders and invoices.")

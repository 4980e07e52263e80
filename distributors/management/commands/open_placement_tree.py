"""`manage.py open_placement_tree legs --slots left,right`: a named tree that newcomers are placed in from now on."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from distributors.models import PlacementTree
from distributors.operations import placing


class Command(BaseCommand):
    help = "Open a placement tree (binary legs, a matrix). Newcomers are placed in it from now on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="a short name without spaces; plans refer to it")
        parser.add_argument("--slots", required=True, help="places below each position: 3, or left,right")
        parser.add_argument("--depth", type=int, help="levels below the top; without it the tree never ends")
        parser.add_argument("--positions", type=int, default=1, help="how many one person may hold")
        parser.add_argument(
            "--fill", choices=PlacementTree.Fill.values, default=PlacementTree.Fill.FIRST_FREE
        )
        parser.add_argument(
            "--hold", type=int, default=0, metavar="HOURS", help="how long sponsors may choose"
        )
        parser.add_argument("--top", default="", metavar="NUMBER", help="the distributor at its top")

    def handle(self, *args: Any, **options: Any) -> None:
        slots = options["slots"]
        try:
            tree = placing.open_tree(
                name=options["name"],
                slots=int(slots) if slots.isdecimal() else [word.strip() for word in slots.split(",")],
                depth_limit=options["depth"],
                positions_per_person=options["positions"],
                fill=options["fill"],
                holding_hours=options["hold"],
                top_number=options["top"],
                now=timezone.now(),
            )
        except (placing.NotATree, placing.TreeBusy) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The placement tree {tree} is open.")

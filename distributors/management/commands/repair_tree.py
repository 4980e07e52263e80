from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from distributors import tree
from distributors.tree import guards, positions_health


class Command(BaseCommand):
    help = "Numbers the sponsor tree and placement trees anew. Who stands where is not changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            guards.install()
            tree.repair(now=timezone.now())
            positions_health.repair()
        except (tree.SponsorCircle, tree.TreeBusy) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The sponsor tree and the placement trees are numbered anew.")

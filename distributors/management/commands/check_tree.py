from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from distributors import tree
from distributors.tree import positions_health


class Command(BaseCommand):
    help = "Compares what is derived in the sponsor tree and in placement trees with who stands above whom."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sponsors, placements = tree.check(now=timezone.now()), positions_health.problems()
        except tree.TreeBusy as busy:
            raise CommandError(str(busy)) from busy
        history = tree.history_problems()
        for problem in (*sponsors, *history, *placements):
            self.stderr.write(problem)
        if sponsors:
            raise CommandError("The sponsor tree is not sound. `manage.py repair_tree` numbers it anew.")
        if history:
            raise CommandError(
                "The history of sponsors contradicts the tree; a person has to decide which is true."
            )
        if placements:
            raise CommandError("A placement tree is not sound. `manage.py repair_tree` derives it anew.")
        self.stdout.write("The sponsor tree and the placement trees are sound.")

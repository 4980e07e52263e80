from typing import Any

from django.core.management.base import BaseCommand, CommandError

from distributors import tree


class Command(BaseCommand):
    help = "Compares the sponsor tree's intervals and levels with who sponsors whom; fails when they differ."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = tree.problems()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError("The sponsor tree is not sound. `manage.py repair_tree` numbers it anew.")
        self.stdout.write("The sponsor tree is sound.")

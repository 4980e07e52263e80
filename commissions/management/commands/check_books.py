"""`manage.py check_books`: the books against themselves. Ends with 1 when something is wrong."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commissions.queries import audit


class Command(BaseCommand):
    help = "Check the ledger, the periods, the statements, the tree and the jobs against each other."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = audit.everything()
        for problem in problems:
            self.stderr.write(problem)
        if problems:
            raise CommandError(f"{len(problems)} things are wrong. Nothing was changed.")
        self.stdout.write(self.style.SUCCESS("The books are right."))

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from distributors import tree


class Command(BaseCommand):
    help = "Numbers the sponsor tree anew from who sponsors whom. Sponsors are not changed."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            tree.rebuild()
        except (tree.SponsorCircle, tree.TreeBusy) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("The sponsor tree is numbered anew.")

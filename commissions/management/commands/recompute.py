"""`manage.py recompute 2026-10`: compute a closed month or week again from what it was computed from. Writes nothing.

Ends with 1 when the output is not, byte for byte, what is stored, or the input is not what it was.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commissions.core.facts import FactsError
from commissions.core.plan import PlanError
from commissions.operations import recomputing


class Command(BaseCommand):
    help = "Compute a final month or week, or one in draft, again, and compare it with what is stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("period", help="the month, as 2026-10, or the week, as 2026-W44")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = recomputing.again(period_key=options["period"])
        except (recomputing.NothingToRecompute, FactsError, PlanError) as error:
            raise CommandError(str(error)) from error
        run = found.run
        self.stdout.write(f"{run.period.key}, draft {run.number}, {run.get_state_display()}, {run.plan}")
        self.stdout.write(f"input   {run.input_hash} {'the same' if found.same_input else found.input}")
        output = found.output == found.stored == run.output_hash
        self.stdout.write(f"output  {run.output_hash} {'the same' if output else found.output}")
        self.stdout.write(f"people  {found.stored_state} {'the same' if found.same_state else found.state}")
        if not found.same_input:
            self.stderr.write("The input is not what it was: sales, people or the tree of then were changed.")
            for person in found.people:
                self.stderr.write(f"  distributor {person}")
        if found.engine != run.engine_version:
            self.stderr.write(f"The run was computed by engine {run.engine_version}, this is {found.engine}.")
        corrected = self._corrections(run.period.key)
        if found.same and not found.same_input:
            raise CommandError("It comes to the same, but from another input.")
        if found.same and corrected:
            raise CommandError("The run is the same, but a correction of it is not.")
        if found.same:
            self.stdout.write(self.style.SUCCESS("Computed again, it is the same to the byte."))
            return
        if found.first is None:
            raise CommandError("The rows are those computed again, but not those the run's hash was made of.")
        raise CommandError(f"It is not the same. The first difference: {found.first}")

    def _corrections(self, key: str) -> bool:
        """Says of each posted correction of the period whether it comes to the same; True when one does not."""
        try:
            found = recomputing.corrections(period_key=key)
        except (FactsError, PlanError) as error:
            raise CommandError(f"A correction of {key} cannot be computed again: {error}") from error
        for one in found:
            said = f"other: {', '.join(one.other)}" if one.other else "the same"
            self.stdout.write(f"correction {one.run.number}, {one.run.plan}: {said}")
        return any(one.other for one in found)

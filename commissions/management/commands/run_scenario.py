"""`manage.py run_scenario FILE.yaml`: compute a scenario of a plan, print it as JSON, and check what it expects."""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commissions.core.facts import FactsError
from commissions.core.scenario import Answer, PlanError, ScenarioError, run_text
from commissions.core.values import Overflowing
from commissions.queries.plan_files import plan_text


class Command(BaseCommand):
    help = (
        "Compute the periods of a scenario and print them as JSON; exit with 1 when they are not as expected."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the scenario, as docs/plans.md describes it")
        parser.add_argument("--explain", metavar="PERSON", help="tell one person's periods in words instead")
        parser.add_argument("--check", action="store_true", help="print what differs, and nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            answer = run_text(
                path.read_text(encoding="utf-8"), find_plan=lambda name: plan_text(name, beside=path.parent)
            )
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}") from error
        except UnicodeDecodeError as error:
            raise CommandError(f"{path}: is no text in UTF-8") from error
        except (PlanError, ScenarioError, FactsError, Overflowing) as error:
            raise CommandError("\n".join(f"{path}: {line}" for line in str(error).splitlines())) from error
        self._print(answer, options)
        for difference in answer.differences:
            self.stderr.write(f"{path}: {difference}")
        if answer.differences:
            sys.exit(1)

    def _print(self, answer: Answer, options: dict[str, Any]) -> None:
        person = options["explain"]
        if person:
            told = [line for outcome in answer.outcomes for line in outcome.words(person)]
            if not told:
                raise CommandError(f"Nobody in the scenario is called {person}.")
            self.stdout.write("\n".join(told))
        elif not options["check"]:
            self.stdout.write(json.dumps(answer.told(), indent=2, ensure_ascii=False))

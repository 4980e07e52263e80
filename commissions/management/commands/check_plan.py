"""`manage.py check_plan FILE|NAME`: everything that is wrong with a plan, and everything to doubt about it."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from commissions.core.linter import Doubt, doubts, payout
from commissions.core.plan import Plan, PlanError
from commissions.core.scenario import plan_in
from commissions.queries import doubts as shop_doubts
from commissions.queries import plans
from commissions.queries.plan_files import plan_text
from sales.queries.terms import company_day


class Command(BaseCommand):
    help = (
        "Check a plan document: problems, with which it cannot be adopted, and warnings, with their reasons and "
        "sources. Exits with 1 on problems; with --strict on warnings too."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "plan", help="a file, a plan that ships (linden), or one that was adopted (Linden)"
        )
        parser.add_argument("--strict", action="store_true", help="exit with 1 when there is a warning")
        parser.add_argument(
            "--without-shop",
            action="store_true",
            help="do not look at the shop's starter kits and fees: no database",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        plan = self._plan(options["plan"], ask_database=not options["without_shop"])
        found = doubts(plan)
        if not options["without_shop"]:
            found += self._of_shop()
        for doubt in found:
            self.stdout.write(f"{doubt.where}: {doubt.says}.\n    {doubt.code}; {doubt.source}")
        case = payout.worst(plan)
        if case is not None:
            self.stdout.write(f"The most that was found to be paid out: {case}.")
        warnings = "1 warning" if len(found) == 1 else f"{len(found)} warnings"
        self.stdout.write(f"{plan.name} {plan.version}: no problem, {warnings}.")
        if found and options["strict"]:
            sys.exit(1)

    def _plan(self, name: str, *, ask_database: bool) -> Plan:
        try:
            text = plan_text(name, beside=Path())
            if text is None and ask_database:
                text = plans.latest_document(name=name)
            if text is None:
                told = (
                    f"{name} is no file, no plan that ships and none that was adopted; a file ends in .yaml."
                )
                raise CommandError(told)
            return plan_in(text, find_plan=lambda named: plan_text(named, beside=Path(name).parent))
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{name} cannot be read: {error}") from error
        except PlanError as error:
            told = "\n".join(str(problem) for problem in error.problems)
            raise CommandError(f"{told}\n{len(error.problems)} problems.") from error

    def _of_shop(self) -> list[Doubt]:
        try:
            return shop_doubts.of_shop(day=company_day(moment=timezone.now()))
        except DatabaseError:
            self.stderr.write("There is no shop to ask for starter kits and fees that carry volume.")
            return []

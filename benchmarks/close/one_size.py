"""One part of the benchmark, in a process of its own, on the database of DATABASE_URL: prints JSON as its last line.

Parts: furnish, estimate, close, books, reading, portal.
"""

import argparse
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

ROOT = Path(__file__).resolve().parent.parent.parent
PLAN = ROOT / "commissions" / "plans" / "linden.yaml"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=sorted(PARTS))
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--quick", action="store_true")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.close.settings")
    django.setup()
    print(json.dumps(PARTS[asked.part](asked)))


def furnish(asked: argparse.Namespace) -> dict[str, Any]:
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.close import company
    from benchmarks.close.meter import Meter
    from benchmarks.close.portal.models import Commission

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with connection.schema_editor() as editor:
        editor.create_model(Commission)
    meter = Meter()
    with meter.stage("furnish"):
        company.furnish(people=asked.people, plan=PLAN.read_text(encoding="utf-8"))
    return {"stages": meter.plain()}


def estimate(asked: argparse.Namespace) -> dict[str, Any]:
    """From an order to what its seller's upline may expect; then the estimate is deleted as a draft would be."""
    from benchmarks.close import estimating

    return estimating.measure()


def close(asked: argparse.Namespace) -> dict[str, Any]:
    """The line, the draft, the approval, the ledger."""
    from benchmarks.close import closing

    return closing.measure()


def books(asked: argparse.Namespace) -> dict[str, Any]:
    """Every invariant of the books once the month is final."""
    from benchmarks.close import checked

    return checked.measure()


def reading(asked: argparse.Namespace) -> dict[str, Any]:
    """One person's statement."""
    from benchmarks.close import reading as pages

    return pages.measure(times=2 if asked.quick else pages.TIMES)


def portal(asked: argparse.Namespace) -> dict[str, Any]:
    """What portals usually do, order by order."""
    from benchmarks.close import portal_way

    return portal_way.measure(seconds=1.0 if asked.quick else portal_way.SECONDS)


PARTS: dict[str, Callable[[argparse.Namespace], dict[str, Any]]] = {
    "furnish": furnish, "estimate": estimate, "close": close, "books": books, "reading": reading, "portal": portal,
}  # fmt: skip


if __name__ == "__main__":
    main()

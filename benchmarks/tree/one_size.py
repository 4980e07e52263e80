"""All measurements at one size, in the database that DATABASE_URL names; the figures go to a file."""

import argparse
import json
import os
import tempfile
import time
from pathlib import Path

import django
from django.core.management import call_command
from django.db import connection


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--budget", type=float, default=8)
    parser.add_argument("--calls", type=int, default=400)
    parser.add_argument("--crowd", type=float, default=5)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--alone", action="store_true", help="keep what --out says of the others")
    asked = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.tree.settings")
    django.setup()
    call_command("migrate", run_syncdb=True, verbosity=0)
    call_command("createcachetable", verbosity=0)
    asked.out.write_text(json.dumps(_figures(asked)), encoding="utf-8")


def _figures(asked: argparse.Namespace) -> dict[str, object]:
    from benchmarks.tree import alone, beside, company_files, loading, network

    began, load = time.perf_counter(), os.getloadavg()[1]
    people = network.made_up(asked.people)
    effort = beside.Effort(
        budget=asked.budget, calls=asked.calls, crowd=asked.crowd, processes=asked.processes
    )
    ours: dict[str, alone.Figure] = {}
    with tempfile.TemporaryDirectory() as folder:
        ours.update(alone.importing(company_files.write(people, Path(folder))))
    loading.load(people)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE distributors_distributor")
        cursor.execute("CHECKPOINT")
    known = json.loads(asked.out.read_text(encoding="utf-8")) if asked.alone else None
    compared = {} if known else beside.measure(people, effort)
    ours.update(alone.enrolling(people, effort))
    ours.update(alone.moving_many(people, effort))
    ours.update(alone.checking())
    for operation, figure in ours.items():
        print(f"    {operation}: {figure.value} {figure.unit} {figure.note}", flush=True)
    return {
        "people": len(people),
        "levels": len(people.by_level),
        "team": beside.team_size(people),
        "seconds": time.perf_counter() - began,
        "load": [load, os.getloadavg()[1]],
        "load_of_others": known["load"] if known else None,
        "beside": known["beside"]
        if known
        else {
            operation: {name: figure.plain() for name, figure in row.items()}
            for operation, row in compared.items()
        },
        "ours": {operation: figure.plain() for operation, figure in ours.items()},
    }


if __name__ == "__main__":
    main()

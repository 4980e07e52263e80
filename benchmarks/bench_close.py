"""A month's close, from the line to the ledger, on a PostgreSQL of its own and on SQLite, beside a portal that pays
order by order.

Prints every figure as it is measured and writes the tables into docs/benchmarks.md. Each part is a process of its own.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import machine, pages_of_figures  # noqa: E402
from benchmarks.bench_tree import TUNED  # noqa: E402
from benchmarks.close import report  # noqa: E402
from tests.run import INITDB, find, postgres  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
PAGE = ROOT / "docs" / "benchmarks.md"
# Above these the estimate, and the other portal's way, say nothing new.
ESTIMATED, WALKED = 1_000_000, 1_000_000


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument(
        "--databases", nargs="*", choices=sorted(report.DATABASES), default=sorted(report.DATABASES)
    )
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose chapter is written")
    parser.add_argument(
        "--figures", type=Path, help="a folder that keeps figures; what is in it is not measured anew"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a moment of the slow way, to see that all works"
    )
    asked = parser.parse_args(arguments)
    initdb = find("initdb", *INITDB)
    if initdb is None:
        print("PostgreSQL is not installed: there is nothing to measure on.")
        return 1
    server = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, postgres(initdb, TUNED) as address:
        kept = asked.figures or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        figures = []
        for people in asked.sizes:
            for database in asked.databases:
                out = kept / f"close-{database}-{people}.json"
                if not out.exists():
                    found = measure(
                        people, _place(database, people, address, Path(folder)), quick=asked.quick
                    )
                    out.write_text(json.dumps({"database": database, **found}), encoding="utf-8")
                figures.append(json.loads(out.read_text(encoding="utf-8")))
    chapter = report.section(figures, f"PostgreSQL {re.findall(r'[0-9.]+', server)[0]}")
    pages_of_figures.put(page=asked.page, title=report.TITLE, chapter=chapter)
    print(f"Written to {asked.page.name}.")
    return 0


def measure(people: int, database: str, *, quick: bool) -> dict[str, Any]:
    """All parts at one size on one database; what the disk holds goes afterwards."""
    print(f"{people:,} people, {database.partition(':')[0]}", flush=True)
    found: dict[str, Any] = {"people": people, "load": [os.getloadavg()[0]], "loop": [machine.loop()]}
    parts = ["furnish", *(["estimate"] if people <= ESTIMATED else []), "close", "books", "reading"]
    parts += ["portal"] if people <= WALKED else []
    for part in parts:
        found[part] = apart(part, people, database, quick=quick)
    found["load"].append(os.getloadavg()[0])
    found["loop"].append(machine.loop())
    _remove(database)
    return found


def apart(part: str, people: int, database: str, *, quick: bool) -> dict[str, Any]:
    """One part in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.close.one_size", part, f"--people={people}"]
    settings = {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "benchmarks.close.settings",
        "REDIS_URL": "",
    }
    done = subprocess.run(
        [*command, *(["--quick"] if quick else [])],
        cwd=ROOT, env={**os.environ, **settings}, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    for stage in found.get("stages", []):
        print(
            f"  {'  ' * bool(stage['inside'])}{stage['name']}: {stage['seconds']:.2f} s, "
            f"{stage['cpu']:.2f} s of processor, {stage['rows']:,} rows, {stage['memory'] / 1e6:,.0f} MB",
            flush=True,
        )
    print(f"  {part}: { {key: value for key, value in found.items() if key != 'stages'} }", flush=True)
    return found


def _place(database: str, people: int, address: str, folder: Path) -> str:
    """The address of an empty database."""
    if database == "sqlite":
        return f"sqlite:///{folder / f'close{people}.sqlite3'}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE close{people}")
    return address.rsplit("/", 1)[0] + f"/close{people}"


def _remove(database: str) -> None:
    if database.startswith("sqlite"):
        for path in Path(database.removeprefix("sqlite:///")).parent.glob("close*.sqlite3*"):
            path.unlink()
        return
    server, _, name = database.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name}")


if __name__ == "__main__":
    sys.exit(main())

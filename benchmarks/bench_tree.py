"""The sponsor tree beside django-mptt, django-treebeard and django-tree-queries, on a PostgreSQL of its own.

Prints every figure as it is measured and writes the tables into docs/benchmarks.md.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import pages_of_figures  # noqa: E402
from benchmarks.tree import report  # noqa: E402
from tests.run import INITDB, find, postgres  # noqa: E402

SIZES = (10_000, 100_000, 1_000_000)
PAGE = ROOT / "docs" / "benchmarks.md"
# What a server with some memory is given; everything that keeps a commit safe stays on.
TUNED = "-c shared_buffers=1GB -c max_wal_size=8GB -c max_connections=60"


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose chapter is written")
    parser.add_argument(
        "--figures", type=Path, help="a folder that keeps figures; sizes in it are not measured anew"
    )
    parser.add_argument(
        "--quick", action="store_true", help="a few calls of each kind, to see that all works"
    )
    parser.add_argument(
        "--alone", action="store_true", help="measure the portal alone anew, and keep --figures of the others"
    )
    asked = parser.parse_args(arguments)
    initdb = find("initdb", *INITDB)
    if initdb is None:
        print("PostgreSQL is not installed: there is nothing to measure on.")
        return 1
    server = subprocess.run([initdb, "--version"], capture_output=True, text=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, postgres(initdb, TUNED) as address:
        kept = [(asked.figures or Path(folder)) / f"tree-{people}.json" for people in asked.sizes]
        for people, out in zip(asked.sizes, kept, strict=True):
            if not out.exists() or asked.alone:
                measure(people, address, out, quick=asked.quick, alone=asked.alone)
        figures = [json.loads(out.read_text(encoding="utf-8")) for out in kept]
    chapter = report.section(figures, f"PostgreSQL {re.findall(r'[0-9.]+', server)[0]}")
    pages_of_figures.put(page=asked.page, title=report.TITLE, chapter=chapter)
    print(f"Written to {asked.page.name}.")
    return 0


def measure(people: int, address: str, out: Path, *, quick: bool, alone: bool = False) -> None:
    """All figures at one size, from a process and a database of its own, into a file."""
    print(f"{people:,} people", flush=True)
    name = f"tree{people}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    less = ["--budget=0.1", "--calls=4", "--crowd=0.5", "--processes=2"] if quick else []
    less += ["--alone"] if alone else []
    subprocess.run(
        [sys.executable, "-m", "benchmarks.tree.one_size", f"--people={people}", f"--out={out}", *less],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": address.rsplit("/", 1)[0] + f"/{name}",
            "DJANGO_SETTINGS_MODULE": "benchmarks.tree.settings",
            "REDIS_URL": "",
        },
        check=True,
    )


if __name__ == "__main__":
    sys.exit(main())

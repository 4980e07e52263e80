"""Every page of a distributor, and those of staff, in a company of a million, read by twenty people at once.

A PostgreSQL and a Redis of its own, the portal's own web server with two processes. Each of the twenty has a session
and a team of another size, reads for a second, and asks for the next page. Prints the figures, writes their chapter.
With --database the company is kept there, and measured again the next time.
"""

import argparse
import contextlib
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import machine, pages_of_figures  # noqa: E402
from benchmarks.bench_tree import TUNED  # noqa: E402
from tests.run import INITDB, find, free_port, postgres, redis  # noqa: E402

TITLE = "## Pages"
PAGE = ROOT / "docs" / "benchmarks.md"
WORKER = [sys.executable, "benchmarks/portal/company_of_a_million.py"]
TARGET = 0.3
SEED = 11


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("people", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--page", type=Path, default=PAGE, help="the page whose chapter is written")
    parser.add_argument(
        "--database", help="an empty database, or one that this has filled before; it is kept"
    )
    parser.add_argument("--seconds", type=float, default=120, help="how long the twenty read")
    parser.add_argument("--reading", type=float, default=1.0, help="seconds between two pages of one person")
    asked = parser.parse_args(arguments)
    initdb, server = find("initdb", *INITDB), find("redis-server")
    if initdb is None or server is None:
        print("PostgreSQL or Redis is not installed: there is nothing to measure on.")
        return 1
    began = time.monotonic()
    with _database(asked.database, initdb) as address, redis(server) as broker:
        environment = {
            **os.environ,
            "DATABASE_URL": address,
            "REDIS_URL": broker,
            "PORTAL_MODE": "demo",
            "PORTAL_SITE_URL": "http://localhost",
        }
        visitors = json.loads(_asked([*WORKER, str(asked.people)], environment))
        said = json.dumps(visitors)
        counted, files, scripts = (
            json.loads(_asked([*WORKER, what], environment, said))
            for what in ("--queries", "--exports", "--scripts")
        )
        load = os.getloadavg()[0]
        took = _crowd(visitors, environment, asked.seconds, asked.reading)
    chapter = _chapter(asked.people, visitors, counted, took, load, (asked.seconds, asked.reading)) + _beside(
        files, scripts
    )
    chapter += f"\nThe whole benchmark took {(time.monotonic() - began) / 60:.0f} minutes"
    chapter += ".\n" if asked.database is None else "; the company was furnished before.\n"
    print(chapter)
    pages_of_figures.put(page=asked.page, title=TITLE, chapter=chapter)
    return 0


@contextlib.contextmanager
def _database(kept: str | None, initdb: str) -> Iterator[str]:
    """The database that is kept, or one in a cluster that goes afterwards."""
    if kept is not None:
        yield kept
        return
    with postgres(initdb, TUNED) as address:
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute("CREATE DATABASE pages")
        yield address.rsplit("/", 1)[0] + "/pages"


def _asked(command: list[str], environment: dict[str, str], said: str = "") -> str:
    done = subprocess.run(
        command, cwd=ROOT, env=environment, input=said, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:] or done.stdout[-2000:])
    return done.stdout.strip().splitlines()[-1]


def _crowd(
    visitors: list[dict[str, Any]], environment: dict[str, str], seconds: float, reading: float
) -> dict[str, list[float]]:
    """Seconds for each answer, by page."""
    port = free_port()
    web = subprocess.Popen(
        [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "2"],
        cwd=ROOT,
        env=environment,
    )
    try:
        _wait(port)
        took: dict[str, list[float]] = {}
        errors: list[str] = []
        _read_all(visitors, port, 2.0, 0.0, {}, errors)  # every process has loaded what it needs
        _read_all(visitors, port, seconds, reading, took, errors)
    finally:
        web.terminate()
        web.wait(timeout=30)
    if errors:
        raise SystemExit(f"{len(errors)} pages failed, the first: {errors[0]}")
    return took


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            connection = http.client.HTTPConnection("localhost", port, timeout=2)
            connection.request("GET", "/healthz/live")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The web server does not answer")


def _read_all(
    visitors: list[dict[str, Any]], port: int, seconds: float, reading: float, took: dict[str, list[float]],
    errors: list[str],
) -> None:  # fmt: skip
    until = time.perf_counter() + seconds
    threads = [
        threading.Thread(target=_read, args=(at, one, port, until, reading, took, errors))
        for at, one in enumerate(visitors)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _read(
    at: int, one: dict[str, Any], port: int, until: float, reading: float, took: dict[str, list[float]],
    errors: list[str],
) -> None:  # fmt: skip
    """One person, page after page in an order of their own."""
    chance = random.Random(SEED + at)
    connection = http.client.HTTPConnection("localhost", port, timeout=60)
    pages = list(one["pages"].items())
    time.sleep(chance.random() * reading)
    while time.perf_counter() < until:
        chance.shuffle(pages)
        for name, address in pages:
            began = time.perf_counter()
            connection.request("GET", address, headers={"Cookie": one["cookie"]})
            answer = connection.getresponse()
            answer.read()
            took.setdefault(name, []).append(time.perf_counter() - began)
            if answer.status != 200:
                errors.append(f"{address}: {answer.status}")
            if time.perf_counter() > until:
                break
            time.sleep(reading * (0.5 + chance.random()))


def _chapter(
    people: int, visitors: list[dict[str, Any]], counted: dict[str, list[list[float]]],
    took: dict[str, list[float]], load: float, pace: tuple[float, float],
) -> str:  # fmt: skip
    seconds, reading = pace
    staff = sum("home" not in one["pages"] for one in visitors)
    teams = sorted(one["team"] for one in visitors if "home" in one["pages"])
    every = [one for times in took.values() for one in times]
    head = (
        f"{TITLE}\n\n`make bench-portal` writes this chapter. A company of {people:,} people with a final month and an "
        f"open one; {len(teams)} distributors are signed in, with teams of {teams[0]:,} to {teams[-1]:,}, and "
        f"{staff} colleagues of the company. Each reads a page "
        f"for {reading / 2:g} to {reading * 1.5:g} s and asks for the next, in an order of their own, for "
        f"{seconds:g} s: {len(every):,} pages, {_share(every, 50) * 1000:.0f} ms in the middle, 95 of 100 within "
        f"{_share(every, 95) * 1000:.0f} ms. That is faster than anybody reads: twenty who think for ten seconds ask "
        f"for a tenth of it. Two processes of the portal's web server, PostgreSQL, Redis "
        f"and the readers share {os.cpu_count()} processors; load at the beginning {load:.1f}. To compare "
        f"machines: ten million additions in a loop take Python {machine.loop():.1f} s here. Milliseconds from the "
        f"request to the last byte; target: 95 of 100 within {TARGET * 1000:.0f} ms. *Statements* are the fewest and "
        "the most that anybody's page needed; *alone* is the slowest of all visitors' pages without a crowd, and *of "
        "processor* what the portal itself used of such a page in the middle, the database apart.\n\n"
    )
    rows = [
        "| page | statements | kB | of processor | alone | median | 95 of 100 | slowest |",
        "| --- | --: | --: | --: | --: | --: | --: | --: |",
    ]
    for name in sorted(took, key=lambda one: -_share(took[one], 95)):
        asked = counted[name]
        fewest, most = int(min(one[0] for one in asked)), int(max(one[0] for one in asked))
        rows.append(
            f"| {name} | {fewest if fewest == most else f'{fewest}–{most}'} "
            f"| {max(one[2] for one in asked) / 1000:.0f} "
            f"| {statistics.median(one[3] for one in asked) * 1000:.0f} "
            f"| {max(one[1] for one in asked) * 1000:.0f} | {statistics.median(took[name]) * 1000:.0f} "
            f"| {_share(took[name], 95) * 1000:.0f} | {max(took[name]) * 1000:.0f} |"
        )
    return head + "\n".join(rows) + "\n"


def _beside(files: dict[str, list[float]], scripts: list[int]) -> str:
    """What is measured beside the crowd: files of a whole team, and the scripts of a first view."""
    rows = [
        "\nA whole team as a file, alone: the seconds to the last byte, and the memory meanwhile on top of a page's.\n",
        "| file | people | s | MB | memory, MB |",
        "| --- | --: | --: | --: | --: |",
    ]
    for kind, (people, seconds, size, memory) in files.items():
        rows.append(f"| {kind} | {people:,} | {seconds:.1f} | {size / 1e6:.1f} | {memory / 1e6:.0f} |")
    count, plain, packed = scripts
    rows.append(
        f"\nScripts of a first view: {count} files, {packed / 1000:.0f} kB as they are sent (gzip), "
        f"{plain / 1000:.0f} kB unpacked."
    )
    return "\n".join(rows) + "\n"


def _share(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


if __name__ == "__main__":
    sys.exit(main())

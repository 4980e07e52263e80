"""How long the engine takes for each plan that ships, beside the slow reference and a walk from order to order.

Each measurement is a process of its own, so that its peak of memory is its own. Reading and storing are not in it.
Writes its chapter of docs/benchmarks.md with --write; `make bench-engine` does.
"""

import argparse
import json
import os
import platform
import re
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from benchmarks import engine_walk, pages_of_figures  # noqa: E402
from benchmarks.engine_companies import company  # noqa: E402
from commissions.core.plan import Plan, load  # noqa: E402
from commissions.core.reference import run_reference  # noqa: E402
from commissions.core.run import run  # noqa: E402
from common import heap  # noqa: E402

PLANS = ROOT / "commissions" / "plans"
PAGE = ROOT / "docs" / "benchmarks.md"
SIZES = (10_000, 100_000, 1_000_000)
TITLE = "## The engine"
YARDSTICK = "linden"  # seven compressed levels, six ranks, retail profit and fast start
ALL_PLANS = 1_000_000  # above it plans with many columns want more memory than machines have
WALKED, REACH = "level_pay", {"reference": 1_000, "walk": 100_000}


def plan_of(name: str) -> Plan:
    return load((PLANS / f"{name}.yaml").read_text(encoding="utf-8"))


def timed(work: Callable[[], Any], repeat: int) -> tuple[list[tuple[float, float]], Any]:
    """(seconds by the clock, the processor's seconds) of each run, and the last answer."""
    took, answer = [], None
    for _ in range(repeat):
        answer = None  # so that there is never room needed for two
        started, used = time.perf_counter(), time.process_time()
        answer = work()
        took.append((time.perf_counter() - started, time.process_time() - used))
    return took, answer


def measure(how: str, name: str, people: int) -> dict[str, Any]:
    """One figure, in this process."""
    plan = plan_of(name)
    facts = company(plan, people)
    if how == "reference":
        took, _ = timed(lambda: run_reference(plan=plan, facts=facts), 1)
        return _best(took)
    if how == "walk":
        result = run(plan=plan, facts=facts)
        known = engine_walk.database(facts, result, plan)
        took, rows = timed(lambda: engine_walk.walk(known, plan, facts, result, WALKED), 1)
        return _best(took) | {"lines": rows}
    repeat = 5 if people <= 100_000 else 3 if people <= 1_000_000 else 2
    before = memory(fresh=True)
    with heap.kept():  # as when a period is closed
        took, result = timed(lambda: run(plan=plan, facts=facts), repeat)
        peak = memory()
    counts = {"lines": len(result.lines), "items": len(result.items)}
    return _best(took) | {**counts, "peak": peak, "engine": peak - before}


def _best(took: list[tuple[float, float]]) -> dict[str, Any]:
    """The best run, and how long the first one took: that one touches memory that no run before it had."""
    seconds, cpu = min(took)
    return {"seconds": seconds, "cpu": cpu, "first": took[0][0]}


def memory(*, fresh: bool = False) -> int:
    """The most bytes that this process has held; `fresh` forgets what was before now, where the system can."""
    status, refs = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    if fresh and refs.exists():
        refs.write_text("5", encoding="ascii")
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii"))
    return int(peak) * 1024


def apart(how: str, name: str, people: int) -> dict[str, Any]:
    """The same in a process of its own."""
    command = [sys.executable, __file__, "--measure", how, name, str(people)]
    found: dict[str, Any] = json.loads(
        subprocess.run(command, check=True, capture_output=True, text=True).stdout
    )
    print(
        f"{how:>10} {name:>8} {people:>11,} people: {found['seconds']:8.3f} s, {found['cpu']:8.3f} s of processor",
        flush=True,
    )
    return found


def table(head: list[str], rows: list[list[str]]) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in (head, ["---", *["--:"] * (len(head) - 1)], *rows)]
    return "\n".join(lines)


def chapter(sizes: list[int], names: list[str]) -> str:
    """What the benchmark says, measured now."""
    asked = [(name, size) for size in sizes for name in names if size <= ALL_PLANS or name == YARDSTICK]
    engine = {(name, size): apart("engine", name, size) for name, size in asked}
    rows = [
        [
            name, f"{size:,}", f"{one['seconds']:.2f}", f"{one['first']:.2f}", f"{one['cpu']:.2f}",
            f"{one['cpu'] * 1e6 / size:.2f}",
            f"{one['lines']:,}", f"{one['items']:,}", f"{one['peak'] / size:,.0f}", f"{one['engine'] / size:,.0f}",
        ]
        for (name, size), one in sorted(engine.items(), key=lambda pair: (names.index(pair[0][0]), pair[0][1]))
    ]  # fmt: skip
    head = ["plan", "people and order lines", "seconds", "first run", "of processor", "per million", "lines", "items",
            "bytes per person", "of these the engine's"]  # fmt: skip
    return "\n\n".join([INTRODUCTION.format(**_machine()), table(head, rows), _beside(names)])


def _beside(names: list[str]) -> str:
    size = REACH["reference"]
    rows = [
        [name, f"{slow:.2f}", f"{fast:.4f}", f"{slow / fast:,.0f} ×"]
        for name in names
        for slow, fast in [(apart("reference", name, size)["cpu"], apart("engine", name, size)["cpu"])]
    ]
    reference = table(["plan", f"reference, {size:,} people", "engine", "ratio"], rows)
    walks = []
    for people in (10_000, REACH["walk"]):
        slow, fast = apart("walk", YARDSTICK, people), apart("engine", YARDSTICK, people)
        walks.append([
            f"{people:,}", f"{slow['cpu']:.2f}", f"{people / slow['cpu']:,.0f}", f"{fast['cpu']:.3f}",
            f"{people / fast['cpu']:,.0f}", f"{slow['cpu'] / fast['cpu']:,.0f} ×",
        ])  # fmt: skip
    walked = table(["orders", "walk, s", "orders per s", "engine, s", "orders per s", "ratio"], walks)
    return "\n\n".join([REFERENCE, reference, WALK, walked])


INTRODUCTION = (
    TITLE
    + """

`make bench-engine` writes this chapter (`SIZES="10000 10000000"` for other sizes). Every plan that ships computes a
made-up company with one order line for each person, about every third inactive, in trees that are a few dozen levels
deep; every line is kept. Facts are made before what is measured, results are stored after it. Each in a process of its
own; one thread. Python {python}, numpy {numpy}, {machine}; {cores} processors, of which other work wanted {load:.1f} at
the beginning. *Seconds* are the best of several runs (of two above a million people) by the clock, *of processor* what
the engine used of them; the *first run* also waits for memory that nobody had touched before. Bytes per person are the
most that the whole process held, Python and the facts included; *the engine's* is what came on top of these.
`linden` is the yardstick: seven compressed levels, six ranks, retail profit and fast start; above {most:,} people it is
measured alone."""
)
REFERENCE = """### Beside the reference

The same rules one person at a time, in plain Python (`commissions/core/reference`). Seconds of processor."""
WALK = """### Beside a walk for each order

What portals usually do: for each order up the sponsors, one query for each upline and one row inserted for each who is
paid; here into SQLite in memory, with ranks and who is active given. It pays level pay alone, the engine the whole
plan, ranks included. Seconds of processor."""


def _machine() -> dict[str, Any]:
    versions = {"python": platform.python_version(), "numpy": np.__version__}
    where = {"machine": platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0]}
    return {**versions, **where, "most": ALL_PLANS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=SIZES)
    parser.add_argument("--plans", nargs="*", default=sorted(path.stem for path in PLANS.glob("*.yaml")))
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--measure", nargs=3, metavar=("HOW", "PLAN", "PEOPLE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        how, name, people = asked.measure
        print(json.dumps(measure(how, name, int(people))))
        return
    names = sorted(asked.plans, key=lambda name: (name != YARDSTICK, name))
    text = chapter(list(asked.people), names)
    if asked.write:
        pages_of_figures.put(page=PAGE, title=TITLE, chapter=text)
    else:
        print(text)


if __name__ == "__main__":
    main()

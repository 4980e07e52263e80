"""How long the engine takes: seven compressed levels, six ranks, retail profit and fast start, every line kept.

Prints seconds for 10,000, 100,000 and 1,000,000 people with as many order lines. Reading and storing are not in it.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from commissions.core.facts import Facts, OrderLines, People, depths  # noqa: E402
from commissions.core.plan import load  # noqa: E402
from commissions.core.run import Result, run  # noqa: E402

FIRST_DAY = 20_393  # 2025-11-01
SIZES = (10_000, 100_000, 1_000_000)


def company(people: int, seed: int = 1) -> Facts:
    """A random company: a tree that is a few dozen levels deep, one order line per person, every third inactive."""
    random = np.random.default_rng(seed)
    chosen = (random.random(people) ** 1.2 * np.arange(people)).astype(np.int64)
    chosen[0] = -1
    order = np.argsort(depths(chosen), kind="stable")
    place = np.empty(people, np.int64)
    place[order] = np.arange(people)
    sponsor = np.where(chosen[order] >= 0, place[chosen[order]], -1)
    points = random.integers(4_000, 40_000, people)
    return Facts(
        period="2025-11",
        first_day=FIRST_DAY,
        last_day=FIRST_DAY + 30,
        people=People(
            number=np.char.zfill(np.arange(people).astype(np.str_), 9),
            sponsor=sponsor,
            joined=FIRST_DAY - random.integers(0, 900, people),
            standing=(random.random(people) < 0.02).astype(np.int8),
            memory={},
        ),
        lines=OrderLines(
            key=np.char.add(np.char.zfill(np.arange(people).astype(np.str_), 9), "/1"),
            seller=random.integers(0, people, people),
            by_customer=random.random(people) < 0.4,
            qualifying=points,
            commissionable=points * 8 // 10,
            price=points * 3 // 2,
            list_price=points * 3 // 2,
            distributor_price=points,
            day=FIRST_DAY + random.integers(0, 30, people),
            reversal=np.zeros(people, bool),
        ),
    )


def measure(people: int, repeat: int) -> tuple[float, Result]:
    """The best of some runs, in seconds, and the result."""
    plan = load((ROOT / "commissions/plans/linden.yaml").read_text(encoding="utf-8"))
    facts = company(people)
    best = float("inf")
    for _ in range(repeat):
        started = time.perf_counter()
        result = run(plan=plan, facts=facts)
        best = min(best, time.perf_counter() - started)
    return best, result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, nargs="*", default=SIZES)
    parser.add_argument("--repeat", type=int, default=3)
    asked = parser.parse_args()
    print(f"{'people':>10} {'order lines':>12} {'lines paid':>11} {'items':>10} {'seconds':>8}")
    for people in asked.people:
        seconds, result = measure(people, asked.repeat)
        print(
            f"{people:>10,} {people:>12,} {len(result.lines):>11,} {len(result.items):>10,} {seconds:>8.3f}"
        )


if __name__ == "__main__":
    main()

"""How long it takes to place one newcomer in a binary tree of 100,000 or 1,000,000 positions, by each strategy.

Needs an empty PostgreSQL database in DATABASE_URL (or a file: sqlite:////tmp/bench.sqlite3), which it fills. Prints
the 50th and 95th percentile in milliseconds, commit included, with sponsors anywhere in the tree and with the one at
the top, and of finding the place alone; and how long the import's writing, measuring every leg, the engine's arrays
and the check of the whole tree take.
"""

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlmportal.settings")

import django  # noqa: E402

django.setup()

import numpy as np  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402

from common.operations import bulk  # noqa: E402
from distributors.models import Distributor, Placement, PlacementTree, Profile  # noqa: E402
from distributors.operations import filling, leg_volumes, placing, strategies  # noqa: E402
from distributors.queries import free_places, placements  # noqa: E402
from distributors.tree import positions_health  # noqa: E402
from distributors.tree.arrays import numbered  # noqa: E402
from distributors.tree.labels import TOP  # noqa: E402
from distributors.tree.positions_planting import Batch, plant_positions  # noqa: E402

NOW = datetime(2026, 3, 2, tzinfo=UTC)
STRATEGIES = PlacementTree.Fill.values
LINE = 0.05  # of all positions stand in one line on the outside


def company(people: int, seed: int = 1) -> None:
    """People with random sponsors, and their keys equal to their numbers."""
    chance = np.random.default_rng(seed)
    sponsor = (chance.random(people) ** 1.2 * np.arange(people)).astype(np.int64)
    sponsor[0] = -1
    new = numbered(sponsor, top=TOP)
    joined = connection.ops.adapt_datetimefield_value(NOW)
    names = ("given_name", "family_name", "phone", "street", "postcode", "city", "country")
    bulk.insert(
        model=Profile,
        columns=("id", *names),
        rows=((at + 1, "Person", str(at), *[""] * (len(names) - 2)) for at in range(people)),
    )
    labels = (column.tolist() for column in (sponsor, new.lft, new.rght, new.level))
    columns = ("id", "number", "profile_id", "sponsor_id", "status", "joined_at", "career_rank",
               "lft", "rght", "tree_id", "level")  # fmt: skip
    bulk.insert(
        model=Distributor,
        columns=columns,
        rows=(
            (at + 1, str(at), at + 1, up + 1 or None, "good", joined, "", lft, rght, 1, level)
            for at, (up, lft, rght, level) in enumerate(zip(*labels, strict=True))
        ),
    )


def binary(positions: int, seed: int = 2) -> Batch:
    """One long line on the outside left, the rest in random free places."""
    chance, line = random.Random(seed), int(positions * LINE)
    parent, slot = [-1], [0]
    free = [(0, 1), (0, 2)]
    for at in range(1, positions):
        if at <= line:
            up, where = at - 1, 1
            if at == 1:
                free.pop(0)
        else:
            pick = chance.randrange(len(free))
            up, where = free[pick]
            free[pick] = free[-1]
            free.pop()
        parent.append(up)
        slot.append(where)
        free += [(at, 2)] if at < line else [(at, 1), (at, 2)]
    none = np.zeros(positions, dtype=np.int64)
    return Batch(
        owner_id=np.arange(1, positions + 1, dtype=np.int64),
        ordinal=none + 1,
        parent=np.array(parent, dtype=np.int64),
        parent_id=none,
        parent_level=none - 1,
        slot=np.array(slot, dtype=np.int64),
        placed_at=[NOW] * positions,
    )


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def place(tree: PlacementTree, owners: range, sponsor: Callable[[], int | None]) -> str:
    took = []
    for owner in owners:
        if (chosen := sponsor()) is not None:
            with connection.cursor() as cursor:
                cursor.execute(
                    f"UPDATE {Distributor._meta.db_table} SET sponsor_id = %s WHERE id = %s",
                    [chosen, owner],
                )
        took.append(
            1_000 * seconds(lambda owner=owner: filling.automatically(tree=tree, owner_id=owner, now=NOW))
        )
    return percentiles(took)


def look(tree: PlacementTree, chance: random.Random, people: int, each: int) -> str:
    """How long finding the place alone takes."""
    took = []
    for _ in range(each):
        under = free_places.nearest(tree_id=tree.pk, distributor_id=chance.randrange(1, people + 1))
        if under is not None:
            took.append(1_000 * seconds(lambda under=under: strategies.find(tree=tree, under=under)))
    return percentiles(took)


def percentiles(took: list[float]) -> str:
    cuts = statistics.quantiles(took, n=20)
    return f"{cuts[9]:7.1f} {cuts[18]:7.1f}"


def bench(people: int, each: int) -> None:
    spare = 2 * each * len(STRATEGIES)
    with transaction.atomic():
        company(people + spare)
    tree = placing.open_tree(name="bench", slots=["left", "right"], now=NOW)
    batch = binary(people)
    print(f"\n{people:,} positions")
    print(
        f"  written as an import writes them     {seconds(lambda: plant_positions(tree=tree, batch=batch)):7.1f} s"
    )
    leg_volumes.measure_with(volumes=lambda: dict.fromkeys(range(1, people), 100))
    measured = seconds(lambda: leg_volumes.measure(tree_id=tree.pk, now=NOW.replace(year=2030)))
    print(f"  every leg's volume measured          {measured:7.1f} s")
    chance, owner = random.Random(3), people + 1
    print(
        f"  {'one newcomer, milliseconds':36} {'p50':>7} {'p95':>7}   {'p50':>7} {'p95':>7}   {'p50':>7} {'p95':>7}"
    )
    print(f"  {'':36} {'sponsor anywhere':>15}   {'at the top':>15}   {'finding alone':>15}")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    for fill in STRATEGIES:
        tree.fill = fill
        anywhere = place(tree, range(owner, owner + each), lambda: chance.randrange(1, people + 1))
        top = place(tree, range(owner + each, owner + 2 * each), lambda: 1)
        owner += 2 * each
        print(f"  {fill:36} {anywhere}   {top}   {look(tree, chance, people, each)}")
    arrays = seconds(lambda: placements.positions(tree="bench", before=NOW.replace(year=2030)))
    print(f"  as arrays for the engine             {arrays:7.1f} s")
    found: list[str] = []
    print(
        f"  checked                              {seconds(lambda: found.extend(positions_health.problems())):7.1f} s"
    )
    print(f"  {len(found)} problems; {Placement.objects.count():,} positions")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", nargs="?", type=int, default=100_000)
    parser.add_argument("--each", type=int, default=200, help="newcomers of each kind")
    choices = parser.parse_args()
    call_command("migrate", verbosity=0)
    if Distributor.objects.exists():
        parser.error("this database is not empty")
    bench(choices.size, choices.each)


if __name__ == "__main__":
    main()

"""What every contender is asked to do, and the figures that come out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db import connection

from benchmarks.tree import crowd
from benchmarks.tree.contenders import EVERY, WRONG, Contender
from benchmarks.tree.measuring import Figure, Meter, share, timed
from benchmarks.tree.network import Network

Figures = dict[str, dict[str, Figure]]


@dataclass(frozen=True, slots=True)
class Effort:
    """How long and how often: seconds for each kind of work, calls at most, seconds of a crowd."""

    budget: float
    calls: int
    crowd: float
    processes: int = 8
    # A crowd of eight whose members need longer than this for one sign-up (ms) says nothing new.
    hopeless: float = 4_000


def measure(network: Network, effort: Effort) -> Figures:
    """Operation to contender to figure."""
    figures: Figures = {}
    for contender in EVERY:
        print(f"  {contender.name}", flush=True)
        for operation, figure in _all(contender, network, effort):
            figures.setdefault(operation, {})[contender.name] = figure
            print(f"    {operation}: {figure.value} {figure.unit} {figure.note}", flush=True)
    return figures


def _all(contender: Contender, network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    yield from _reading(contender, network, effort)
    sign_up: list[float] = []
    for operation, figure in _joining(contender, network, effort):
        # None: not even one came through in time.
        sign_up.append(float("inf") if figure.value is None else figure.value)
        yield operation, figure
    yield from _moving(contender, network, effort)
    # Last: it leaves some libraries a tree in which nothing can be moved any more.
    yield from _crowd(contender, network, effort, slow=sign_up[0] > effort.hopeless)


def _reading(contender: Contender, network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    random = np.random.default_rng(1)
    deep = np.flatnonzero(network.level >= np.quantile(network.level, 0.9)) + 1
    keys = random.choice(deep, effort.calls).tolist()
    yield (
        "upline of somebody deep down",
        share(timed(contender.upline, ((key,) for key in keys), budget=effort.budget), 50),
    )
    team = network.branches(team_size(network), 5)
    for operation, work in (("count a team", contender.count), ("a page of 50 of a team", contender.page)):
        taken = timed(work, ((team[at % len(team)],) for at in range(effort.calls)), budget=effort.budget)
        yield operation, share(taken, 50)


def team_size(network: Network) -> int:
    """The size of the teams that are counted and paged: 8,000 in a million."""
    return max(2, len(network) // 125)


def _joining(contender: Contender, network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    random = np.random.default_rng(2)
    sponsors = (random.integers(len(network), size=effort.calls) + 1).tolist()
    ready = [(f"S{at}", sponsor, contender.before_join(f"S{at}")) for at, sponsor in enumerate(sponsors)]
    with Meter(contender.model._meta.db_table) as meter:
        taken = timed(contender.join, ready, budget=effort.budget)
    count = max(1, len(taken))
    yield "sign-up, half of them within", share(taken, 50)
    yield "sign-up, 95 of 100 within", share(taken, 95)
    yield "rows rewritten per sign-up", Figure(meter.rows / count, "rows", count)
    yield "write-ahead log per sign-up", Figure(meter.bytes / count / 1024, "kB", count)


def _crowd(
    contender: Contender, network: Network, effort: Effort, *, slow: bool
) -> Iterator[tuple[str, Figure]]:
    if slow:
        note = "not tried: one sign-up alone takes longer than the crowd is given"
        yield f"sign-ups per second, {effort.processes} processes", Figure(None, "/s", 0, note)
        return
    done = crowd.together(contender.name, [[]] * effort.processes, people=len(network), seconds=effort.crowd)
    yield f"sign-ups per second, {effort.processes} processes", Figure(done.rate, "/s", done.done)
    yield "of these refused with an error", Figure(done.failed, "", done.done + done.failed)
    yield "wrong rows afterwards", Figure(WRONG[contender.name](), "rows")


def _moving(contender: Contender, network: Network, effort: Effort) -> Iterator[tuple[str, Figure]]:
    random = np.random.default_rng(3)
    size = min(1_000, max(2, len(network) // 10))
    calls = [(key, network.outside(key, random)) for key in network.branches(size, 5)]
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {contender.model._meta.db_table}")
    yield f"move {size:,} people", share(timed(contender.move, calls, budget=effort.budget), 50)

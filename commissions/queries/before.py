"""What a period begins with: memories and all else that crosses from one period to the next, as the last final run
of the same plan left it."""

# ruff: noqa: S608 - numbers and names of ours, never input

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.facts import State
from commissions.core.plan import Plan
from commissions.core.terms import Once, Pair, Pool
from commissions.models import Period, Run
from commissions.queries import counting, plans
from common.arrays import places
from common.operations import tables

Ints = NDArray[np.int64]
TITLE = "title"


@dataclass(frozen=True, slots=True)
class Who:
    """The people and positions of the facts, by their keys in the database: element i belongs to element i."""

    people: Ints
    positions: Mapping[str, Ints]
    career: Ints  # each one's career rank as it stands on the person: an index in `ranks`
    ranks: list[str]


def last_final(*, period: Period, plan: Plan, seen: int) -> Run | None:
    """The run that counts for the latest period before this one that was computed with a version of this plan: as
    corrected, where a correcting run up to the turn `seen` corrected it."""
    return counting.before(moment=period.starts_at, plan=plan.name, seen=seen)


def to_read(*, period: Period, plan: Plan) -> dict[str, str]:
    """Of each other plan that this one looks at, the key of the period it reads: the last that was final by now and
    had ended by the end of this one; "" for none. Chosen when a run is made and kept with it, so that it reads the
    same for ever."""
    final = Run.objects.filter(
        state=Run.State.FINAL, kind=Run.Kind.CLOSE, period__ends_at__lte=period.ends_at
    )
    found = {}
    for prefix, name in plan.other_plans.items():
        of_it = final.filter(plan__name=name).order_by("-period__starts_at")
        found[prefix] = of_it.values_list("period__key", flat=True).first() or ""
    return found


def others(*, plan: Plan, reads: Mapping[str, str], who: Who, seen: int) -> dict[str, Ints]:
    """Everybody's rank in the closed periods of other plans, as an index in this plan's ladder: `monthly.rank`.

    Whom that period did not know, and everybody where there is none yet, has the lowest.
    """
    found: dict[str, Ints] = {}
    final = Run.objects.filter(state=Run.State.FINAL, kind=Run.Kind.CLOSE)
    for prefix in plan.other_plans:
        values = found[f"{prefix}.rank"] = np.zeros(len(who.people), np.int64)
        closed = final.filter(period__key=reads.get(prefix, ""))
        for run in counting.in_place_of(runs=closed, seen=seen):
            stored = tables.read(
                query="SELECT distributor_id, CAST(rank AS bigint) FROM commissions_snapshot "
                f"WHERE run_id = {run.pk:d}",
                shape={"person": "int", "rank": "int"},
            )
            at = places(of=stored["person"], among=who.people)
            then = _translated(plans.of_run(run_id=run.pk), plan)
            values[at[at >= 0]] = then[stored["rank"]][at >= 0]
    return found


def memories(*, plan: Plan, run: Run | None, who: Who) -> dict[str, Ints]:
    """Each value memory when the period begins.

    Whom no final run knows has, as title, the career rank they came with; else a memory begins as the plan says.
    """
    found = {
        name: np.full(len(who.people), memory.starts, np.int64)
        for name, memory in plan.memories.items()
        if not memory.keeps
    }
    if TITLE in found and plan.memories[TITLE].unit == "rank":
        known = _steps(plan)
        found[TITLE] = np.array([known.get(rank, plan.memories[TITLE].starts) for rank in who.ranks])[
            who.career
        ]
    if run is not None:
        _remembered(plan, run, who, found)
    return found


def titles(*, plan: Plan, run: Run | None, who: Who) -> Ints:
    """Everybody's career rank when the period begins, as an index in the ladder: for plans that keep no title."""
    known = _steps(plan)
    found = np.array([known.get(rank, 0) for rank in who.ranks], np.int64)[who.career]
    if run is None:
        return found
    then = _translated(plans.parsed(version=run.plan), plan)
    stored = tables.read(
        query=f"SELECT distributor_id, CAST(title AS bigint) FROM commissions_snapshot WHERE run_id = {run.pk:d}",
        shape={"person": "int", "title": "int"},
    )
    at = places(of=stored["person"], among=who.people)
    found[at[at >= 0]] = then[stored["title"]][at >= 0]
    return found


def state(*, plan: Plan, run: Run | None, who: Who) -> State:
    """All else: carried volume, earlier values, what was given, what is held, pools."""
    if run is None:
        return State()
    rows = _Rows(run.pk, who, {new: old for old, new in plan.renamed.items()})
    pairs = {one.name: one.how for one in plan.bonuses if isinstance(one.how, Pair)}
    return State(
        carry={name: rows.carry(name, how) for name, how in pairs.items()},
        windows={
            name: rows.window(name, memory.keeps) for name, memory in plan.memories.items() if memory.keeps
        },
        given={one.name: rows.given(one.name) for one in plan.bonuses if isinstance(one.how, Once)},
        held={one.name: rows.held(one.name) for one in plan.bonuses if one.hold is not None},
        pools={one.name: rows.pool(one.name) for one in plan.bonuses if isinstance(one.how, Pool)},
    )


class _Rows:
    """The rows of models.Carried of a run, by kind and name."""

    def __init__(self, run_id: int, who: Who, earlier: Mapping[str, str]) -> None:
        self.run_id, self.who, self.earlier = run_id, who, earlier

    def read(self, kind: str, name: str) -> dict[str, Ints]:
        columns = ("distributor_id", "position_id", "slot", "age", "amount")
        listed = ", ".join(f"CAST(COALESCE({column}, 0) AS bigint)" for column in columns)
        return tables.read(
            query=f"SELECT {listed} FROM commissions_carried WHERE run_id = {self.run_id:d} "
            "AND kind = %s AND name = %s ORDER BY id",
            parameters=[kind, self.earlier.get(name, name)],
            shape=dict.fromkeys(("person", "position", "slot", "age", "amount"), "int"),
        )

    def carry(self, name: str, how: Pair) -> Ints:
        positions = self.who.positions[how.along]
        found = np.zeros((len(positions), 2, max(1, how.carry_expires)), np.int64)
        rows = self.read("carry", name)
        at = places(of=rows["position"], among=positions)
        kept = (at >= 0) & (rows["age"] < found.shape[2])
        found[at[kept], rows["slot"][kept], rows["age"][kept]] = rows["amount"][kept]
        return found

    def window(self, name: str, keeps: int) -> Ints:
        rows = self.read("window", name)
        periods = min(keeps, int(rows["age"].max(initial=-1)) + 1)
        found = np.zeros((len(self.who.people), periods), np.int64)
        at = places(of=rows["person"], among=self.who.people)
        kept = (at >= 0) & (rows["age"] < periods)
        found[at[kept], periods - 1 - rows["age"][kept]] = rows["amount"][kept]
        return found

    def given(self, name: str) -> Ints:
        rows, found = self.read("given", name), np.zeros(len(self.who.people), np.int64)
        at = places(of=rows["person"], among=self.who.people)
        found[at[at >= 0]] = rows["amount"][at >= 0]
        return found

    def held(self, name: str) -> tuple[tuple[int, int, int], ...]:
        rows = self.read("held", name)
        at = places(of=rows["person"], among=self.who.people)
        known = zip(at.tolist(), rows["amount"].tolist(), rows["age"].tolist(), strict=True)
        return tuple(sorted(row for row in known if row[0] >= 0))

    def pool(self, name: str) -> int:
        return int(self.read("pool", name)["amount"].sum())


def _remembered(plan: Plan, run: Run, who: Who, found: dict[str, Ints]) -> None:
    """Puts what the run left in the place of what the memories would begin with."""
    last = plans.parsed(version=run.plan)
    names = sorted(name for name, memory in last.memories.items() if not memory.keeps)
    stored = tables.read(
        query=f"SELECT distributor_id, memory FROM commissions_snapshot WHERE run_id = {run.pk:d}",
        shape={"person": "int", "memory": f"packed {len(names)}"},
    )
    at = places(of=stored["person"], among=who.people)
    earlier = {new: old for old, new in plan.renamed.items()}
    for name, values in found.items():
        old = earlier.get(name, name)
        if old in names and last.memories[old].unit == plan.memories[name].unit:
            column = stored["memory"][:, names.index(old)]
            kept = _translated(last, plan)[column] if plan.memories[name].unit == "rank" else column
            values[at[at >= 0]] = kept[at >= 0]


def _steps(plan: Plan) -> dict[str, int]:
    return {word: step for step, rank in enumerate(plan.ladder) for word in (rank.name, rank.label)}


def _translated(last: Plan, plan: Plan) -> Ints:
    """For each rank of the last plan, the index of the same rank in this one; the lowest for one it does not know."""
    known = {rank.name: step for step, rank in enumerate(plan.ladder)}
    return np.array([known.get(plan.renamed.get(rank.name, rank.name), 0) for rank in last.ladder], np.int64)

"""The facts of a closed period as its run saw them.

The input is the database as of the period: sales booked in it, what came back until its end, the tree of its last
moment, the version of the plan the run names, and what the run before it left, as it counted then. What the database
knows only as it is today comes from the run's own snapshot and from promotions: who was in good standing, and the
career rank somebody came with. A correcting run puts right what it says was wrong about them.
"""

# ruff: noqa: S608 - whole numbers, never input

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from django.db.models import Max
from numpy.typing import NDArray

from commissions.core.plan import Plan
from commissions.models import Correcting, Promotion, Run, Snapshot
from commissions.queries import facts, plans
from commissions.queries.facts import Loaded, PutRight
from common.arrays import places
from common.operations import tables

Ints = NDArray[np.int64]
TITLE = "title"


def load(*, run: Run) -> tuple[Plan, Loaded]:
    """The plan of a run and the facts it was computed from. Raises FactsError."""
    plan = plans.parsed(version=run.plan)
    if run.kind != Run.Kind.CORRECT:
        then = PutRight(newest=_newest(run))
        loaded = facts.load(period=run.period, plan=plan, reads=run.reads, seen=run.seen_turn, put_right=then)
        return plan, put_back(run=run, plan=plan, loaded=loaded)
    asked = Correcting.objects.select_related("against__period", "against__plan").get(run=run)
    right = PutRight(asked.sponsors, frozenset(asked.without_orders), _newest(asked.against))
    loaded = facts.load(period=run.period, plan=plan, reads=run.reads, seen=run.seen_turn, put_right=right)
    loaded = put_back(run=asked.against, plan=plan, loaded=loaded)
    return plan, _stood(loaded, asked.standing)


def _newest(run: Run) -> int | None:
    """The newest key of a person the run saw. Who was brought in later may have joined earlier, and was not known."""
    newest: int | None = Snapshot.objects.filter(run=run).aggregate(newest=Max("distributor_id"))["newest"]
    return newest


def _stood(loaded: Loaded, standing: Mapping[str, int]) -> Loaded:
    """The facts with the standing these people should have had."""
    if not standing:
        return loaded
    people = loaded.facts.people
    stood = people.standing.copy()
    for at, number in enumerate(people.number.tolist()):
        stood[at] = standing.get(number, stood[at])
    return replace(loaded, facts=replace(loaded.facts, people=replace(people, standing=stood)))


def put_back(*, run: Run, plan: Plan, loaded: Loaded) -> Loaded:
    """The facts with what the database knows only as it is today put back to what the run saw."""
    seen = tables.read(
        query="SELECT distributor_id, CAST(standing AS bigint) FROM commissions_snapshot "
        f"WHERE run_id = {run.pk:d}",
        shape={"person": "int", "standing": "int"},
    )
    people = loaded.facts.people
    standing = people.standing.copy()
    at = places(of=seen["person"], among=loaded.person_ids)
    standing[at[at >= 0]] = seen["standing"][at >= 0]
    titles, memory = _came_with(run, plan, loaded)
    facts = replace(loaded.facts, people=replace(people, standing=standing, memory=memory))
    return replace(loaded, facts=facts, titles_before=titles)


def _came_with(run: Run, plan: Plan, loaded: Loaded) -> tuple[Ints, Mapping[str, Ints]]:
    """Titles of those whom no earlier final run knows and whom this or a later one has promoted since: as before."""
    titles, memory = loaded.titles_before.copy(), dict(loaded.facts.people.memory)
    risen = _before_promotion(run)
    if not risen:
        return titles, memory
    ids = np.array(list(risen), dtype=np.int64)
    known = {word: step for step, rank in enumerate(plan.ladder) for word in (rank.name, rank.label)}
    start = plan.memories[TITLE].starts if TITLE in plan.memories else 0
    steps = np.array([known.get(rank, start) for rank in risen.values()], dtype=np.int64)
    at = places(of=ids, among=loaded.person_ids)
    titles[at[at >= 0]] = steps[at >= 0]
    if TITLE in memory:
        memory[TITLE] = memory[TITLE].copy()
        memory[TITLE][at[at >= 0]] = steps[at >= 0]
    return titles, memory


def _before_promotion(run: Run) -> dict[int, str]:
    """The career rank before this run, of everybody promoted in it or later whom no earlier final run knows."""
    since = Promotion.objects.filter(
        run__period__calendar=run.period.calendar, run__period__starts_at__gte=run.period.starts_at
    )
    rows = since.order_by("-run__period__starts_at", "-pk").values_list("distributor_id", "before")
    before = dict(rows)  # the earliest stands last
    last = Run.objects.filter(
        state=Run.State.FINAL, period__starts_at__lt=run.period.starts_at, plan__name=run.plan.name
    )
    if newest := last.order_by("-period__starts_at").first():
        remembered = Snapshot.objects.filter(run=newest).values_list("distributor_id", flat=True)
        for person in set(remembered.iterator()) & before.keys():
            del before[person]
    return before

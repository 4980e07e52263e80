"""A period computed again from what it was computed from, and set beside what is stored. Nothing is written.

The input is the database as of the period: sales booked in it, what came back until its end, the tree of its last
moment, the version of the plan the run names, and what the final run before it left. What the database knows only as
it is today comes from the run's own snapshot and from its promotions: who was in good standing, and the career rank
somebody came with.
"""

# ruff: noqa: S608 - whole numbers, never input

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from commissions.core import ENGINE_VERSION
from commissions.core.plan import Plan
from commissions.models import Promotion, Run, Snapshot
from commissions.operations import computing, hashing
from commissions.queries import differences, fingerprint
from commissions.queries.differences import Difference
from commissions.queries.facts import Loaded
from common.arrays import places
from common.operations import tables

STORED = (Run.State.DRAFT, Run.State.REVIEWED, Run.State.APPROVED, Run.State.FINAL)
TITLE = "title"


class NothingToRecompute(LookupError):
    """There is no draft and no final run of this period."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """A run beside itself, computed again. `output` is the hash now, `stored` that of the rows as they stand."""

    run: Run
    input: str
    output: str
    stored: str
    engine: str
    first: Difference | None
    people: tuple[str, ...]

    @property
    def same_input(self) -> bool:
        return self.input == self.run.input_hash

    @property
    def same(self) -> bool:
        """The run's hash, the stored rows' and the one computed again are one."""
        return self.run.output_hash == self.output == self.stored


def again(*, period_key: str) -> Again:
    """Compute the period's final run, or its newest draft, again. Raises NothingToRecompute, FactsError."""
    runs = Run.objects.filter(period__key=period_key, kind=Run.Kind.CLOSE, state__in=STORED)
    run = runs.select_related("period", "plan").order_by("-number").first()
    if run is None:
        raise NothingToRecompute(f"{period_key} has neither a draft nor a final run.")
    plan, today = computing.load(run=run)
    loaded = as_then(run=run, plan=plan, loaded=today)
    computed = computing.compute(plan=plan, loaded=loaded)
    found, stored = hashing.tables(computed=computed), fingerprint.tables_of_run(run_id=run.pk)
    output, rows = fingerprint.of_tables(tables=found), fingerprint.of_tables(tables=stored)
    return Again(
        run=run,
        input=loaded.facts.input_hash(),
        output=output,
        stored=rows,
        engine=ENGINE_VERSION,
        first=None if rows == output else differences.first(stored=stored, again=found),
        people=_people(run, loaded),
    )


def as_then(*, run: Run, plan: Plan, loaded: Loaded) -> Loaded:
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


def _came_with(run: Run, plan: Plan, loaded: Loaded) -> tuple[computing.Ints, Mapping[str, computing.Ints]]:
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
    since = Promotion.objects.filter(run__period__starts_at__gte=run.period.starts_at)
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


def _people(run: Run, loaded: Loaded) -> tuple[str, ...]:
    """Who is in the facts and was not in the run, and the other way round; a few of them."""
    seen = set(Snapshot.objects.filter(run=run).values_list("distributor__number", flat=True))
    now = set(loaded.facts.people.number.tolist())
    more = [f"{number} was not there then" for number in sorted(now - seen)]
    gone = [f"{number} was there then" for number in sorted(seen - now)]
    return tuple([*more, *gone][:10])

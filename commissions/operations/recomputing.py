"""A period computed again from what it was computed from, and set beside what is stored. Nothing is written.

The input is the database as of the period: sales booked in it, what came back until its end, the tree of its last
moment, the version of the plan the run names, and what the final run before it left. What the database knows only as
it is today comes from the run's own snapshot and from its promotions: who was in good standing, and the career rank
somebody came with.
"""

from dataclasses import dataclass

from commissions.core import ENGINE_VERSION
from commissions.models import Run, Snapshot
from commissions.operations import computing, hashing
from commissions.queries import as_then, differences, fingerprint, state_print
from commissions.queries.differences import Difference
from commissions.queries.facts import Loaded

STORED = (Run.State.DRAFT, Run.State.REVIEWED, Run.State.APPROVED, Run.State.FINAL)


class NothingToRecompute(LookupError):
    """There is no draft and no final run of this period."""


@dataclass(frozen=True, kw_only=True)
class Again:
    """A run beside itself, computed again. `output` is the hash now, `stored` that of the rows as they stand; `state`
    and `stored_state` are those of snapshots and what is carried."""

    run: Run
    input: str
    output: str
    stored: str
    state: str
    stored_state: str
    engine: str
    first: Difference | None
    people: tuple[str, ...]

    @property
    def same_input(self) -> bool:
        return self.input == self.run.input_hash

    @property
    def same(self) -> bool:
        """The run's hashes, the stored rows' and those computed again are one."""
        return self.run.output_hash == self.output == self.stored and self.same_state

    @property
    def same_state(self) -> bool:
        """So with snapshots and what is carried; a run of before they were hashed has only its rows to compare."""
        return self.state == self.stored_state == (self.run.state_hash or self.state)


def again(*, period_key: str) -> Again:
    """Compute the period's final run, or its newest draft, again. Raises NothingToRecompute, FactsError."""
    runs = Run.objects.filter(period__key=period_key, kind=Run.Kind.CLOSE, state__in=STORED)
    run = runs.select_related("period", "plan").order_by("-number").first()
    if run is None:
        raise NothingToRecompute(f"{period_key} has neither a draft nor a final run.")
    plan, loaded = as_then.load(run=run)
    computed = computing.compute(plan=plan, loaded=loaded)
    found, stored = hashing.tables(computed=computed), fingerprint.tables_of_run(run_id=run.pk)
    output, rows = fingerprint.of_tables(tables=found), fingerprint.of_tables(tables=stored)
    first = None if rows == output else differences.first(stored=stored, again=found)
    state, stored_state, other = _state(run, computed)
    return Again(
        run=run,
        input=loaded.facts.input_hash(),
        output=output,
        stored=rows,
        state=state,
        stored_state=stored_state,
        engine=ENGINE_VERSION,
        first=first or other,
        people=_people(run, loaded),
    )


@dataclass(frozen=True, kw_only=True)
class Corrected:
    """A posted correcting run beside itself, computed again: what differs, in words; empty where nothing does."""

    run: Run
    other: tuple[str, ...]


def corrections(*, period_key: str) -> list[Corrected]:
    """The period as its posted correcting runs put it right, each computed again, the earliest first. Raises
    FactsError."""
    posted = Run.objects.filter(period__key=period_key, kind=Run.Kind.CORRECT, state=Run.State.POSTED)
    return [_corrected(run) for run in posted.select_related("period", "plan").order_by("turn")]


def _corrected(run: Run) -> Corrected:
    plan, loaded = as_then.load(run=run)
    asked = loaded.facts.input_hash()
    computed = computing.compute_put_right(run=run, plan=plan, loaded=loaded)
    same = {
        "the input": asked == run.input_hash,
        "what is computed": computed.result.output_hash() == run.engine_hash,
        "snapshots or what is carried": hashing.state_of_computed(computed=computed)
        == state_print.of_run(run=run)
        == run.state_hash,
        "the stored items and lines": fingerprint.of_run(run_id=run.pk) == run.output_hash,
    }
    return Corrected(run=run, other=tuple(word for word, equal in same.items() if not equal))


def _state(run: Run, computed: computing.Computed) -> tuple[str, str, Difference | None]:
    """The hash of snapshots and what is carried, computed again and as stored, and the first difference."""
    found = hashing.state(computed=computed)
    state = state_print.of_tables(tables=found)
    try:
        stored = state_print.tables_of_run(run=run)
    except state_print.OtherWidth:
        return state, "", None
    rows = state_print.of_tables(tables=stored)
    return state, rows, None if rows == state else differences.first(stored=stored, again=found)


def _people(run: Run, loaded: Loaded) -> tuple[str, ...]:
    """Who is in the facts and was not in the run, and the other way round; a few of them."""
    seen = set(Snapshot.objects.filter(run=run).values_list("distributor__number", flat=True))
    now = set(loaded.facts.people.number.tolist())
    more = [f"{number} was not there then" for number in sorted(now - seen)]
    gone = [f"{number} was there then" for number in sorted(seen - now)]
    return tuple([*more, *gone][:10])

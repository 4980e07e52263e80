"""From a period's facts to the rows of a run: load, compute, check, store. Used by drafts and by estimates alike."""

from collections.abc import Iterable, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np
from django.db.models import Model
from numpy.typing import NDArray

from commissions.core import checks
from commissions.core import run as engine
from commissions.core.plan import Plan
from commissions.core.run import Result
from commissions.models import Carried, Line, Run, Snapshot, StatementItem
from commissions.operations import carrying, corrections, partitions, storing, summing, waiting
from commissions.operations.taken import Corrections
from commissions.queries import facts, plans
from commissions.queries.facts import Loaded
from common import heap
from common.operations import pace
from common.operations.tables import len_of

Ints = NDArray[np.int64]
THINNED: tuple[type[Model], ...] = tuple(one for one in partitions.OF_RUNS if one is not StatementItem)
APART = 1_000_000  # rows of a run from which a second connection is worth its while


@dataclass(frozen=True, slots=True)
class Computed:
    """A period's result, what its returns take back, and the plan it was computed with."""

    plan: Plan
    loaded: Loaded
    result: Result
    corrections: Corrections

    @property
    def total(self) -> int:
        """Minor units: all items, those that take back included."""
        back = sum(item.amount for item in self.corrections.items)
        return int(self.result.items.amount.sum()) + back


def load(*, run: Run) -> tuple[Plan, Loaded]:
    """The plan a run is computed with, and the facts of its period."""
    plan = plans.parsed(version=run.plan)
    return plan, facts.load(period=run.period, plan=plan, reads=run.reads)


def compute(*, plan: Plan, loaded: Loaded) -> Computed:
    """Find what returns take back, of what waits too, and let the engine compute. Raises FactsChanged."""
    back = corrections.find(loaded=loaded)
    return _computed(plan, waiting.less(loaded=loaded, by=back.waits), back)


def compute_put_right(*, run: Run, plan: Plan, loaded: Loaded) -> Computed:
    """Let the engine compute a final period as a correcting run puts it right: what its own run took back of what
    waited is off already, and nothing else is taken back in it."""
    off = waiting.taken_off_holds(run=run)
    return _computed(plan, waiting.less(loaded=loaded, by=off), Corrections())


def _computed(plan: Plan, loaded: Loaded, back: Corrections) -> Computed:
    with heap.kept():
        result = engine.run(plan=plan, facts=loaded.facts)
    return Computed(plan, loaded, result, back)


def problems(*, computed: Computed) -> list[str]:
    """What is wrong with a result; empty when it may be stored."""
    return checks.check(computed.plan, computed.loaded.facts, computed.result)


def counts(*, computed: Computed) -> dict[str, int]:
    """The figures that stand on the run itself."""
    lines, back = computed.result.lines, computed.corrections
    return {
        "line_count": len(lines.whole) + len(back.lines),
        "item_count": len(computed.result.items.amount) + len(back.items),
        "total": computed.total,
        "commissionable": int(computed.loaded.facts.lines.commissionable.sum()),
    }


def store(*, run_id: int, computed: Computed, pool: Executor | None = None) -> None:
    """Write a run's snapshots, lines and items in place of those it may have. Belongs into a transaction. Raises
    Dangling.

    The database does most of the work here: what is to be added up is added up meanwhile, in the pool's turn where one
    is given, so that two that need much room do not need it at once.
    """
    result, loaded, back = computed.result, computed.loaded, computed.corrections
    counted, carried = counts(computed=computed), carrying.columns(result=result, loaded=loaded)
    before = len(loaded.person_ids) + counted["item_count"] + len_of(next(iter(carried.values())))
    rows = before + counted["line_count"]
    by_two = counted["line_count"] > 1 and rows >= APART and partitions.may_be_by_two(run_id=run_id)
    drop(whole=[run_id])
    career = titles(computed=computed)
    active = computed.plan.active
    others: dict[type[Model], partitions.Rows] = {
        Snapshot: lambda: storing.snapshots(result=result, loaded=loaded, active=active, titles=career),
        StatementItem: lambda: storing.items(result=result, loaded=loaded, back=back),
        Carried: lambda: carried,
    }
    with ExitStack() as stack:
        pool = pool or stack.enter_context(ThreadPoolExecutor(max_workers=1))
        sums = pool.submit(summing.rows, result=result, loaded=loaded, active=active)
        if not by_two:
            _one_by_one(run_id, others, rows)
        columns = storing.lines(run_id=run_id, result=result, loaded=loaded, back=back)
        if by_two:
            first = storing.first_key(run_id=run_id)
            partitions.store_by_two(
                run_id=run_id, model=Line, columns=columns, first_key=first, others=others
            )
        else:
            with pace.as_part(after=before, of=rows):
                partitions.store(run_id=run_id, model=Line, columns=columns)
        summing.store(run_id=run_id, sums=sums.result())
    partitions.attach(run_id=run_id)


def _one_by_one(run_id: int, parts: Mapping[type[Model], partitions.Rows], rows: int) -> None:
    """The tables one after the other: columns of millions of rows are made when it is their turn, and go before the
    next."""
    told = 0
    for model, columns in parts.items():
        with pace.as_part(after=told, of=rows):
            told += partitions.store(run_id=run_id, model=model, columns=columns())


def drop(*, whole: Iterable[int] = (), thinned: Iterable[int] = ()) -> None:
    """Delete everything that runs wrote; of those that are thinned the items stay, for a comparison. Belongs to the end
    of a transaction. Raises Busy, having deleted nothing."""
    of = {**dict.fromkeys(whole, partitions.OF_RUNS), **dict.fromkeys(thinned, THINNED)}
    partitions.drop(of=of)
    for run_id in of:
        summing.drop(run_id=run_id)


def titles(*, computed: Computed) -> Ints:
    """Each person's career rank after the period; where the plan keeps none, the highest rank so far."""
    result = computed.result
    if "title" in result.memory_after:
        return result.memory_after["title"]
    return np.maximum(result.rank, computed.loaded.titles_before)

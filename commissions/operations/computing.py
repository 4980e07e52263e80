"""From a period's facts to the rows of a run: load, compute, check, store. Used by drafts and by estimates alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core import checks
from commissions.core import run as engine
from commissions.core.plan import Plan
from commissions.core.run import Result
from commissions.models import Line, Run, Snapshot, StatementItem
from commissions.operations import corrections
from commissions.operations.corrections import MICRO, Corrections
from commissions.queries import facts, plans
from commissions.queries.facts import Loaded
from common.operations import bulk

Ints = NDArray[np.int64]


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
    return plan, facts.load(period=run.period, plan=plan)


def compute(*, plan: Plan, loaded: Loaded) -> Computed:
    """Let the engine compute, and find what returns take back."""
    result = engine.run(plan=plan, facts=loaded.facts)
    return Computed(plan, loaded, result, corrections.find(loaded=loaded))


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


def store(*, run_id: int, computed: Computed) -> None:
    """Write a run's snapshots, lines and items in place of those it may have. Belongs into a transaction."""
    drop(run_id=run_id, items_too=True)
    bulk.insert(model=Snapshot, columns=SNAPSHOT, rows=_snapshots(run_id, computed))
    bulk.insert(model=Line, columns=LINE, rows=_lines(run_id, computed))
    bulk.insert(model=StatementItem, columns=ITEM, rows=_items(run_id, computed))


def drop(*, run_id: int, items_too: bool) -> None:
    """Delete a run's snapshots and lines, and its items when they are not wanted for a comparison."""
    Line.objects.filter(run_id=run_id)._raw_delete("default")
    Snapshot.objects.filter(run_id=run_id)._raw_delete("default")
    if items_too:
        StatementItem.objects.filter(run_id=run_id)._raw_delete("default")


SNAPSHOT = (
    "run_id", "distributor_id", "sponsor_id", "standing", "active", "rank", "title", "own_volume", "group_volume",
    "measures", "have",
)  # fmt: skip
LINE = (
    "run_id", "distributor_id", "bonus", "order_line_id", "level", "depth", "base", "rate_ppm", "whole", "micro",
    "corrects_id",
)  # fmt: skip
ITEM = ("run_id", "distributor_id", "bonus", "corrects_period", "amount", "line_count")


def _snapshots(run_id: int, computed: Computed) -> Iterator[Sequence[object]]:
    result, people = computed.result, computed.loaded.facts.people
    ids = computed.loaded.person_ids
    sponsors = [
        None if at < 0 else pk for at, pk in zip(people.sponsor, ids[people.sponsor].tolist(), strict=True)
    ]
    measures = "{" + ", ".join(f'"{name}": %d' for name in result.measures) + "}"
    have = "[" + ", ".join(["%d"] * len(result.requirements)) + "]"
    columns = zip(
        ids.tolist(),
        sponsors,
        people.standing.tolist(),
        result.statuses[computed.plan.active].tolist(),
        result.rank.tolist(),
        titles(computed=computed).tolist(),
        result.measures[computed.plan.own_volume].tolist(),
        result.measures[computed.plan.group_volume].tolist(),
        zip(*(column.tolist() for column in result.measures.values()), strict=True),
        result.have.tolist(),
        strict=True,
    )
    for *row, measured, had in columns:
        yield (run_id, *row, measures % measured, have % tuple(had))


def titles(*, computed: Computed) -> Ints:
    """Each person's career rank after the period; where the plan keeps none, the highest rank so far."""
    result = computed.result
    if "title" in result.memory_after:
        return result.memory_after["title"]
    return np.maximum(result.rank, computed.loaded.titles_before)


def _lines(run_id: int, computed: Computed) -> Iterator[Sequence[object]]:
    lines, bonuses = computed.result.lines, _names(computed)
    people, order_lines = computed.loaded.person_ids, computed.loaded.order_line_ids
    rows = zip(
        people[lines.beneficiary].tolist(),
        lines.bonus.tolist(),
        order_lines[lines.source].tolist(),
        lines.level.tolist(),
        lines.depth.tolist(),
        lines.base.tolist(),
        lines.rate_ppm.tolist(),
        lines.whole.tolist(),
        lines.micro.tolist(),
        strict=True,
    )
    for person, bonus, *rest in rows:
        yield (run_id, person, bonuses[bonus], *rest, None)
    for line in computed.corrections.lines:
        whole, micro = divmod(line.exact, MICRO)
        yield (
            run_id, line.item.distributor_id, line.item.bonus, line.order_line_id, line.level, line.depth, line.base,
            line.rate_ppm, whole, micro, line.corrects_id,
        )  # fmt: skip


def _items(run_id: int, computed: Computed) -> Iterator[Sequence[object]]:
    items, bonuses, people = computed.result.items, _names(computed), computed.loaded.person_ids
    rows = zip(
        people[items.beneficiary].tolist(),
        items.bonus.tolist(),
        items.amount.tolist(),
        items.line_count.tolist(),
        strict=True,
    )
    for person, bonus, amount, count in rows:
        yield (run_id, person, bonuses[bonus], "", amount, count)
    for item in computed.corrections.items:
        yield (run_id, item.item.distributor_id, item.item.bonus, item.period, item.amount, item.line_count)


def _names(computed: Computed) -> list[str]:
    return [bonus.name for bonus in computed.plan.bonuses]

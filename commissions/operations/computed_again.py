"""A closed period computed again as if what came back had never been ordered: by how much each of its lines changes."""

# ruff: noqa: S608 - whole numbers, never input

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from commissions.core import run as engine
from commissions.core.result import Result
from commissions.core.taking_back import Back, without
from commissions.models import Snapshot
from commissions.operations import waiting
from commissions.operations.returned import Closed
from commissions.operations.taken import MICRO, NOBODY, BackLine, ItemKey
from commissions.queries import as_then
from commissions.queries.facts import Loaded
from common import heap
from common.arrays import places
from common.operations import tables

Ints = NDArray[np.int64]
KEYS = ("person", "bonus", "kind", "sold", "origin", "level")
VALUES = ("depth", "base", "rate", "whole", "micro", "line")


class FactsChanged(RuntimeError):
    """A closed period's facts are not those it was computed from: it cannot be computed again as it was."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"What {key} was computed from has changed since, so returns of its sales cannot be taken back by "
            f"computing it again. Ask for a correcting run of {key} first."
        )


def lines(*, closed: Closed) -> list[BackLine]:
    """What has to change about each line so that those that stand are the lines of a period without what came back.

    Raises FactsChanged.
    """
    plan, loaded = as_then.load(run=closed.run)
    if loaded.facts.input_hash() != closed.run.input_hash:
        raise FactsChanged(closed.key)
    loaded = waiting.less(loaded=loaded, by=waiting.taken_off_holds(run=closed.run))
    back = _back(closed, loaded)
    ranks = _ranks(closed, loaded) if plan.ledger.ranks == "stay" else np.zeros(0, np.int64)
    again_plan, facts = without(plan=plan, facts=loaded.facts, ranks=ranks, back=back)
    with heap.kept():
        result = engine.run(plan=again_plan, facts=facts)
    bonuses = [bonus.name for bonus in plan.bonuses]
    now = _computed(result, loaded)
    return _differences(closed, bonuses, loaded, _stored(closed, bonuses), now)


def _back(closed: Closed, loaded: Loaded) -> Back:
    """What came back of each of the period's order lines, by their place in the facts."""
    sold = np.array(list(closed.sold), np.int64)
    counted = np.where(loaded.facts.lines.reversal, -1, loaded.order_line_ids)
    at = places(of=sold, among=counted)
    found = {
        place: closed.sold[line].back
        for line, place in zip(sold.tolist(), at.tolist(), strict=True)
        if place >= 0
    }
    return Back(share={}, fields=found)


def _ranks(closed: Closed, loaded: Loaded) -> Ints:
    """Everybody's rank when the period was closed."""
    rows = dict(Snapshot.objects.filter(run=closed.run).values_list("distributor_id", "rank"))
    return np.array([rows[person] for person in loaded.person_ids.tolist()], np.int64)


def _computed(result: Result, loaded: Loaded) -> dict[str, Ints]:
    rows = result.lines
    people, order_lines = np.append(loaded.person_ids, -1), np.append(loaded.order_line_ids, -1)
    return {
        "person": people[rows.beneficiary],
        "bonus": rows.bonus,
        "kind": rows.kind,
        "sold": order_lines[rows.source],
        "origin": people[rows.origin],
        "level": rows.level,
        "depth": rows.depth,
        "base": rows.base,
        "rate": rows.rate_ppm,
        "whole": rows.whole,
        "micro": rows.micro,
        "line": np.full(len(rows), -1, np.int64),
    }


def _stored(closed: Closed, bonuses: Sequence[str]) -> dict[str, Ints]:
    """The lines of the run that counts, and what was changed about them until now. Changes come last."""
    cases = " ".join(f"WHEN %s THEN {at}" for at in range(len(bonuses)))
    columns = (
        f"distributor_id, CAST(CASE bonus {cases} ELSE -1 END AS bigint), CAST(kind AS bigint), "
        "COALESCE(order_line_id, -1), COALESCE(origin_id, -1), CAST(level AS bigint), CAST(depth AS bigint), base, "
        "rate_ppm, whole, CAST(micro AS bigint), id"
    )
    run, posted = closed.run.pk, ", ".join(str(int(one)) for one in closed.posted_ids)
    shape = dict.fromkeys((*KEYS, *VALUES), "int")
    own = tables.read(
        query=f"SELECT {columns} FROM commissions_line WHERE run_id = {run:d} AND corrects_id IS NULL "
        "AND corrects_run_id IS NULL",
        parameters=list(bonuses),
        shape=shape,
    )
    more = tables.read(
        query=f"SELECT {columns} FROM commissions_line WHERE run_id IN ({posted}) AND (corrects_run_id = {run:d} "
        f"OR corrects_id IN (SELECT id FROM commissions_line WHERE run_id = {run:d}))",
        parameters=list(bonuses),
        shape=shape,
    )
    more["line"][:] = -1
    return {name: np.concatenate([own[name], more[name]]) for name in shape}


def _differences(
    closed: Closed, bonuses: Sequence[str], loaded: Loaded, before: dict[str, Ints], now: dict[str, Ints]
) -> list[BackLine]:
    """Lines with the same key are one: what they come to now, less what they came to."""
    rows: dict[str, Ints] = {name: np.concatenate([before[name], now[name]]) for name in (*KEYS, *VALUES)}
    sign = np.repeat([-1, 1], [len(before["line"]), len(now["line"])]).astype(np.int64)
    if not len(sign):
        return []
    order = np.lexsort(tuple(rows[name] for name in reversed(KEYS)))
    rows, sign = {name: column[order] for name, column in rows.items()}, sign[order]
    first = np.zeros(len(sign), bool)
    first[0] = True
    for name in KEYS:
        first[1:] |= rows[name][1:] != rows[name][:-1]
    starts = np.flatnonzero(first)
    change = {name: np.add.reduceat(rows[name] * sign, starts) for name in ("base", "whole", "micro")}
    known = np.maximum.reduceat(rows["line"], starts)
    differ = np.flatnonzero((change["whole"] != 0) | (change["micro"] != 0) | (change["base"] != 0))
    names = dict(zip(loaded.order_line_ids.tolist(), loaded.facts.lines.key.tolist(), strict=True))
    ends = np.append(starts[1:], len(sign)) - 1
    return [
        _line(
            closed,
            bonuses,
            names,
            {name: int(rows[name][ends[at]]) for name in rows},
            change,
            at,
            int(known[at]),
        )
        for at in differ.tolist()
    ]


def _line(
    closed: Closed, bonuses: Sequence[str], names: dict[int, str], row: dict[str, int], change: dict[str, Any],
    at: int, known: int,
) -> BackLine:  # fmt: skip
    return BackLine(
        item=ItemKey(closed.run.pk, row["person"], bonuses[row["bonus"]]),
        period=closed.key,
        order_line_id=row["sold"] if row["sold"] >= 0 else None,
        order_key=names[row["sold"]] if row["sold"] >= 0 else "",
        level=row["level"],
        depth=row["depth"],
        base=int(change["base"][at]),
        rate_ppm=row["rate"],
        exact=int(change["whole"][at]) * MICRO + int(change["micro"][at]),
        corrects_id=known if known >= 0 else None,
        origin_id=max(row["origin"], NOBODY),
        kind=row["kind"],
    )

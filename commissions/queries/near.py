"""Who is close to a rank in the open month: each thing it asks is reached by four fifths, and not all is met."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from commissions.core.plan import Plan
from commissions.models import Run, Snapshot
from commissions.queries import plans
from common.operations import tables

# In hundredths of what is asked.
CLOSE = 80


@dataclass(frozen=True, kw_only=True)
class Close:
    """Distributors by key, each with the index in the ladder of the rank they are close to."""

    person_ids: NDArray[np.int64]
    ranks: NDArray[np.int64]
    labels: tuple[str, ...]


def close_to_a_rank(*, run_id: int) -> Close:
    """Everybody in good standing who is close, in one pass over the run's snapshots."""
    plan = plans.parsed(version=Run.objects.select_related("plan").get(pk=run_id).plan)
    asked = [rank.requirements for rank in plan.ladder]
    width = sum(len(requirements) for requirements in asked)
    labels = tuple(rank.label for rank in plan.ladder)
    if not width:
        return Close(person_ids=np.empty(0, np.int64), ranks=np.empty(0, np.int64), labels=labels)
    table = Snapshot._meta.db_table
    rows = tables.read(
        query=f"SELECT CAST(distributor_id AS bigint), CAST(rank AS bigint), have FROM {table} "  # noqa: S608
        "WHERE run_id = %s AND standing = 0 ORDER BY distributor_id",
        parameters=[run_id],
        shape={"person": "int", "rank": "int", "have": f"packed {width}"},
    )
    near = _near(plan, rows["rank"], rows["have"])
    return Close(person_ids=rows["person"][near], ranks=rows["rank"][near] + 1, labels=labels)


def _near(plan: Plan, rank: NDArray[np.int64], have: NDArray[np.int64]) -> NDArray[np.bool_]:
    found = np.zeros(len(rank), bool)
    at = 0
    for step, following in enumerate(plan.ladder):
        needs = np.array([one.need for one in following.requirements], np.int64)
        columns = slice(at, at + len(needs))
        at += len(needs)
        here = rank == step - 1
        if not len(needs) or not here.any():
            continue
        had = have[here, columns]
        # Points are far below 2^56: a hundredfold still fits.
        close = (had * 100 >= needs * CLOSE).all(axis=1) & (had < needs).any(axis=1)
        found[here] = close
    return found

"""The reference's answer in the shape of the engine's, so that whole scenarios can be played with either."""

from typing import Any

import numpy as np

from commissions.core.facts import Facts, State
from commissions.core.have import Have
from commissions.core.plan import Plan
from commissions.core.reference import run_reference
from commissions.core.result import Items, Lines, Result


def by_reference(*, plan: Plan, facts: Facts) -> Result:
    """Computes a period slowly, person by person."""
    answer = run_reference(plan=plan, facts=facts)
    return Result(
        plan=plan,
        facts=facts,
        volumes=_ints(answer.volumes),
        measures=_ints(answer.measures),
        statuses={name: np.array(values, np.bool_) for name, values in answer.statuses.items()},
        rank=np.array(answer.rank, np.int64),
        memory_after=_ints(answer.memory_after),
        requirements=plan.requirements,
        have=Have.of(np.array(answer.have, np.int64).reshape(len(facts.people), len(plan.requirements))),
        lines=Lines(*_columns(answer.lines, 11)),
        items=Items(*_columns(answer.items, 4)),
        state_after=State(
            carry=_ints(answer.carry),
            windows=_ints(answer.windows),
            given=_ints(answer.given),
            held={name: tuple((*row,) for row in rows) for name, rows in answer.held.items()},
            pools=answer.pools,
        ),
        funds=answer.funds,
        kept=answer.kept,
        shares=_ints(answer.shares),
        new_positions=_ints(answer.new_positions),
    )


def _ints(values: dict[str, Any]) -> dict[str, Any]:
    return {name: np.array(one, np.int64) for name, one in values.items()}


def _columns(rows: list[tuple[int, ...]], many: int) -> list[Any]:
    return [np.array([row[at] for row in rows], np.int64) for at in range(many)]

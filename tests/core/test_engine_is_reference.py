"""The fast engine and the slow reference say the same of random companies under random plans."""

from random import Random

import pytest

from commissions.core.checks import check
from commissions.core.plan import Plan, load
from commissions.core.reference import run_reference
from commissions.core.run import run
from tests.core.world import facts_of, random_company, random_plan, rows_of

NETWORKS = 2_000
PLANS = 100
LINE = ("bonus", "beneficiary", "source", "level", "depth", "base", "rate_ppm", "whole", "micro")
ITEM = ("beneficiary", "bonus", "amount", "line_count")


def difference(seed: int, plan: Plan) -> str:
    """The first thing engine and reference disagree on, or nothing."""
    facts = facts_of(**random_company(Random(seed)))
    fast, slow = run(plan=plan, facts=facts), run_reference(plan=plan, facts=facts)
    told = {
        "volumes": ({k: v.tolist() for k, v in fast.volumes.items()}, slow.volumes),
        "measures": ({k: v.tolist() for k, v in fast.measures.items()}, slow.measures),
        "statuses": ({k: v.tolist() for k, v in fast.statuses.items()}, slow.statuses),
        "have": (fast.have.tolist(), slow.have),
        "rank": (fast.rank.tolist(), slow.rank),
        "memory": ({k: v.tolist() for k, v in fast.memory_after.items()}, slow.memory_after),
        "lines": (rows_of(fast.lines, LINE), slow.lines),
        "items": (rows_of(fast.items, ITEM), slow.items),
        "checks": (check(plan, facts, fast), []),
    }
    return next((f"{name}: {a} is not {b}" for name, (a, b) in told.items() if a != b), "")


@pytest.mark.parametrize("part", range(4))
def test_engine_and_reference_agree(part: int) -> None:
    for plan_seed in range(part, PLANS, 4):
        plan = load(random_plan(Random(f"plan {plan_seed}")))
        for seed in range(plan_seed * 20, plan_seed * 20 + NETWORKS // PLANS):
            found = difference(seed, plan)
            assert not found, f"plan seed {plan_seed}, company seed {seed}: {found}"


@pytest.mark.slow
@pytest.mark.parametrize("part", range(20))
def test_engine_and_reference_agree_on_many_more(part: int) -> None:
    for plan_seed in range(1_000 + part, 2_000, 20):
        plan = load(random_plan(Random(f"plan {plan_seed}")))
        for seed in range(plan_seed * 20, plan_seed * 20 + 20):
            found = difference(seed, plan)
            assert not found, f"plan seed {plan_seed}, company seed {seed}: {found}"

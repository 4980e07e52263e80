"""The fast engine and the slow reference say the same of random companies under random plans.

Each seed is a plan and several networks, each for one to three periods in sequence. A seed that ever failed stands in
seeds.txt and is run for ever; while the random plans are drawn as they were when it failed, it is the same case.
"""

from pathlib import Path
from random import Random

import pytest

from commissions.core import rounding
from commissions.core.bonuses import climb, levels, pair, steps
from commissions.core.checks import check
from commissions.core.plan import load
from commissions.core.run import run
from tests.core.comparing import differences, shown, shrunk
from tests.core.world_networks import story
from tests.core.world_plans import random_document

PLANS, NETWORKS, PARTS = 420, 5, 12
DOUBTED = 90
BLOCKS = (climb, levels, pair, steps, rounding)
KEPT = Path(__file__).with_name("seeds.txt")


def compare(seed: str, networks: int = NETWORKS) -> None:
    found = next(differences(seed, networks=networks), None)
    if found is None:
        return
    wrong, text, facts = found
    kept = KEPT.read_text(encoding="utf-8").splitlines()
    if seed not in kept:
        KEPT.write_text("\n".join([*kept, seed, ""]), encoding="utf-8")
    raise AssertionError(f"seed {seed}: {wrong}\n\n{shown(*shrunk(text, facts))}")


@pytest.mark.parametrize("part", range(PARTS))
def test_engine_and_reference_agree(part: int) -> None:
    for at in range(part, PLANS, PARTS):
        compare(str(at))


@pytest.mark.parametrize("part", range(3))
def test_no_check_doubts_what_the_engine_computes(part: int) -> None:
    for at in range(part, DOUBTED, 3):
        plan = load(random_document(Random(f"plan {at}"))[0])
        told = story(f"network {at} 0", plan)
        facts = told.next(None)
        first = run(plan=plan, facts=facts)
        assert check(plan, facts, first) == []
        facts = told.next(first)
        assert check(plan, facts, run(plan=plan, facts=facts)) == []


@pytest.mark.parametrize("size", [1, 3])
def test_they_agree_where_the_engine_works_in_small_blocks(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It computes so many rows at a time that no small company ever needs a second block."""
    for module in BLOCKS:
        monkeypatch.setattr(module, "BLOCK", size)
    for at in range(20_000, 20_010):
        compare(str(at), networks=3)


def test_what_once_differed_agrees() -> None:
    kept = KEPT.read_text(encoding="utf-8").splitlines()
    seeds = [seed for seed in kept if seed and not seed.startswith("#")]
    assert seeds
    for seed in seeds:
        compare(seed)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(50))
def test_engine_and_reference_agree_on_many_more(part: int) -> None:
    for at in range(10_000 + part, 20_000, 50):
        compare(str(at))

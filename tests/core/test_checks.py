"""Each doubt notices the damage it is there for, and has nothing to say about a sound result."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from commissions.core.checks import check
from commissions.core.plan import load
from commissions.core.run import run
from tests.core.world import facts_of

PLAN = load(
    (Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml").read_text(encoding="utf-8")
)
FACTS = facts_of(
    people=[("A", "", 0, 0), ("B", "A", 0, 0), ("C", "B", 0, 0), ("D", "A", 0, 1)],
    lines=[
        {"key": f"{seller}/1", "seller": seller, "qualifying": 20_000, "commissionable": 15_050}
        for seller in "ABCD"
    ],
)
SOUND = run(plan=PLAN, facts=FACTS)


def test_a_sound_result_raises_no_doubt():
    assert check(PLAN, FACTS, SOUND) == []


def bumped(values, at=0, by=1):
    found = values.copy()
    found[at] += by
    return found


@pytest.mark.parametrize(
    ("part", "column", "by", "said"),
    [
        ("lines", "micro", 1, "not its base times its rate"),
        ("lines", "whole", 1, "not its base times its rate"),
        ("lines", "depth", 1, "does not lead from the sale"),
        ("lines", "depth", -100, "does not lead from the sale"),
        ("lines", "level", 9, "does not lead from the sale"),
        ("items", "amount", 1, "something else than the lines say"),
        ("items", "line_count", 1, "something else than the lines say"),
        ("items", "beneficiary", 1, "something else than the lines say"),
    ],
)
def test_a_changed_number_is_noticed(part, column, by, said):
    table = getattr(SOUND, part)
    damaged = replace(SOUND, **{part: replace(table, **{column: bumped(getattr(table, column), by=by)})})
    assert any(said in problem for problem in check(PLAN, FACTS, damaged))


def test_a_payment_to_the_suspended_is_noticed():
    lines = replace(SOUND.lines, beneficiary=np.full(len(SOUND.lines), 2))
    assert any("good standing" in problem for problem in check(PLAN, FACTS, replace(SOUND, lines=lines)))


def test_a_rank_nobody_earned_is_noticed():
    assert any("rank" in problem for problem in check(PLAN, FACTS, replace(SOUND, rank=bumped(SOUND.rank))))


def test_lost_volume_is_noticed():
    measures = {**SOUND.measures, "gv": bumped(SOUND.measures["gv"], by=-1)}
    assert any("roots" in problem for problem in check(PLAN, FACTS, replace(SOUND, measures=measures)))
    measures = {**SOUND.measures, "cv": bumped(SOUND.measures["cv"])}
    assert any(problem.startswith("cv") for problem in check(PLAN, FACTS, replace(SOUND, measures=measures)))


def test_a_walked_return_is_noticed():
    lines = replace(FACTS.lines, reversal=np.ones(len(FACTS.lines), bool))
    assert any("pays on a return" in problem for problem in check(PLAN, replace(FACTS, lines=lines), SOUND))

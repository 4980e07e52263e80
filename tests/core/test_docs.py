"""What docs/plans.md shows is what the engine reads."""

import re
from pathlib import Path

from commissions.core.plan import load

ROOT = Path(__file__).resolve().parents[2]


def test_the_documents_pieces_make_a_plan():
    text = (ROOT / "docs/plans.md").read_text(encoding="utf-8")
    pieces = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    plan = load("".join(pieces))
    assert [bonus.name for bonus in plan.bonuses] == ["level_pay", "retail_profit"]
    assert [rank.name for rank in plan.ladder] == ["Partner", "Builder", "Leader"]


def test_the_shipped_plan_is_read():
    for path in (ROOT / "commissions/plans").glob("*.yaml"):
        plan = load(path.read_text(encoding="utf-8"))
        assert plan.name
        assert all(rank.says for rank in plan.ladder)
        assert all(bonus.says for bonus in plan.bonuses)

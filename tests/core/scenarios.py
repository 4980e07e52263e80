"""Scenario files for tests: where they are, and what playing one of them with the engine or the reference gives."""

from pathlib import Path

from commissions.core.run import run
from commissions.core.scenario import Answer, run_text
from commissions.core.taking_back import Compute
from commissions.queries.plan_files import plan_text
from tests.core.by_reference import by_reference

ROOT = Path(__file__).resolve().parents[2]
PLANS = ROOT / "tests/plans"
BOTH = {"engine": run, "reference": by_reference}


def play_file(path: Path, compute: Compute = run) -> Answer:
    return play_text(path.read_text(encoding="utf-8"), compute, path.parent)


def play_text(text: str, compute: Compute = run, beside: Path = PLANS) -> Answer:
    return run_text(text, find_plan=lambda name: plan_text(name, beside=beside), compute=compute)


def told(answer: Answer) -> list[str]:
    """What is not as expected, a sentence each."""
    return [str(difference) for difference in answer.differences]

"""Scenarios: people, orders and what they must give, computed by the engine period after period.

`run_text` takes a document as docs/plans.md describes it and answers what was computed and what is not as expected.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from commissions.core.document import Mapped, PlanError, Problem, Text
from commissions.core.plan import Plan, load
from commissions.core.reading import read_plan
from commissions.core.run import run
from commissions.core.scenario import answer, words
from commissions.core.scenario.apart import KEYS, take_apart
from commissions.core.scenario.expect import Checker, Difference
from commissions.core.scenario.reading import read_scenario
from commissions.core.scenario.running import Played, play
from commissions.core.scenario.terms import Scenario
from commissions.core.scenario.world import ScenarioError
from commissions.core.taking_back import Compute


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario, played and checked."""

    scenario: Scenario
    played: tuple[Played, ...]
    differences: tuple[Difference, ...]

    def told(self) -> dict[str, Any]:
        return answer.tell(self.scenario, list(self.played)) | {
            "differences": [str(difference) for difference in self.differences]
        }

    def words(self, person: str) -> list[str]:
        """The periods of one person in words; empty when nobody is called that."""
        return [
            line for one in self.played if person in one.standing.place for line in words.explain(one, person)
        ]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document gives: its scenarios in their order. A document that is expected to be refused, and is, gives
    the problems it was refused for."""

    outcomes: tuple[Outcome, ...]
    several: bool
    refused: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
        if self.refused:
            return {"refused": list(self.refused)}
        told = [outcome.told() for outcome in self.outcomes]
        return {"scenarios": told} if self.several else told[0]

    @property
    def differences(self) -> tuple[Difference, ...]:
        return tuple(difference for outcome in self.outcomes for difference in outcome.differences)


def run_text(text: str, *, find_plan: Callable[[str], str | None], compute: Compute = run) -> Answer:
    """Reads, plays and checks a document. `find_plan` gives the text of a plan that is named.

    Raises PlanError with every problem of the document, ScenarioError and FactsError for what reads well and cannot be
    played.
    """
    parts = take_apart(text, find_plan)
    refused = parts.refused.value if isinstance(parts.refused, Text) else ""
    try:
        plan = read_plan(parts.plan)
    except PlanError as error:
        if refused and refused in str(error):
            return Answer((), False, tuple(str(problem) for problem in error.problems))
        raise
    if refused:
        told = f"the document is expected to be refused for {refused!r}, and it is not"
        raise PlanError([Problem(parts.refused.line if parts.refused else 1, "refused", told)])
    scenarios = [read_scenario(plan, root) for root in parts.scenarios]
    return Answer(tuple(_outcome(scenario, compute) for scenario in scenarios), parts.several)


def plan_in(text: str, *, find_plan: Callable[[str], str | None]) -> Plan:
    """The plan of a document, though a scenario may stand beside it, or name it. Raises PlanError."""
    try:
        return load(text)
    except PlanError as error:
        if not any(problem.key in KEYS for problem in error.problems):
            raise
    return read_plan(take_apart(text, find_plan).plan)


def _outcome(scenario: Scenario, compute: Compute) -> Outcome:
    played = play(scenario, compute)
    differences: list[Difference] = []
    problems: list[Problem] = []
    for one in played:
        checker = Checker(one)
        if isinstance(one.period.expect, Mapped):
            checker.check(one.period.expect)
        differences += checker.differences
        problems += checker.problems
    if problems:
        raise PlanError(sorted(problems, key=lambda problem: problem.line))
    return Outcome(scenario, tuple(played), tuple(differences))


__all__ = ["Answer", "Outcome", "PlanError", "ScenarioError", "plan_in", "run_text"]

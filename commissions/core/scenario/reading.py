"""From a strict document to a scenario: who, before, when; every problem is told with its line."""

from dataclasses import replace

from commissions.core.document import Mapped, Node, PlanError, Problem, Section, Text
from commissions.core.plan import Plan
from commissions.core.scenario.before import BeforeReader
from commissions.core.scenario.calendar import days_of
from commissions.core.scenario.dated import with_dated
from commissions.core.scenario.people import PeopleReader
from commissions.core.scenario.periods import PeriodsReader
from commissions.core.scenario.terms import Scenario

NOT_A_PERIOD = "is no period here"
MOST_PROBLEMS = 200  # told at once


def _periods(plan: Plan, section: Section) -> Node | None:
    """`periods`, with or without dated `orders` and `returns` beside them; or the keys of the only `period`."""
    key = section.node.items.get("period")
    if not isinstance(key, Text):
        if section.take("period") is not None:
            section.refuse("period", "must be one period, like 2026-01", "period")
        return with_dated(plan, section)
    if section.take("periods") is not None:
        section.refuse("period", "stands beside periods; write one of them", key.value)
    inner = {name: node for name in ("orders", "returns") if (node := section.take(name)) is not None}
    section.take("period")
    line = section.line("period")
    return Mapped({key.value: Mapped(inner, section.node.lines, line)}, {key.value: line}, line)


def read_scenario(plan: Plan, root: Mapped) -> Scenario:
    """Raises PlanError with every problem, in the order of the document's lines."""
    problems: list[Problem] = []
    section = Section(root, "", problems)
    people = PeopleReader(plan, problems)
    people.read(section.take("people"))
    grown = people.generate(section.take("generate"))
    people.check()
    before = BeforeReader(plan, people, problems).read(section.take("before"))
    periods = PeriodsReader(plan, people, problems)
    expect = Section(section.take("expect") or Mapped({}, {}, root.line), "expect", problems)
    given = section.take("given")
    found = periods.read(_periods(plan, section), given if isinstance(given, Mapped) else None, grown, expect)
    rest = expect.rest()
    if len(found) == 1 and found[0].expect is None and rest and not any(days_of(plan, key) for key in rest):
        # The only period need not be named again.
        found, rest = (replace(found[0], expect=expect.node),), []
    for key in rest:
        expect.refuse(key, NOT_A_PERIOD, key, tuple(period.key for period in found))
    scenario = Scenario(
        plan=plan,
        says=section.text("scenario", section.text("says", "")),
        source=section.text("source", ""),
        people=people.in_order(),
        periods=found,
        before=before,
    )
    section.taken.update(("refused", "says"))
    section.done()
    if not people.found:
        problems.append(Problem(section.line("people"), "people", "names nobody"))
    if problems:
        raise PlanError(sorted(problems, key=lambda problem: problem.line)[:MOST_PROBLEMS])
    return scenario

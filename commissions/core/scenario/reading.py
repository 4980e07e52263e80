"""From a strict document to a scenario: who, before, when; every problem is told with its line."""

from commissions.core.document import Mapped, PlanError, Problem, Section
from commissions.core.plan import Plan
from commissions.core.scenario.before import BeforeReader
from commissions.core.scenario.people import PeopleReader
from commissions.core.scenario.periods import PeriodsReader
from commissions.core.scenario.terms import Scenario

NOT_A_PERIOD = "is no period here"


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
    found = periods.read(section.take("periods"), given if isinstance(given, Mapped) else None, grown, expect)
    for key in expect.rest():
        expect.refuse(key, NOT_A_PERIOD, key, tuple(period.key for period in found))
    scenario = Scenario(
        plan=plan,
        says=section.text("scenario", section.text("says", "")),
        source=section.text("source", ""),
        people=tuple(sorted(people.found.values(), key=lambda person: person.joined)),
        periods=found,
        before=before,
    )
    section.taken.update(("refused", "says"))
    section.done()
    if not people.found:
        problems.append(Problem(section.line("people"), "people", "names nobody"))
    if problems:
        raise PlanError(sorted(problems, key=lambda problem: problem.line))
    return scenario

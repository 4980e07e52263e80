"""READ THIS FIRST. A period from facts to result, one line per stage."""

from commissions.core import measures
from commissions.core.bonuses import Board
from commissions.core.facts import Facts, State
from commissions.core.pay import pay
from commissions.core.result import Items, Lines, Result
from commissions.core.terms import Plan

__all__ = ["Items", "Lines", "Result", "run"]


def run(*, plan: Plan, facts: Facts) -> Result:
    """Compute a period. Raises measures.Overflowing when a value leaves the exact range."""
    volumes = measures.volumes(plan=plan, facts=facts)
    people = measures.People(plan, facts, volumes)
    people.learn()
    words = people.words
    paid = pay(Board(people, volumes, words["rank"]))
    return Result(
        plan=plan,
        facts=facts,
        volumes=volumes,
        measures={name: words[name] for name in (*volumes, *plan.measures) if name in words},
        statuses={name: words[name] for name in sorted(plan.statuses)},
        rank=words["rank"],
        memory_after={name: words[name] for name, memory in plan.memories.items() if not memory.keeps},
        requirements=plan.requirements,
        have=people.have,
        lines=paid.lines,
        items=paid.items,
        state_after=State(paid.carry, people.windows, paid.given, paid.held, paid.pools),
        funds=paid.funds,
        kept=paid.kept,
        shares=paid.shares,
        new_positions=paid.new_positions,
    )

"""READ THIS FIRST. A period from facts to result, one line per stage."""

from commissions.core import measures, network, ranks
from commissions.core.bonuses import SHAPES, Board
from commissions.core.facts import Facts
from commissions.core.lines import items_of, lines_of
from commissions.core.plan import Plan
from commissions.core.result import Items, Lines, Result

__all__ = ["Items", "Lines", "Result", "run"]


def run(*, plan: Plan, facts: Facts) -> Result:
    """Compute a period. Raises measures.Overflowing when a value leaves the exact range."""
    tree = network.of(facts.people.sponsor)
    volumes = measures.volumes(plan=plan, facts=facts)
    people = measures.People(plan, facts, tree, volumes)
    people.learn(plan.before_ranks)
    rank, have = ranks.find(people)
    memory_after = people.remember()
    people.learn(plan.after_ranks)
    board = Board(facts, tree, people, volumes, rank)
    lines = lines_of(plan, board, [SHAPES[bonus.shape](bonus, board) for bonus in plan.bonuses])
    words = people.words
    return Result(
        plan=plan,
        facts=facts,
        volumes=volumes,
        measures={name: words[name] for name in (*volumes, *plan.measures)},
        statuses={name: words[name] for name in sorted(plan.statuses)},
        rank=rank,
        memory_after=memory_after,
        requirements=plan.requirements,
        have=have,
        lines=lines,
        items=items_of(lines),
    )

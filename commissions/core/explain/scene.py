"""The engine's board as it stood when the bonuses were paid, put together from a result."""

from commissions.core.bonuses.board import Board
from commissions.core.facts import Facts
from commissions.core.measures import People
from commissions.core.result import Result
from commissions.core.terms import Plan


def board_of(plan: Plan, facts: Facts, result: Result) -> Board:
    """Nothing is computed anew: people's ranks, statuses and measures are those of the result."""
    people = People(plan, facts, result.volumes)
    for known in (result.measures, result.statuses, result.memory_after, {"rank": result.rank}):
        people.words.update(known)
    people.windows.update(result.state_after.windows)
    return Board(people, result.volumes, result.rank)

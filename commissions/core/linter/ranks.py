"""Ranks that nobody can have."""

from collections.abc import Iterator

from commissions.core.language import Compare, Expression, Logic, Not, Number
from commissions.core.linter.spans import World
from commissions.core.linter.warning import RANK_RULES, Doubt
from commissions.core.terms import Plan, Rank, Requirement

WHY = "a distributor who works toward it works in vain"


def cannot_be_reached(plan: Plan) -> list[Doubt]:
    """Ranks of which a requirement cannot hold for anybody, or two exclude each other."""
    world = World(plan)
    found = []
    for rank in plan.ladder:
        said = _impossible(world, rank) or _excluded(rank)
        if said:
            found.append(
                Doubt(
                    "cannot_be_reached",
                    f"ranks.{rank.name}",
                    f"nobody can have this rank: {said}; {WHY}",
                    RANK_RULES,
                )
            )
    return found


def _impossible(world: World, rank: Rank) -> str:
    for one in rank.requirements:
        most = world.span(one.have)[1]
        if most < one.need:
            return f"“{one.text}” can never hold" + (f", it is {most} at most" if one.unit == "count" else "")
    return ""


def _excluded(rank: Rank) -> str:
    """Two requirements of which one wants more than the other allows: pv >= 100 and pv < 50."""
    least: dict[Expression, tuple[int, str]] = {}
    most: dict[Expression, tuple[int, str]] = {}
    for one in rank.requirements:
        for operator, value, number in _bounds(one):
            bounds = {
                ">=": [(least, number)],
                ">": [(least, number + 1)],
                "<=": [(most, number)],
                "<": [(most, number - 1)],
                "==": [(least, number), (most, number)],
            }
            for side, bound in bounds.get(operator, []):
                tighter = max if side is least else min
                side[value] = tighter(side.get(value, (bound, one.text)), (bound, one.text))
    truths = {one.have: one.text for one in rank.requirements if one.unit == "truth"}
    for have, text in truths.items():
        if isinstance(have, Not) and have.of in truths:
            return f"“{truths[have.of]}” and “{text}” exclude each other"
    for value, (low, text) in least.items():
        if value in most and most[value][0] < low:
            return f"“{text}” and “{most[value][1]}” exclude each other"
    return ""


def _bounds(one: Requirement) -> Iterator[tuple[str, Expression, int]]:
    if one.unit != "truth":
        yield ">=", one.have, one.need
        return
    waiting = [one.have]
    while waiting:
        match waiting.pop():
            case Logic("and", left, right):
                waiting += [left, right]
            case Compare(operator, have, Number(number)):
                yield operator, have, number


def is_never_held(plan: Plan) -> list[Doubt]:
    """Ranks whose every holder has a higher one too: that asks for no more than they do."""
    found = []
    for step, rank in enumerate(plan.ladder):
        higher = next((other for other in plan.ladder[step + 1 :] if _asks_no_more(other, rank)), None)
        if higher is not None:
            said = f"nobody is ever shown this rank: who meets it meets {higher.name} too, which asks for no more"
            found.append(Doubt("is_never_held", f"ranks.{rank.name}", f"{said}; {WHY}", RANK_RULES))
    return found


def _asks_no_more(higher: Rank, lower: Rank) -> bool:
    met: dict[Expression, int] = {}
    for one in lower.requirements:
        met[one.have] = max(met.get(one.have, one.need), one.need)
    return all(one.have in met and met[one.have] >= one.need for one in higher.requirements)

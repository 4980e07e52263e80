"""What stands before pay: statuses that gate something, and gates that are no plain status."""

from collections.abc import Iterator

from commissions.core.language import Expression, Word, children
from commissions.core.terms import Plan, Walk

Gate = tuple[str, str, Expression]  # where, what it is, the test


def gates(plan: Plan) -> Iterator[Gate]:
    """Statuses that gate something, and gates that are no plain status."""
    asked: set[str] = set()
    for bonus in plan.bonuses:
        tests = [
            bonus.earner,
            bonus.hold.until if bonus.hold is not None else None,
            bonus.how.skip_test if isinstance(bonus.how, Walk) else None,
        ]
        for gate in tests:
            if isinstance(gate, Word):
                asked.add(gate.name)
            elif gate is not None:
                asked |= {word.name for word in children(gate) if isinstance(word, Word)}
    if plan.active:
        asked.add(plan.active)
    for name in sorted(asked & plan.statuses):
        yield f"statuses.{name}", f"the status {name}", plan.expressions[name]
    for bonus in plan.bonuses:
        if bonus.earner is not None and not _through_statuses(plan, bonus.earner):
            yield f"bonuses.{bonus.name}", "who earns it", bonus.earner
        if bonus.hold is not None and not _through_statuses(plan, bonus.hold.until):
            yield f"bonuses.{bonus.name}", "what releases it", bonus.hold.until


def _through_statuses(plan: Plan, test: Expression) -> bool:
    """Whether a gate is only statuses, which are looked at themselves."""
    if isinstance(test, Word):
        return test.name in plan.statuses
    inner = list(children(test))
    return bool(inner) and all(_through_statuses(plan, one) for one in inner)

"""Ranks and activity that are bought: that need, or may be met by, a distributor's own purchases."""

from collections.abc import Iterator

from commissions.core.language import Aggregate, Expression, Legs, LegsOnce, Word, children
from commissions.core.linter.gates import gates
from commissions.core.linter.spans import ANY, EITHER, NOTHING, World
from commissions.core.linter.warning import GUIDANCE, VEMMA, Doubt
from commissions.core.terms import Bonus, Plan, Walk


def needs_own_purchases(plan: Plan) -> list[Doubt]:
    """Gates that cannot open for somebody who buys nothing, whatever customers and the team buy."""
    full = World(plan)
    buys_nothing = _buys_nothing(plan, full.top)
    found = []
    for where, what, test in gates(plan):
        if full.can(test) and not buys_nothing.can(test):
            found.append(_doubt(where, f"{what} needs own purchases: it is out of reach of"))
            _told(buys_nothing, where)
    for bonus in plan.bonuses:
        rate = _paid_for_others(bonus)
        if rate is not None and full.span(rate)[1] > 0 >= buys_nothing.span(rate)[1]:
            found.append(_doubt(f"bonuses.{bonus.name}", "its rate needs own purchases: it is nothing for"))
    for one in plan.requirements:
        if full.span(one.have)[1] >= one.need > buys_nothing.span(one.have)[1]:
            where = f"ranks.{plan.ladder[one.rank].name}"
            found.append(_doubt(where, f"“{one.text}” needs own purchases: it is out of reach of"))
    return found


def _buys_nothing(plan: Plan, top: int) -> World:
    """The world of somebody who buys nothing; others do, and have any rank there is."""
    world = World(
        plan,
        volume=lambda volume, mine: NOTHING if mine and volume.orders_of == "self" and volume.field else ANY,
        by_customer=(1, 1),
    )
    world.top = top
    world.memo.clear()
    return world


def _doubt(where: str, said: str) -> Doubt:
    who = "who sells to customers and buys nothing"
    instead = "Count customers' orders too (orders_of: self_and_customers or customers)"
    return Doubt("needs_own_purchases", where, f"{said} {who}. {instead}", f"{VEMMA}; {GUIDANCE}")


def _told(world: World, where: str) -> None:
    """A status that is told already does not make everything doubtful that asks for it."""
    section, _, name = where.partition(".")
    if section == "statuses":
        world.memo = {(name, True): EITHER, (name, False): EITHER}


def _paid_for_others(bonus: Bonus) -> Expression | None:
    """The rate of a walk that pays more than the own orders."""
    how = bonus.how
    own_alone = isinstance(how, Walk) and how.counts == "levels" and how.last == 0
    return how.rate if isinstance(how, Walk) and not own_alone else None


def may_be_met_by_own_purchases(plan: Plan) -> list[Doubt]:
    """Activity, gates and ranks that count own purchases beside those of customers: who buys enough needs to sell
    nothing."""
    of_orders = {
        kind: {volume.name for volume in plan.volumes if volume.orders_of == kind and volume.field}
        for kind in ("self", "self_and_customers")
    }
    buys_nothing = _buys_nothing(plan, World(plan).top)
    tests = [(test, buys_nothing.can(test)) for _, _, test in gates(plan)]
    tests += [(one.have, buys_nothing.span(one.have)[1] >= one.need) for one in plan.requirements]
    found: set[str] = set()
    for test, met_by_sales in tests:
        words = set(_own_words(plan, test))
        found |= words & of_orders["self_and_customers"]
        # One way to meet it; where it is the only one, that is told already.
        found |= words & of_orders["self"] if met_by_sales else set()
    counted = sorted(found)
    if not counted:
        return []
    return [
        Doubt(
            "may_be_met_by_own_purchases",
            f"volumes.{counted[0]}",
            f"activity, a gate or a rank asks for {' and '.join(counted)}, which counts own purchases beside "
            "customers' orders: it may be met by buying alone. Watch the share of own purchases, or count customers' "
            "orders alone (orders_of: customers)",
            f"{VEMMA}; {GUIDANCE}",
        )
    ]


def _own_words(plan: Plan, expression: Expression, seen: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names asked of the person alone, not of the team."""
    if isinstance(expression, Word):
        yield expression.name
        rule = plan.expressions.get(expression.name)
        if rule is not None and expression.name not in seen:
            yield from _own_words(plan, rule, seen | {expression.name})
    elif not isinstance(expression, Aggregate | Legs | LegsOnce):
        for inner in children(expression):
            yield from _own_words(plan, inner, seen)

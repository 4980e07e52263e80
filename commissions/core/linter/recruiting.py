"""Pay for bringing people in, where nobody bought anything."""

from commissions.core.language import Aggregate, Expression, Legs, Word, parts
from commissions.core.linter.gates import gates
from commissions.core.linter.spans import NOTHING, World
from commissions.core.linter.warning import BURNLOUNGE, CANADA, Doubt
from commissions.core.terms import Amount, Bonus, Once, Plan, Pool, Walk

NEWCOMERS = {"order_number", "seller_days", "seller_month"}


def pays_without_a_sale(plan: Plan) -> list[Doubt]:
    """Bonuses that can pay in a world in which no order line carries any volume."""
    world = World(plan, volume=lambda volume, mine: NOTHING)
    paying: set[str] = set()
    for index in plan.bonus_order:
        bonus = plan.bonuses[index]
        if world.can(bonus.earner) and _pays(world, bonus, paying):
            paying.add(bonus.name)
    return [
        Doubt(
            "pays_without_a_sale",
            f"bonuses.{bonus.name}",
            f"it can pay when nobody has bought anything: {_why(bonus)}. Pay for bringing people in, without a sale, "
            "is what pyramid law forbids",
            f"{BURNLOUNGE}; {CANADA}",
        )
        for bonus in plan.bonuses
        if bonus.name in paying
    ]


def _pays(world: World, bonus: Bonus, paying: set[str]) -> bool:
    match bonus.how:
        case Walk(source="measure", on=on, rate=rate):
            return world.named(on[0], True)[1] > 0 and world.span(rate)[1] > 0
        case Walk(source="earnings", on=on):
            return bool(paying & set(on))
        case Amount(amount=amount) if amount is not None:
            return world.span(amount)[1] > 0
        case Once(test=test, gives=gives) if gives is not None:
            return world.can(test) and world.span(gives)[1] > 0
        case Pool(fund=fund, shares=shares) if shares is not None:
            unsold = world.span(fund)[1] > 0 or _counts_people(world.plan, shares)
            return unsold and world.span(shares)[1] > 0
        case _:  # walks from sales, pairs of volume, guarantees of what was earned
            return False


def _counts_people(plan: Plan, expression: Expression, seen: frozenset[str] = frozenset()) -> bool:
    """Whether an expression, or a name that it asks for, counts people or legs."""
    for part in parts(expression):
        if isinstance(part, Legs) or (
            isinstance(part, Aggregate) and part.kind == "count" and part.scope.name != "memory"
        ):
            return True
        name = part.name if isinstance(part, Word) and part.name not in seen else ""
        if name in plan.expressions and _counts_people(plan, plan.expressions[name], seen | {name}):
            return True
    return False


def _why(bonus: Bonus) -> str:
    return {
        "walk": "what it walks from counts people, not sales",
        "amount": "its amount counts people, not sales",
        "once": "its test asks for people, not for sales",
        "pool": "its fund or its shares are not made by sales",
    }[bonus.shape]


def opens_by_recruiting(plan: Plan) -> list[Doubt]:
    """Gates and ranks that people open alone: so many brought in, of whom nobody needs to have sold anything."""
    world = World(plan, volume=lambda volume, mine: NOTHING)
    found = [
        (where, what) for where, what, test in gates(plan) if world.can(test) and _counts_people(plan, test)
    ]
    for step, rank in enumerate(plan.ladder):
        needs = rank.requirements
        if world.reaches(step) and any(_counts_people(plan, one.have) for one in needs):
            found.append((f"ranks.{rank.name}", "the rank"))
    return [
        Doubt(
            "opens_by_recruiting",
            where,
            f"{what} is reached by bringing people in, though none of them has sold anything. Count only people who "
            "are active by sales, or ask for volume beside them",
            f"{BURNLOUNGE}; {CANADA}",
        )
        for where, what in found
    ]


def pays_a_bounty(plan: Plan) -> list[Doubt]:
    """A fixed amount for somebody's first order, or first days, however small the order."""
    return [
        Doubt(
            "pays_a_bounty",
            f"bonuses.{bonus.name}",
            "it pays the same amount for a newcomer's order whatever its size, so the smallest order is worth bringing "
            "somebody in; a percentage of the order is pay for the sale",
            BURNLOUNGE,
        )
        for bonus in plan.bonuses
        if isinstance(bonus.how, Walk)
        and bonus.how.source == "volume"
        and bonus.how.rate_unit == "money"
        and (_asks_newcomers(bonus.how.only) or _asks_newcomers(bonus.how.rate))
    ]


def _asks_newcomers(expression: Expression | None) -> bool:
    return expression is not None and any(
        isinstance(part, Word) and part.prefix == "line" and part.name in NEWCOMERS
        for part in parts(expression)
    )

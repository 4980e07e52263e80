"""Bonuses in which several people are paid for the same thing, with no bound to how many."""

from commissions.core.language import Number, Word, parts
from commissions.core.linter.spans import FAR, World
from commissions.core.linter.warning import BLOCKING, GENERATIONS, POOLS, SELLER_ONLY, Doubt
from commissions.core.terms import MILLION, UNLIMITED, Bonus, Plan, Pool, Walk


def _walks(plan: Plan) -> list[tuple[Bonus, Walk]]:
    return [
        (bonus, bonus.how)
        for bonus in plan.bonuses
        if isinstance(bonus.how, Walk) and bonus.how.pays_in == "money"
    ]


def compares_with_the_seller_alone(plan: Plan) -> list[Doubt]:
    """A difference to the seller's rate, whoever stands between: everybody above takes the same gap."""
    return [
        Doubt(
            "compares_with_the_seller_alone",
            f"bonuses.{bonus.name}",
            "the difference is taken to the seller's own rate alone (who_blocks: seller_only): everybody above with a "
            "higher rate is paid the same gap again, so what is paid has no bound",
            SELLER_ONLY,
        )
        for bonus, walk in _walks(plan)
        if walk.difference is not None and walk.difference.who_blocks == "seller_only"
    ]


def shares_may_exceed_the_fund(plan: Plan) -> list[Doubt]:
    """A pool in which everybody takes a percentage of the fund, so that two may take more than there is."""
    found = []
    world = World(plan)
    for bonus in plan.bonuses:
        how = bonus.how
        if isinstance(how, Pool) and how.shares_are == "fraction_of_fund" and how.shares is not None:
            most = min(world.span(how.shares)[1], how.most_per_person)
            share = "any share" if most >= FAR else f"up to {most / 10_000:g} %"
            said = (
                f"each who qualifies takes {share} of the fund (shares_are: fraction_of_fund), and nothing bounds how "
                f"many do: {MILLION // max(most, 1) + 1} people may take more than there is"
            )
            found.append(Doubt("shares_may_exceed_the_fund", f"bonuses.{bonus.name}", said, POOLS))
    return found


def has_no_end(plan: Plan) -> list[Doubt]:
    """A walk up to the top that nothing stops, and that pays everybody on the way in full."""
    found = []
    for bonus, walk in _walks(plan):
        endless = walk.counts == "nothing" or walk.last == UNLIMITED
        stopped = walk.difference is not None or walk.blocker is not None or walk.ends_at is not None
        alone = walk.counts == "generations" and walk.each_step_pays == "first_earner"
        if endless and not stopped and not alone and not _falls_silent(plan, walk):
            said = (
                "it goes up to the top and pays everybody on the way in full: no last level, no blocker, no ends_at, "
                "no difference. The deeper the organisation grows, the more of each sale is paid out"
            )
            found.append(Doubt("has_no_end", f"bonuses.{bonus.name}", said, BLOCKING))
    return found


def _falls_silent(plan: Plan, walk: Walk) -> bool:
    """Whether the rate is read by a level or generation, of which a table has only so many."""
    for part in parts(walk.rate):
        table = getattr(part, "table", "")
        if table in plan.tables:
            return any(isinstance(axis.by, Word) and axis.exact for axis in plan.tables[table].axes)
    return isinstance(walk.rate, Number) and not walk.rate.value


def pays_a_generation_twice(plan: Plan) -> list[Doubt]:
    """Two people above one leader both see their first generation; where both may earn, it is paid twice."""
    return [
        Doubt(
            "pays_a_generation_twice",
            f"bonuses.{bonus.name}",
            "everybody who sees a generation is paid for it (each_step_pays: every_earner), and who earns need not be "
            "a leader: several people between two leaders are each paid the whole of it. Let leaders alone earn, or "
            "write each_step_pays: first_earner",
            GENERATIONS,
        )
        for bonus, walk in _walks(plan)
        if walk.counts == "generations"
        and walk.each_step_pays == "every_earner"
        and not _leaders_alone(bonus, walk)
    ]


def _leaders_alone(bonus: Bonus, walk: Walk) -> bool:
    """Whether the gate, or one of the tests it is made of, is the test of a leader."""
    return bonus.earner is not None and walk.leader in list(parts(bonus.earner))

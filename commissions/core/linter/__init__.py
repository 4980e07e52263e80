"""What a plan may do to a company or to those who work for it, though it can be read and computed.

A list of small functions, each with one doubt: plan in, warnings out. Nothing here refuses a plan.
"""

from collections.abc import Callable

from commissions.core.linter import fees, overlap, own_purchases, payout, ranks, recruiting
from commissions.core.linter.warning import Doubt
from commissions.core.terms import Plan

DOUBTS: tuple[Callable[[Plan], list[Doubt]], ...] = (
    recruiting.pays_without_a_sale,
    recruiting.pays_a_bounty,
    recruiting.opens_by_recruiting,
    own_purchases.needs_own_purchases,
    own_purchases.may_be_met_by_own_purchases,
    fees.pays_on_prices,
    fees.pays_on_list_prices,
    fees.asks_for_what_may_be_bought,
    payout.may_pay_more_than_is_sold,
    ranks.cannot_be_reached,
    ranks.is_never_held,
    overlap.compares_with_the_seller_alone,
    overlap.shares_may_exceed_the_fund,
    overlap.has_no_end,
    overlap.pays_a_generation_twice,
)


def doubts(plan: Plan) -> list[Doubt]:
    """Every warning about a plan, in the order of the list."""
    return [doubt for look in DOUBTS for doubt in look(plan)]


__all__ = ["DOUBTS", "Doubt", "doubts"]

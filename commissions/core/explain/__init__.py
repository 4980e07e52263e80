"""Why a line was paid, why an order paid nothing, and what the next rank still needs: for one person, on demand.

Nothing is computed anew: people's ranks, statuses and measures are those of the result. So the facts may be cut
down to a person's own team, with the person as its root, and the result to those people.
"""

from commissions.core.explain import unpaid_shapes, unpaid_walks
from commissions.core.explain.paid import LineReason, why_line, why_lines
from commissions.core.explain.pairs import MatchedLegs, matched_legs
from commissions.core.explain.ranks import CountedLeg, Missing, counted_legs, missing_for, missing_of
from commissions.core.explain.rates import paid_levels, rate_from, rates_of_ranks
from commissions.core.explain.reasons import NOT_ABOUT, Reason, Why
from commissions.core.explain.scene import board_of
from commissions.core.facts import Facts
from commissions.core.result import Result
from commissions.core.terms import Plan, Walk

__all__ = [
    "NOT_ABOUT", "CountedLeg", "LineReason", "MatchedLegs", "Missing", "Reason", "Why", "counted_legs", "matched_legs",
    "missing_for", "missing_of", "paid_levels", "rate_from", "rates_of_ranks", "why_line", "why_lines", "why_not",
]  # fmt: skip


def why_not(plan: Plan, facts: Facts, result: Result, person: int) -> list[Reason]:
    """Every order of a person's team, and their own, that paid them nothing under a bonus, and why; what they earned
    and does not arrive; and for a bonus that is not about orders, why there is none of it.

    Left out are returns, own orders where levels begin at 1, and the team's where a bonus pays own sales alone. Sorted
    by bonus, then by the order line's key.
    """
    board, reasons = board_of(plan, facts, result), []
    for at, bonus in enumerate(plan.bonuses):
        how = bonus.how
        if isinstance(how, Walk):
            reasons += unpaid_walks.why_not(bonus, how, at, board, result, person)
        else:
            reasons += unpaid_shapes.why_not(bonus, how, at, board, result, person)
        reasons += unpaid_shapes.taken_away(at, result, person)
    return reasons

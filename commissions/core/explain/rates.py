"""What a walk pays each rank on a level, where ranks and levels alone decide: read from the plan, without facts."""

import numpy as np

from commissions.core.language import Expression, Lookup, Word, parts
from commissions.core.language.syntax import Aggregate, Before, Capped, Legs, LegsOnce, Mine
from commissions.core.rounding import MILLION
from commissions.core.terms import UNLIMITED, Bonus, Plan, Walk
from commissions.core.values import Values, compute

LEVELS = ("level", "generation")
MOST_ROWS = 100
ASKS_OTHERS = (Aggregate, Legs, LegsOnce, Mine, Before, Capped)


def rates_of_ranks(plan: Plan, bonus: Bonus, level: int) -> tuple[int, ...] | None:
    """The rate of each rank of the ladder on a level, in millionths; None where it depends on something else too."""
    walk = bonus.how
    if not isinstance(walk, Walk) or walk.rate_unit != "rate" or not _decided(plan, walk.rate):
        return None
    ranks = np.arange(len(plan.ladder))

    def leaf(part: Expression) -> Values:
        assert isinstance(part, Word)  # noqa: S101  (nothing else was asked for)
        return ranks if part.name == "rank" else np.asarray(level)

    rates = np.broadcast_to(compute(walk.rate, leaf, plan), ranks.shape)
    return tuple((rates * walk.worth // MILLION).tolist())


def paid_levels(plan: Plan, bonus: Bonus) -> range:
    """The levels that a walk pays, as far as they are told apart; none where they are not counted."""
    walk = bonus.how
    if not isinstance(walk, Walk) or walk.counts == "nothing":
        return range(0)
    last = walk.last
    if last == UNLIMITED:
        written = [
            key for table in plan.tables.values() for axis in table.axes if axis.exact for key in axis.keys
        ]
        last = max([walk.first, *written])
    return range(walk.first, min(last, walk.first + MOST_ROWS - 1) + 1)


def rate_from(*, plan: Plan, bonus: Bonus, level: int, rank: int) -> int:
    """The lowest rank (index in the ladder) that has the rate of this rank on this level."""
    rates = rates_of_ranks(plan, bonus, level)
    while rates is not None and rank > 0 and rates[rank - 1] == rates[rank]:
        rank -= 1
    return rank


def _decided(plan: Plan, expression: Expression) -> bool:
    """Whether ranks, levels and numbers are all that an expression asks for."""
    for part in parts(expression):
        if isinstance(part, Lookup):
            table = plan.tables[part.table]
            axes = table.axes[len(part.arguments) :]
            if table.reading == "marginal" or not all(_decided(plan, axis.by) for axis in axes):
                return False
        elif isinstance(part, Word):
            if part.prefix or part.name not in {"rank", *LEVELS}:
                return False
        elif isinstance(part, ASKS_OTHERS):
            return False
    return True

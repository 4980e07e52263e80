"""What pages ask of a bonus, whatever its shape."""

from dataclasses import dataclass

from commissions.core.language import Lookup, Number, Word
from commissions.core.plan import Bonus, Plan
from commissions.core.terms import UNLIMITED, Amount, Axis, Pool, Table, Walk

MANY_LEVELS = 100


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Rates by level (or generation) and rank: `rows` of (level, a rate for each rank of the ladder). `one_rate` stands
    instead where every rank and level is paid alike; neither where a rate is anything else."""

    one_rate: int | None = None
    rows: tuple[tuple[int, tuple[int, ...]], ...] = ()


def grid(*, plan: Plan, bonus: Bonus) -> Grid:
    """What a bonus pays on which level to which rank, where that is all its rate hangs on."""
    how = bonus.how
    if isinstance(how, Amount):
        return Grid(one_rate=1_000_000) if how.volume else Grid()
    if not isinstance(how, Walk) or how.rate_unit != "rate":
        return Grid()
    if isinstance(how.rate, Number):
        return Grid(one_rate=how.rate.value)
    table = (
        plan.tables.get(how.rate.table) if isinstance(how.rate, Lookup) and not how.rate.arguments else None
    )
    if table is None or not all(_word(axis) in {"level", "generation", "rank"} for axis in table.axes):
        return Grid()
    ranks = range(len(plan.ladder))
    levels = _levels(table, how)
    rows = tuple((level, tuple(_cell(table, level, rank) for rank in ranks)) for level in levels)
    rates = {rate for _, cells in rows for rate in cells}
    return Grid(one_rate=rates.pop()) if len(rates) == 1 else Grid(rows=rows)


def rates_on(*, plan: Plan, bonus: Bonus, level: int) -> tuple[int, ...]:
    """A rate for each rank on one level; empty where the rate hangs on other things."""
    found = grid(plan=plan, bonus=bonus)
    return dict(found.rows).get(level, ())


def unit_of(*, plan: Plan, bonus: Bonus) -> str:
    """What the bases of a bonus are counted in: "points" or "money"."""
    how = bonus.how
    if isinstance(how, Walk) and how.source != "earnings":
        return plan.units.get(how.on[0], "points")
    return "money"


def reach(*, bonus: Bonus) -> int:
    """How many levels up a bonus reaches; 0 where it is about one's own numbers alone."""
    how = bonus.how
    if isinstance(how, Walk):
        return MANY_LEVELS if how.last == UNLIMITED else how.last
    return 1 if isinstance(how, Pool) else 0


def passes_over_the_inactive(*, bonus: Bonus) -> bool:
    """Whether who is not active is passed over, instead of using up a level."""
    return isinstance(bonus.how, Walk) and bonus.how.compression == "skip_inactive"


def _levels(table: Table, how: Walk) -> list[int]:
    """The levels that are written, or the one row of a table that knows none."""
    for axis in table.axes:
        if _word(axis) in {"level", "generation"}:
            last = MANY_LEVELS if how.last == UNLIMITED else how.last
            return [key for key in axis.keys if how.first <= key <= last]
    return [how.first]


def _cell(table: Table, level: int, rank: int) -> int:
    return table.at(*(rank if _word(axis) == "rank" else level for axis in table.axes))


def _word(axis: Axis) -> str:
    return axis.by.name if isinstance(axis.by, Word) and not axis.by.prefix else ""

"""The plan in force as people read it: ranks and what they ask, bonuses and what they pay."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from commissions.core import explain
from commissions.core.language import Compare, Number, Word
from commissions.core.plan import Bonus, Plan, Requirement
from commissions.models import Calendar, PlanVersion
from commissions.queries import periods, plans


@dataclass(frozen=True, kw_only=True)
class Asks:
    """One requirement of a rank: `need` in hundredths of a point, minor units, or a plain count."""

    label: str
    unit: str
    need: int


@dataclass(frozen=True, kw_only=True)
class RankWords:
    """A rank; `step` counts from 1."""

    step: int
    label: str
    says: str
    asks: tuple[Asks, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """What one rank receives on one level, in parts per million."""

    rank: str
    rate: int


@dataclass(frozen=True, kw_only=True)
class RateRow:
    """One level of a bonus, with a cell for each rank of the ladder."""

    level: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class BonusWords:
    """A bonus. `one_rate` stands instead of a table where every rank and level is paid alike."""

    name: str
    label: str
    says: str
    one_rate: int | None
    rows: tuple[RateRow, ...]


@dataclass(frozen=True, kw_only=True)
class PlanPage:
    """Everything the plan's page shows of one plan; `period` is what it pays by: "month" or "week"."""

    name: str
    period: str
    label: str
    version: int
    starts: date
    says: str
    currency: str
    sha256: str
    ranks: tuple[RankWords, ...]
    bonuses: tuple[BonusWords, ...]
    smallest_payout: int


def in_force(*, today: date) -> list[PlanPage]:
    """The plans in force on a day: that of months, and that of weeks, where there is one."""
    found = []
    for calendar in Calendar.values:
        with suppress(plans.NoPlanInForce):
            version = plans.in_force(day=today, calendar=calendar)
            found.append(_page(plans.parsed(version=version)))
    return found


def _page(plan: Plan) -> PlanPage:
    return PlanPage(
        name=plan.name,
        period=plan.period,
        label=plan.label,
        version=plan.version,
        starts=plan.starts,
        says=plan.says,
        currency=plan.currency,
        sha256=plan.sha256,
        ranks=tuple(_rank(plan, at) for at in range(len(plan.ladder))),
        bonuses=tuple(_bonus(plan, bonus) for bonus in plan.bonuses),
        smallest_payout=plan.ledger.smallest_payout,
    )


def newest() -> Plan | None:
    """The newest plan of the calendar that leads, or None before the first."""
    calendar = periods.leading() or Calendar.MONTH
    version = PlanVersion.objects.filter(calendar=calendar).order_by("starts", "version").last()
    return plans.parsed(version=version) if version else None


def _rank(plan: Plan, at: int) -> RankWords:
    rank = plan.ladder[at]
    asks = tuple(_asks(one) for one in rank.requirements)
    return RankWords(step=at + 1, label=rank.label, says=rank.says, asks=asks)


def _asks(one: Requirement) -> Asks:
    return Asks(label=one.label or one.text, unit=one.unit, need=one.need)


def _bonus(plan: Plan, bonus: Bonus) -> BonusWords:
    rows = tuple(
        RateRow(level=level, cells=_cells(plan, paid))
        for level in explain.paid_levels(plan, bonus)
        if (paid := explain.rates_of_ranks(plan, bonus, level)) is not None and any(paid)
    )
    rates = {cell.rate for row in rows for cell in row.cells}
    return BonusWords(
        name=bonus.name,
        label=bonus.label,
        says=bonus.says,
        one_rate=rates.pop() if len(rates) == 1 else None,
        rows=rows,
    )


def _cells(plan: Plan, rates: tuple[int, ...]) -> tuple[Cell, ...]:
    return tuple(Cell(rank=rank.label, rate=rate) for rank, rate in zip(plan.ladder, rates, strict=True))


def active_need(*, plan: Plan) -> int | None:
    """The own volume that makes a person active, in hundredths of a point; None where the plan asks other things."""
    match plan.expressions.get(plan.active):
        case Compare(">=", Word("", name), Number(need, _)) if name == plan.own_volume:
            return need
        case _:
            return None

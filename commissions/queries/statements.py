"""What one person was paid, month by month and week by week, item by item, down to the order line.

Whose statement may be asked for is not decided here. A month is shown from its final run; until it has one, from its
latest estimate, and then it says so.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum

from commissions.core.plan import Plan
from commissions.models import Account, Line, PlanVersion, Run, Snapshot, StatementItem
from commissions.queries import counting, explain, periods, plans, shown
from distributors.queries import people
from sales.queries import orders

PAGE = 25


class NoStatement(LookupError):
    """There is no such month, or it has no figures yet, or no such item in it."""


@dataclass(frozen=True, kw_only=True)
class Month:
    """One person's month or week: `state` is "final", "closing" or "open"; amounts in minor units."""

    key: str
    calendar: str
    starts_at: datetime
    ends_at: datetime
    state: str
    as_of: datetime | None
    total: int
    by_bonus: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Item:
    """What one bonus pays; `corrects` names the earlier month whose payment is corrected, or is empty."""

    bonus: str
    label: str
    description: str
    corrects: str
    amount: int
    line_count: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One person's statement of a month. Volumes in hundredths of a point, amounts in minor units."""

    key: str
    starts_at: datetime
    ends_at: datetime
    state: str
    as_of: datetime | None
    run_id: int
    plan: str
    total: int
    items: tuple[Item, ...]
    rank: str
    title: str
    active: bool
    own_volume: int
    group_volume: int
    debt: int

    @property
    def is_final(self) -> bool:
        return self.state == "final"


@dataclass(frozen=True, kw_only=True)
class LineView:
    """Why a part of an item was earned: whole minor units and millionths, from a base at a rate."""

    order: orders.LineInfo
    seller: str
    level: int
    depth: int
    base: int
    base_unit: str
    rate_ppm: int
    whole: int
    micro: int
    is_correction: bool
    sentence: str


@dataclass(frozen=True, kw_only=True)
class ItemView:
    """One item with a page of its lines, largest first."""

    statement: Month
    item: Item
    lines: tuple[LineView, ...]
    page: int
    pages: int


def months(*, person_id: int) -> list[Month]:
    """Every month and week that has figures, newest first, with what each bonus paid the person."""
    runs = shown.runs()
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    rows = StatementItem.objects.filter(distributor_id=person_id, run_id__in=[run.pk for run in runs])
    for run_id, bonus, amount in (
        rows.values_list("run_id", "bonus").annotate(Sum("amount")).order_by("bonus")
    ):
        sums[run_id][bonus] = amount
    return [_month(run, sums[run.pk]) for run in runs]


def statement(*, person_id: int, key: str) -> Statement:
    """One person's statement of a month. Raises NoStatement."""
    run = _run_of(key)
    plan = plans.parsed(version=run.plan)
    rows = StatementItem.objects.filter(distributor_id=person_id, run=run)
    items = sorted(
        (_item(row, plan) for row in rows), key=lambda item: (item.corrects, -item.amount, item.label)
    )
    had = Snapshot.objects.filter(run=run, distributor_id=person_id).first()
    debt = Account.objects.filter(owner_id=person_id, kind=Account.Kind.DEBT).aggregate(Sum("balance"))
    ladder = plan.ladder
    return Statement(
        key=run.period.key,
        starts_at=run.period.starts_at,
        ends_at=run.period.ends_at,
        state=periods.seen_as(run=run),
        as_of=run.computed_at,
        run_id=run.pk,
        plan=str(run.plan),
        total=sum(item.amount for item in items),
        items=tuple(items),
        rank=ladder[had.rank if had else 0].label,
        title=ladder[had.title if had else 0].label,
        active=bool(had and had.active),
        own_volume=had.own_volume if had else 0,
        group_volume=had.group_volume if had else 0,
        debt=-(debt["balance__sum"] or 0),
    )


def item_lines(*, person_id: int, key: str, bonus: str, page: int = 1, corrects: str = "") -> ItemView:
    """An item with a page of its lines and a sentence for each. Raises NoStatement."""
    run = _run_of(key)
    row = StatementItem.objects.filter(
        distributor_id=person_id, run=run, bonus=bonus, corrects_period=corrects
    ).first()
    if row is None:
        raise NoStatement(f"{key}/{bonus}")
    plan = plans.parsed(version=run.plan)
    lines = Line.objects.filter(run=run, distributor_id=person_id, bonus=bonus)
    lines = lines.filter(counting.lines_about(corrects=corrects))
    pages = max(1, -(-row.line_count // PAGE))
    page = max(1, min(page, pages))
    shown = list(lines.order_by("-whole", "-micro", "pk")[(page - 1) * PAGE : page * PAGE])
    return ItemView(
        statement=_month(run, {bonus: row.amount}),
        item=_item(row, plan),
        lines=tuple(_views(shown, person_id, run.plan, rank=_rank_of(run, person_id))),
        page=page,
        pages=pages,
    )


def _run_of(key: str) -> Run:
    run = shown.of_period(key=key)
    if run is None:
        raise NoStatement(key)
    return run


def _month(run: Run, by_bonus: Mapping[str, int]) -> Month:
    return Month(
        key=run.period.key,
        calendar=run.period.calendar,
        starts_at=run.period.starts_at,
        ends_at=run.period.ends_at,
        state=periods.seen_as(run=run),
        as_of=run.computed_at,
        total=sum(by_bonus.values()),
        by_bonus=by_bonus,
    )


def _item(row: StatementItem, plan: Plan) -> Item:
    known = {bonus.name: bonus for bonus in plan.bonuses}.get(row.bonus)
    return Item(
        bonus=row.bonus,
        # A later plan may have given up the bonus that a correction is about.
        label=known.label if known else row.bonus.replace("_", " ").capitalize(),
        description=known.says if known else "",
        corrects=row.corrects_period,
        amount=row.amount,
        line_count=row.line_count,
    )


def _rank_of(run: Run, person_id: int) -> int:
    found = Snapshot.objects.filter(run=run, distributor_id=person_id).values_list("rank", flat=True).first()
    return found or 0


def _views(lines: list[Line], person_id: int, version: PlanVersion, *, rank: int) -> list[LineView]:
    infos = orders.describe(order_line_ids=[line.sold for line in lines], viewer_id=person_id)
    names = people.names(ids={info.seller_id for info in infos.values()})
    plan = plans.parsed(version=version)
    return [
        LineView(
            order=infos[line.sold],
            seller=names[infos[line.sold].seller_id].name,
            level=line.level,
            depth=line.depth,
            base=line.base,
            base_unit=explain.unit_of(plan=plan, bonus=line.bonus),
            rate_ppm=line.rate_ppm,
            whole=line.whole,
            micro=line.micro,
            is_correction=line.is_correction,
            sentence=explain.sentence(
                plan=plan,
                rank=rank,
                line=line,
                info=infos[line.sold],
                seller=names[infos[line.sold].seller_id].name,
                is_own=infos[line.sold].seller_id == person_id,
            ),
        )
        for line in lines
    ]

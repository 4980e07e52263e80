"""What an item is made of: its levels, then the orders of one level, then the lines of an order.

Whose item may be asked for is not decided here. Amounts of parts are exact sums of lines, shown rounded half
up to a minor unit; only the item itself was rounded to be paid, so a part may differ by less than half a unit.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Count, Max, Min, QuerySet, Sum, Value
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from commissions.core.plan import Plan
from commissions.models import LevelSum, Line, PlanVersion, Snapshot
from commissions.queries import counting, earner_orders, explain, plans
from commissions.queries.statements import NoStatement
from distributors.queries import people
from sales.queries import orders

PAGE = 25
MICRO = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """Whose item: person, run, bonus, and the month it corrects (empty for the month's own)."""

    person_id: int
    run_id: int
    bonus: str
    corrects: str = ""


@dataclass(frozen=True, kw_only=True)
class Level:
    """Everything on one level. `rate_ppm` is None where the lines have more than one rate."""

    level: int
    orders: int
    people: int
    base: int
    base_unit: str
    rate_ppm: int | None
    amount: int


@dataclass(frozen=True, kw_only=True)
class ItemInside:
    """How many orders an item comes from, and its levels, nearest first."""

    orders: int
    levels: tuple[Level, ...]


NO_ORDERS = ItemInside(orders=0, levels=())


@dataclass(frozen=True, kw_only=True)
class Inside:
    """What a statement is made of: its orders, and each item by bonus and corrected month ("" for its own)."""

    orders: int
    items: Mapping[tuple[str, str], ItemInside]


@dataclass(frozen=True, kw_only=True)
class Part:
    """One order line: `product` is empty where the reader may not know it."""

    position: int
    product: str
    base: int
    rate_ppm: int
    amount: int


@dataclass(frozen=True, kw_only=True)
class OrderPart:
    """What one order brought, with the reason in a sentence."""

    number: str
    buyer: str
    counted_on: date
    is_own: bool
    base: int
    base_unit: str
    rate_ppm: int | None
    amount: int
    sentence: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, kw_only=True)
class OrderPage:
    """A page of the orders of one level, largest amounts first."""

    level: int | None
    orders: tuple[OrderPart, ...]
    total: int
    page: int

    @property
    def more(self) -> int:
        return max(0, self.total - self.page * PAGE)


class _Brought(NamedTuple):
    """What one order brought on one level of a bonus."""

    bonus: str
    month: str
    level: int
    order: int
    seller: int
    base: int
    low: int
    high: int
    whole: int
    micro: int


def of_item(*, asked: Asked) -> list[Level]:
    """The levels of an item that come from orders, nearest first; two queries whatever its size."""
    unit = explain.unit_of(plan=plans.of_run(run_id=asked.run_id), bonus=asked.bonus)
    kept = [] if asked.corrects else _kept_sums(asked.person_id, asked.run_id).filter(bonus=asked.bonus)
    levels = [_of_sum(row, unit) for row in kept if row.level is not None]
    return levels or [_level(row, unit) for row in _summed(_lines(asked).values("level").order_by("level"))]


def of_statement(*, person_id: int, run_id: int, corrects: Collection[str] = ()) -> Inside:
    """What every item of a statement is made of; three queries, one of them only where it corrects earlier months."""
    plan = plans.of_run(run_id=run_id)
    lines = Line.objects.filter(run_id=run_id, distributor_id=person_id, order_line__isnull=False)
    own = _of_sums(list(_kept_sums(person_id, run_id)), plan)
    own = own or _of_orders(_by_order(lines.filter(counting.lines_about(corrects="")), Value("")), plan)
    if not corrects:
        return own
    corrected = Coalesce("corrects__run__period__key", "corrects_run__period__key")
    back = _of_orders(_by_order(lines.filter(counting.correcting()), corrected), plan)
    return Inside(orders=own.orders + back.orders, items={**own.items, **back.items})


def _kept_sums(person_id: int, run_id: int) -> QuerySet[LevelSum]:
    """What the run itself added up, of people with thousands of lines."""
    return LevelSum.objects.filter(distributor_id=person_id, run_id=run_id).order_by("bonus", "level")


def _of_sums(kept: Sequence[LevelSum], plan: Plan) -> Inside | None:
    orders = {row.bonus: row.orders for row in kept if row.level is None}
    if not orders:
        return None
    items = {
        (bonus, ""): ItemInside(
            orders=count,
            levels=tuple(
                _of_sum(row, _unit(plan, bonus))
                for row in kept
                if row.bonus == bonus and row.level is not None
            ),
        )
        for bonus, count in orders.items()
        if bonus
    }
    return Inside(orders=orders[""], items=items)


def _of_sum(row: LevelSum, unit: str) -> Level:
    return Level(
        level=row.level or 0,
        orders=row.orders,
        people=row.people,
        base=row.base,
        base_unit=unit,
        rate_ppm=row.low_ppm if row.low_ppm == row.high_ppm else None,
        amount=rounded(whole=row.whole, micro=row.micro),
    )


def _of_orders(rows: Sequence[_Brought], plan: Plan) -> Inside:
    apart: dict[tuple[str, str], dict[int, list[_Brought]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        apart[row.bonus, row.month][row.level].append(row)
    items = {
        (bonus, month): ItemInside(
            orders=len({row.order for level in found.values() for row in level}),
            levels=tuple(_of_rows(level, found[level], _unit(plan, bonus)) for level in sorted(found)),
        )
        for (bonus, month), found in apart.items()
    }
    return Inside(orders=len({row.order for row in rows}), items=items)


def _unit(plan: Plan, bonus: str) -> str:
    return explain.unit_of(plan=plan, bonus=bonus)


def _by_order(lines: QuerySet[Line], month: Any) -> list[_Brought]:
    """The lines of each order on a level, added up. Lines are not joined to those they correct unless some do: that
    would read the lines of everybody."""
    rows = lines.annotate(month=month).order_by()
    of = rows.values_list("bonus", "month", "level", "order_line__order_id", "order_line__order__seller_id")
    sums = of.annotate(Sum("base"), Min("rate_ppm"), Max("rate_ppm"), Sum("whole"), Sum("micro"))
    return [_Brought(*row) for row in sums]


def _of_rows(level: int, rows: Sequence[_Brought], unit: str) -> Level:
    low, high = min(row.low for row in rows), max(row.high for row in rows)
    return Level(
        level=level,
        orders=len({row.order for row in rows}),
        people=len({row.seller for row in rows}),
        base=int(sum(row.base for row in rows)),
        base_unit=unit,
        rate_ppm=low if low == high else None,
        amount=rounded(whole=int(sum(row.whole for row in rows)), micro=int(sum(row.micro for row in rows))),
    )


def _summed(rows: Any) -> Any:
    return rows.annotate(
        orders=Count("order_line__order_id", distinct=True),
        people=Count("order_line__order__seller_id", distinct=True),
        base=Sum("base"),
        low=Min("rate_ppm"),
        high=Max("rate_ppm"),
        whole=Sum("whole"),
        micro=Sum("micro"),
    )


def _level(row: dict[str, Any], unit: str) -> Level:
    return Level(
        level=row["level"],
        orders=row["orders"],
        people=row["people"],
        base=int(row["base"]),
        base_unit=unit,
        rate_ppm=row["low"] if row["low"] == row["high"] else None,
        amount=rounded(whole=int(row["whole"]), micro=int(row["micro"])),
    )


def orders_of(*, asked: Asked, level: int | None = None, page: int = 1) -> OrderPage:
    """A page of the orders of an item, or of one level of it. Raises NoStatement when there are none."""
    lines = _lines(asked)
    if level is not None:
        lines = lines.filter(level=level)
    kept = None
    if not asked.corrects:
        kept = earner_orders.of_item(
            run_id=asked.run_id, person_id=asked.person_id, bonus=asked.bonus, level=level
        )
    total = _order_total(asked, level, lines) if kept is None else len(kept)
    if not total:
        raise NoStatement(asked.bonus)
    page = max(1, min(page, -(-total // PAGE)))
    of_page = slice((page - 1) * PAGE, page * PAGE)
    ids = _largest(lines, of_page) if kept is None else kept[of_page].tolist()
    found = list(lines.filter(order_line__order_id__in=ids).order_by("order_line_id", "level"))
    return OrderPage(level=level, orders=tuple(_order_parts(asked, found, ids)), total=total, page=page)


def _largest(lines: QuerySet[Line], of_page: slice) -> list[int]:
    grouped = lines.values("order_line__order_id").annotate(w=Sum("whole"), m=Sum("micro"))
    ordered = grouped.order_by("-w", "-m", "order_line__order_id")
    return [row["order_line__order_id"] for row in ordered[of_page]]


def order_count(*, person_id: int, run_id: int) -> int:
    """How many orders a run pays a person for."""
    kept = _kept_sums(person_id, run_id).filter(bonus="").values_list("orders", flat=True).first()
    return kept or _distinct(Line.objects.filter(run_id=run_id, distributor_id=person_id))


def _order_total(asked: Asked, level: int | None, lines: QuerySet[Line]) -> int:
    if asked.corrects:
        return _distinct(lines)
    kept = _kept_sums(asked.person_id, asked.run_id).filter(bonus=asked.bonus, level=level)
    return kept.values_list("orders", flat=True).first() or _distinct(lines)


def _distinct(lines: QuerySet[Line]) -> int:
    found: int = lines.aggregate(n=Count("order_line__order_id", distinct=True))["n"]
    return found


def rounded(*, whole: int, micro: int) -> int:
    """An exact sum of whole minor units and millionths, rounded half up."""
    return (whole * MICRO + micro + MICRO // 2) // MICRO


def _lines(asked: Asked) -> QuerySet[Line]:
    found = Line.objects.filter(run_id=asked.run_id, distributor_id=asked.person_id, bonus=asked.bonus)
    return found.filter(counting.lines_about(corrects=asked.corrects), order_line__isnull=False)


def _order_parts(asked: Asked, lines: Sequence[Line], ids: Sequence[int]) -> list[OrderPart]:
    infos = orders.describe(order_line_ids={line.sold for line in lines}, viewer_id=asked.person_id)
    names = people.names(ids={info.seller_id for info in infos.values()})
    version = PlanVersion.objects.get(runs=asked.run_id)
    had = Snapshot.objects.filter(run_id=asked.run_id, distributor_id=asked.person_id)
    rank = had.values_list("rank", flat=True).first()
    reader = _Reader(asked, version, rank or 0, infos, names)
    by_order: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_order[infos[line.sold].order_number].append(line)
    parts = [reader.order(found) for found in by_order.values()]
    return sorted(parts, key=lambda part: (-part.amount, part.number))


@dataclass(frozen=True)
class _Reader:
    """Turns the lines of one order into what the reader may know about it."""

    asked: Asked
    version: PlanVersion
    rank: int
    infos: dict[int, orders.LineInfo]
    names: dict[int, people.PersonName]

    def order(self, lines: Sequence[Line]) -> OrderPart:
        info = self.infos[lines[0].sold]
        plan = plans.parsed(version=self.version)
        rates = {line.rate_ppm for line in lines}
        is_own = info.seller_id == self.asked.person_id
        seller = self.names[info.seller_id].name
        return OrderPart(
            number=info.order_number,
            buyer=info.buyer_label,
            counted_on=localdate(info.booked_at) if info.booked_at else info.placed_on,
            is_own=is_own,
            base=sum(line.base for line in lines),
            base_unit=explain.unit_of(plan=plan, bonus=self.asked.bonus),
            rate_ppm=lines[0].rate_ppm if len(rates) == 1 else None,
            amount=rounded(whole=sum(line.whole for line in lines), micro=sum(line.micro for line in lines)),
            sentence=explain.sentence(
                plan=plan,
                rank=self.rank,
                line=lines[0],
                info=info,
                seller=seller,
                is_own=is_own,
                base=sum(line.base for line in lines),
            ),
            parts=tuple(self.part(line) for line in lines),
        )

    def part(self, line: Line) -> Part:
        info = self.infos[line.sold]
        return Part(
            position=info.position,
            product=info.product_name,
            base=line.base,
            rate_ppm=line.rate_ppm,
            amount=rounded(whole=line.whole, micro=line.micro),
        )

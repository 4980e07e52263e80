"""What an item is made of: its levels, then the orders of one level, then the lines of an order.

Whose item may be asked for is not decided here. Amounts of parts are exact sums of lines, shown rounded half
up to a minor unit; only the item itself was rounded to be paid, so a part may differ by less than half a unit.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Min, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from commissions.models import Line, PlanVersion, Snapshot
from commissions.queries import counting, explain, plans
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


def of_item(*, asked: Asked) -> list[Level]:
    """The levels of an item that come from orders, nearest first; one query whatever its size."""
    unit = explain.unit_of(plan=plans.of_run(run_id=asked.run_id), bonus=asked.bonus)
    return [_level(row, unit) for row in _summed(_lines(asked).values("level").order_by("level"))]


def of_statement(*, person_id: int, run_id: int) -> dict[tuple[str, str], list[Level]]:
    """The levels of every item of a statement, by bonus and corrected month ("" for its own); two queries."""
    plan = plans.of_run(run_id=run_id)
    lines = Line.objects.filter(run_id=run_id, distributor_id=person_id, order_line__isnull=False)
    corrected = Coalesce("corrects__run__period__key", "corrects_run__period__key")
    rows = lines.annotate(month=corrected).values("bonus", "month", "level")
    found: dict[tuple[str, str], list[Level]] = defaultdict(list)
    for row in _summed(rows.order_by("bonus", "month", "level")):
        unit = explain.unit_of(plan=plan, bonus=row["bonus"])
        found[row["bonus"], row["month"] or ""].append(_level(row, unit))
    return found


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
    total = lines.aggregate(n=Count("order_line__order_id", distinct=True))["n"]
    if not total:
        raise NoStatement(asked.bonus)
    page = max(1, min(page, -(-total // PAGE)))
    grouped = lines.values("order_line__order_id").annotate(w=Sum("whole"), m=Sum("micro"))
    ordered = grouped.order_by("-w", "-m", "order_line__order_id")
    ids = [row["order_line__order_id"] for row in ordered[(page - 1) * PAGE : page * PAGE]]
    found = list(lines.filter(order_line__order_id__in=ids).order_by("order_line_id", "level"))
    return OrderPage(level=level, orders=tuple(_order_parts(asked, found, ids)), total=total, page=page)


def order_counts(*, person_id: int, run_id: int) -> dict[tuple[str, str], int]:
    """How many orders each item of a person is made of, by bonus and corrected month ("" for its own)."""
    lines = Line.objects.filter(run_id=run_id, distributor_id=person_id).order_by()
    corrected = Coalesce("corrects__run__period__key", "corrects_run__period__key")
    rows = lines.annotate(month=corrected).values_list("bonus", "month")
    counted = rows.annotate(n=Count("order_line__order_id", distinct=True))
    return {(bonus, month or ""): n for bonus, month, n in counted}


def order_count(*, person_id: int, run_id: int) -> int:
    """How many orders a run pays a person for."""
    lines = Line.objects.filter(run_id=run_id, distributor_id=person_id)
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

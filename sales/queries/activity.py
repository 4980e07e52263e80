"""How much is going on around distributors: counts and last days, never who or what."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, Count, Func, Max, QuerySet, Sum

from common.operations import tables
from sales.models import Order, OrderLine
from sales.queries.terms import company_day

AT_ONCE = 5_000


@dataclass(frozen=True, kw_only=True)
class Unpaid:
    """Orders that wait for their payment: how many, and their qualifying volume in hundredths of a point."""

    orders: int
    qualifying: int


def unpaid(*, seller_id: int) -> Unpaid:
    """What a distributor and their customers ordered that is not paid yet, so that it does not count. One query."""
    waiting = OrderLine.objects.filter(order__seller_id=seller_id, order__state=Order.State.PLACED)
    found = waiting.aggregate(orders=Count("order_id", distinct=True), qualifying=Sum("qualifying"))
    return Unpaid(orders=found["orders"], qualifying=found["qualifying"] or 0)


def customer_order_counts(
    *, starts_at: datetime, ends_at: datetime, seller_ids: Collection[int]
) -> dict[int, int]:
    """How many different customers of each seller have an order that counts in [starts_at, ends_at).

    Sellers without one are missing.
    """
    found: dict[int, int] = {}
    for ids in _in_parts(seller_ids):
        rows = _booked(ids).filter(booked_at__gte=starts_at, booked_at__lt=ends_at, customer__isnull=False)
        found.update(rows.values_list("seller_id").annotate(Count("customer_id", distinct=True)))
    return found


def last_order_on(*, seller_ids: Collection[int], before: datetime | None = None) -> dict[int, date]:
    """The company's day of the last order that counts for each seller, until `before` where that is given; those
    without one are missing."""
    found: dict[int, date] = {}
    for ids in _in_parts(seller_ids):
        for seller_id, moment in (
            _until(_booked(ids), before).values_list("seller_id").annotate(Max("booked_at"))
        ):
            found[seller_id] = company_day(moment=moment)
    return found


def last_moments(*, sellers: QuerySet[Any] | None, before: datetime | None = None) -> dict[str, Any]:
    """When the last order of each of many sellers, of all without any, counted, in microseconds since 1970, as arrays
    `seller` and `moment`; those without one are missing. One query."""
    orders = _until(_counting() if sellers is None else _booked(sellers.order_by().values("pk")), before)
    rows = orders.values_list("seller_id").annotate(moment=_microseconds(Max("booked_at")))
    return tables.values(rows=rows, shape=dict.fromkeys(("seller", "moment"), "int"))


def _microseconds(expression: Max) -> Func:
    template = tables.moment("%(expressions)s").replace("%%s", "%%%%s")
    return Func(expression, template=template, output_field=BigIntegerField())


def _until(orders: QuerySet[Order], before: datetime | None) -> QuerySet[Order]:
    return orders if before is None else orders.filter(booked_at__lt=before)


def _booked(seller_ids: Any) -> QuerySet[Order]:
    return _counting().filter(seller_id__in=seller_ids)


def _counting() -> QuerySet[Order]:
    return Order.objects.filter(booked_at__isnull=False).exclude(state=Order.State.CANCELLED).order_by()


def _in_parts(ids: Collection[int]) -> list[list[int]]:
    every = list(ids)
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]

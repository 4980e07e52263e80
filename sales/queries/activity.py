"""How much is going on around distributors: counts and last days, never who or what."""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import Count, Max, QuerySet

from sales.models import Order
from sales.queries.terms import company_day

AT_ONCE = 5_000


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


def last_order_on(*, seller_ids: Collection[int]) -> dict[int, date]:
    """The company's day of the last order that counts for each seller; those without one are missing."""
    found: dict[int, date] = {}
    for ids in _in_parts(seller_ids):
        for seller_id, moment in _booked(ids).values_list("seller_id").annotate(Max("booked_at")):
            found[seller_id] = company_day(moment=moment)
    return found


def _booked(seller_ids: list[int]) -> QuerySet[Order]:
    counting = Order.objects.filter(seller_id__in=seller_ids, booked_at__isnull=False)
    return counting.exclude(state=Order.State.CANCELLED).order_by()


def _in_parts(ids: Collection[int]) -> list[list[int]]:
    every = list(ids)
    return [every[start : start + AT_ONCE] for start in range(0, len(every), AT_ONCE)]

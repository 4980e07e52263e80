"""What was lately bought by a distributor's customers, and returned by them and the team."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet, Sum

from sales.models import Order, Return

# Older is no news.
NEWS = timedelta(days=60)
PAID = (Order.State.PAID, Order.State.SHIPPED)


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A customer's paid order; `points` in hundredths. The customer is the reader's own and has a name."""

    number: str
    customer: str
    points: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Returned:
    """What came back of an order: whose sale it was and the points, in hundredths."""

    order: str
    seller_id: int
    points: int
    at: datetime


def bought(*, seller_id: int, now: datetime, limit: int) -> list[Bought]:
    """The latest orders of a distributor's customers, newest first."""
    found = Order.objects.filter(
        seller_id=seller_id, customer__isnull=False, state__in=PAID, paid_at__gt=now - NEWS
    )
    rows = (
        found.annotate(points=Sum("lines__qualifying"))
        .order_by("-paid_at", "-pk")
        .values_list(
            "number", "customer__profile__given_name", "customer__profile__family_name", "points", "paid_at"
        )
    )
    return [
        Bought(number=number, customer=f"{given} {family}".strip(), points=points or 0, at=at)
        for number, given, family, points, at in rows[:limit]
        if at is not None
    ]


def returned(*, seller_id: int, team: QuerySet[Any], now: datetime, limit: int) -> list[Returned]:
    """The latest returns of a distributor's own sales and the team's, newest first."""
    whose = Q(order__seller_id=seller_id) | Q(order__seller_id__in=team.order_by().values("pk"))
    rows = (
        Return.objects.filter(whose, booked_at__gt=now - NEWS)
        .annotate(points=Sum("lines__qualifying"))
        .order_by("-booked_at", "-pk")
        .values_list("order__number", "order__seller_id", "points", "booked_at")
    )
    return [
        Returned(order=number, seller_id=seller, points=points or 0, at=at)
        for number, seller, points, at in rows[:limit]
    ]

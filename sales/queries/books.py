"""The books as others ask about them: until when they are shut, and what came too late for its period."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet

from sales.models import Books, Order, Return

NEVER_SHUT = datetime(1970, 1, 1, tzinfo=UTC)
NAMED = 3


@dataclass(frozen=True, slots=True)
class Late:
    """What counts in a period and happened before it, since the books were shut by then: how many, and the first few
    by number."""

    orders: int
    order_numbers: tuple[str, ...]
    returns: int
    return_numbers: tuple[str, ...]


def shut_until() -> datetime:
    """Until when the books are shut; NEVER_SHUT before anything was closed."""
    return Books.objects.values_list("shut_until", flat=True).first() or NEVER_SHUT


def late(*, starts_at: datetime, ends_at: datetime) -> Late:
    """Orders that were paid before [starts_at, ends_at) and count in it, and goods that came back before it."""
    counted = {"booked_at__gte": starts_at, "booked_at__lt": ends_at}
    paid = Order.objects.filter(**counted, paid_at__lt=starts_at).exclude(state=Order.State.CANCELLED)
    back = Return.objects.filter(**counted, returned_at__lt=starts_at)
    return Late(paid.count(), _named(paid), back.count(), _named(back))


def _named(rows: "QuerySet[Order] | QuerySet[Return]") -> tuple[str, ...]:
    return tuple(rows.order_by("number").values_list("number", flat=True)[:NAMED])

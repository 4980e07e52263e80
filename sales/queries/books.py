"""The books as others ask about them: until when they are shut, and what came too late for its period."""

from datetime import UTC, datetime

from django.db.models import QuerySet

from sales.models import Books, Order, Return

NEVER_SHUT = datetime(1970, 1, 1, tzinfo=UTC)


def shut_until() -> datetime:
    """Until when the books are shut; NEVER_SHUT before anything was closed."""
    return Books.objects.values_list("shut_until", flat=True).first() or NEVER_SHUT


def late_orders(*, starts_at: datetime, ends_at: datetime) -> "QuerySet[Order]":
    """Orders that were paid before [starts_at, ends_at) and count in it, since the books were shut by then."""
    counted = Order.objects.filter(booked_at__gte=starts_at, booked_at__lt=ends_at, paid_at__lt=starts_at)
    return counted.exclude(state=Order.State.CANCELLED).order_by("number")


def late_returns(*, starts_at: datetime, ends_at: datetime) -> "QuerySet[Return]":
    """Goods that came back before [starts_at, ends_at) and count in it."""
    counted = Return.objects.filter(booked_at__gte=starts_at, booked_at__lt=ends_at)
    return counted.filter(returned_at__lt=starts_at).order_by("number")

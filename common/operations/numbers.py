"""Numbers of a series that people read: distributors, customers, orders, returns."""

from django.db import transaction
from django.db.models import F

from common.models import Sequence


def take(*, name: str, count: int = 1, first: int = 1) -> int:
    """The first of `count` numbers nobody else gets; a new series begins at `first`.

    Numbers of a transaction that rolls back are used again. Locks the series until the transaction ends.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    with transaction.atomic():
        if not _advance(name, count):
            Sequence.objects.bulk_create([Sequence(name=name, next=first)], ignore_conflicts=True)
            _advance(name, count)
        following: int = Sequence.objects.values_list("next", flat=True).get(name=name)
    return following - count


def skip_past(*, name: str, number: int) -> None:
    """Makes sure that the series goes on above `number`, because that one came from elsewhere."""
    with transaction.atomic():
        Sequence.objects.bulk_create([Sequence(name=name, next=1)], ignore_conflicts=True)
        Sequence.objects.filter(name=name, next__lte=number).update(next=number + 1)


def _advance(name: str, count: int) -> bool:
    # The UPDATE comes first and holds the row, so that the read after it is ours.
    return Sequence.objects.filter(name=name).update(next=F("next") + count) == 1

"""Numbers that people read: distributors, customers, orders, returns."""

from django.db import transaction
from django.db.models import F

from common.models import Sequence


def take(*, name: str, count: int = 1) -> int:
    """Take `count` numbers of the series `name` for good and return the first of them.

    One UPDATE decides, so two callers never get the same number. Numbers taken in a transaction that is
    rolled back are given out again; until it ends, others of the same series wait.
    """
    if count < 1:
        raise ValueError("count must be at least 1")
    with transaction.atomic():
        if not Sequence.objects.filter(name=name).update(next=F("next") + count):
            Sequence.objects.bulk_create([Sequence(name=name)], ignore_conflicts=True)
            Sequence.objects.filter(name=name).update(next=F("next") + count)
        after: int = Sequence.objects.values_list("next", flat=True).get(name=name)
        return after - count

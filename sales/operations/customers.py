"""Customers: they belong to a distributor, buy, and never earn."""

from datetime import datetime

from django.db import IntegrityError, transaction

from common.operations import numbers
from sales.models import Customer


class CustomerRefused(ValueError):
    """This person cannot become a customer; the sentence says why."""


def register(
    *, profile_id: int, distributor_id: int, kind: str, now: datetime, number: str | None = None
) -> str:
    """Make the person of a profile a customer of a distributor and return the customer number.

    Somebody who is this distributor's customer of this kind already keeps their number. `number` is for an
    imported customer that has one. Raises CustomerRefused for an unknown kind, or a
    customer of another distributor.
    """
    if kind not in Customer.Kind.values:
        raise CustomerRefused(f"There is no kind of customer called {kind!r}.")
    try:
        with transaction.atomic():
            customer = Customer.objects.create(
                number=number or f"C{numbers.take(name='customer'):06d}",
                profile_id=profile_id,
                distributor_id=distributor_id,
                kind=kind,
                since=now,
            )
    except IntegrityError:
        known = Customer.objects.filter(
            profile_id=profile_id, distributor_id=distributor_id, kind=kind
        ).first()
        if known is None or number not in (None, known.number):
            raise CustomerRefused("This person or number is a customer already.") from None
        return known.number
    return customer.number

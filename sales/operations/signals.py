"""What sales tells whoever listens; it knows nobody who does."""

from datetime import datetime
from functools import partial

from django.db import transaction
from django.dispatch import Signal

# Sent after the commit, with `booked_at`: a payment or a return now counts, so estimates are out of date.
booked = Signal()


def tell_booked(*, booked_at: datetime) -> None:
    """Send `booked` once the transaction has committed; a listener that fails harms nobody."""
    transaction.on_commit(partial(booked.send_robust, sender=None, booked_at=booked_at), robust=True)

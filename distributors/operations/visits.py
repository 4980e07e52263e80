"""Opened referral links, counted by day."""

from datetime import date

from django.db import transaction
from django.db.models import F

from distributors.models import LinkVisits


def count(*, link_id: int, day: date) -> None:
    """One more visit of a link on that day. Who visited is neither asked nor kept."""
    with transaction.atomic():
        LinkVisits.objects.bulk_create([LinkVisits(link_id=link_id, day=day)], ignore_conflicts=True)
        LinkVisits.objects.filter(link_id=link_id, day=day).update(visits=F("visits") + 1)

"""What should happen again and again, and does not."""

from datetime import datetime

from common.models import Pulse


def late(*, before: datetime) -> list[tuple[str, datetime]]:
    """What last happened before a moment, and when; what has never happened is not missed."""
    return list(Pulse.objects.filter(at__lt=before).order_by("name").values_list("name", "at"))


def last(*, name: str) -> datetime | None:
    """When something last happened; None when it never has."""
    return Pulse.objects.filter(name=name).values_list("at", flat=True).first()

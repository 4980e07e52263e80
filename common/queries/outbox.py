"""What waits in the outbox."""

from datetime import datetime

from common.models import Letter


def stuck(*, before: datetime) -> tuple[int, int]:
    """How many letters have waited since before a moment without being sent, and how many were given up.

    While others are being sent, a letter that nobody has tried yet only has its turn to come.
    """
    waiting = Letter.objects.filter(state=Letter.State.DUE, created_at__lt=before)
    if Letter.objects.filter(state=Letter.State.SENT, finished_at__gte=before).exists():
        waiting = waiting.filter(attempts__gt=0)
    return waiting.count(), Letter.objects.filter(state=Letter.State.FAILED).count()


def due_again() -> list[str]:
    """The keys of letters that were sent and wait to be sent once more; a few of them."""
    again = Letter.objects.filter(state=Letter.State.DUE, finished_at__isnull=False)
    unmarked = Letter.objects.filter(state=Letter.State.SENT).exclude(content={})
    return list((again | unmarked).order_by("pk").values_list("key", flat=True)[:20])

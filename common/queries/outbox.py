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

"""What waits in the outbox."""

from datetime import datetime

from common.models import Letter


def stuck(*, before: datetime) -> tuple[int, int]:
    """How many letters have waited since before a moment without being sent, and how many were given up."""
    waiting = Letter.objects.filter(state=Letter.State.DUE, created_at__lt=before).count()
    return waiting, Letter.objects.filter(state=Letter.State.FAILED).count()

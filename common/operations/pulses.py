"""When something that should happen again and again last happened."""

from datetime import datetime

from common.models import Pulse


def beat(*, name: str, now: datetime) -> None:
    """It has just happened."""
    Pulse.objects.update_or_create(name=name, defaults={"at": now})

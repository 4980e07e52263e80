"""Pictures of people: drawn anew, stored under a name of ours."""

from datetime import datetime

from django.utils.crypto import get_random_string

from common import pictures
from common.pictures import NotAPicture
from distributors.models import Picture

__all__ = ["LONGEST_SIDE", "NotAPicture", "keep"]

LONGEST_SIDE = 800


def keep(*, profile_id: int, data: bytes, now: datetime) -> str:
    """Stores an uploaded picture of this person and returns its key. Raises NotAPicture."""
    drawn = pictures.reencode(data=data, longest=LONGEST_SIDE)
    key = get_random_string(32)
    Picture.objects.create(
        profile_id=profile_id, key=key, data=drawn.data, width=drawn.width, height=drawn.height, made_at=now
    )
    return key

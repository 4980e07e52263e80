"""News: who has read what, and how a list of words is kept."""

from datetime import datetime

from distributors.models import NewsRead


def mark_read(*, item_id: int, user_id: int, now: datetime) -> None:
    """Somebody has opened a piece of news; once."""
    NewsRead.objects.bulk_create(
        [NewsRead(item_id=item_id, user_id=user_id, read_at=now)], ignore_conflicts=True
    )


def kept_list(*, text: str) -> str:
    """,be,nl, from "BE, nl": so that one condition finds a word in it. Empty stays empty."""
    words = [word.strip().lower() for word in text.replace(";", ",").split(",")]
    named = list(dict.fromkeys(word for word in words if word))
    return f",{','.join(named)}," if named else ""

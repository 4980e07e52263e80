"""When somebody last looked at their first page."""

from datetime import datetime, timedelta

from distributors.models import LastLook

A_VISIT = timedelta(minutes=30)


def note(*, user_id: int, now: datetime) -> datetime | None:
    """Remembers a look and says when the visit before this one began; None when there was none.

    Writes at most once a visit: a page that is loaded again within half an hour belongs to it.
    """
    row = LastLook.objects.filter(pk=user_id).values_list("began_at", "before_at").first()
    if row is None:
        LastLook.objects.bulk_create([LastLook(user_id=user_id, began_at=now)], ignore_conflicts=True)
        return None
    began_at, before_at = row
    if now - began_at < A_VISIT:
        return before_at
    # Of two pages loaded at once one begins the visit; both say the same.
    LastLook.objects.filter(pk=user_id, began_at=began_at).update(began_at=now, before_at=began_at)
    return began_at

"""What is kept of how somebody looks at their team: named views, and which files they took."""

from datetime import datetime

from django.db import transaction

from commissions.models import TeamExport, TeamView

MOST_VIEWS = 20
LONGEST = 600


class TooManyViews(ValueError):
    """The person has as many views as are kept."""


@transaction.atomic
def save_view(*, distributor_id: int, name: str, query: str, now: datetime) -> TeamView:
    """Keep a view under a name; one of the same name gives way. Raises TooManyViews.

    Two views saved in the same moment may make one too many, which hurts nobody; two of one name cannot be.
    """
    mine = TeamView.objects.filter(distributor_id=distributor_id)
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise TooManyViews(name)
    view, _made = TeamView.objects.update_or_create(
        distributor_id=distributor_id, name=name, defaults={"query": query[:LONGEST], "made_at": now}
    )
    return view


def remove_view(*, distributor_id: int, view_id: int) -> bool:
    """Forget a view of one's own; False when there was none."""
    gone, _ = TeamView.objects.filter(distributor_id=distributor_id, pk=view_id).delete()
    return bool(gone)


def note_export(
    *, distributor_id: int, kind: str, period: str, query: str, people: int, now: datetime
) -> TeamExport:
    """Write down that somebody takes so many people of their team as a file ("csv" or "xlsx")."""
    return TeamExport.objects.create(
        distributor_id=distributor_id,
        at=now,
        format=kind,
        period=period,
        query=query[:LONGEST],
        people=people,
    )

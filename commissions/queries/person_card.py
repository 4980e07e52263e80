"""What somebody above may know of a person besides their row in the outline. Who may ask is decided by the caller."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Sum

from commissions.models import Line
from commissions.queries import counting, members, standing
from commissions.queries.levels import rounded
from commissions.queries.standing import Standing
from sales.queries import activity


@dataclass(frozen=True, kw_only=True)
class Card:
    """`paid` is what the person's own sales paid the viewer in the month, in minor units; None where the month has no
    figures yet. `standing` is None for whom it did not know."""

    standing: Standing | None
    last_order: date | None
    paid: int | None


def of_person(*, person_id: int, viewer_id: int, month: members.Month) -> Card:
    """One person in one month; a fixed number of queries."""
    last = activity.last_order_on(seller_ids=[person_id], before=None if month.is_open else month.ends_at)
    measured = month.run_id is not None
    return Card(
        standing=standing.of_person(person_id=person_id, key=month.key) if measured else None,
        last_order=last.get(person_id),
        paid=_paid(person_id, viewer_id, month.run_id) if month.run_id is not None else None,
    )


def _paid(person_id: int, viewer_id: int, run_id: int) -> int:
    lines = Line.objects.filter(
        counting.lines_about(corrects=""),
        run_id=run_id,
        distributor_id=viewer_id,
        order_line__order__seller_id=person_id,
    )
    sums = lines.aggregate(whole=Sum("whole"), micro=Sum("micro"))
    return rounded(whole=int(sums["whole"] or 0), micro=int(sums["micro"] or 0))

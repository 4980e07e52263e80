"""A month as closed and as corrected, as pages show it."""

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commissions.queries import corrected
from commissions.queries import expected as queries
from commissions.queries.corrected import Corrected, Part
from common import spoken


def both(found: Corrected, *, month: str, staff: bool) -> dict[str, Any]:
    """Rows by bonus, and every part of the difference with the way to where it was posted. `month` is the name of the
    page of a month."""
    return {
        "rows": found.rows,
        "closed": found.closed,
        "total": found.total,
        "change": found.total - found.closed,
        "parts": [_part(part, month, staff) for part in found.parts],
    }


def _part(part: Part, month: str, staff: bool) -> dict[str, Any]:
    shown = bool(part.correction) and staff
    return {
        "month": spoken.period_name(part.posted_in),
        "link": reverse(month, args=[part.posted_in]),
        "why": part.reason if part.correction else _("Returns"),
        "correction": reverse("staff-correction", args=[part.correction]) if shown else "",
        "label": part.label,
        "amount": part.amount,
    }


def expected(*, key: str, person_id: int | None, month: str) -> dict[str, Any] | None:
    """What is not posted yet, with the way to where it will be; None for nothing. `month` is the name of a month's
    page."""
    found = queries.correction(key=key, person_id=person_id)
    if found is None:
        return None
    return {
        "month": spoken.period_name(found.posted_in),
        "link": reverse(month, args=[found.posted_in]),
        "as_of": spoken.as_of(found.as_of, now=timezone.now()) if found.as_of else "",
        "rows": found.parts,
        "total": found.total,
    }


def posted(*, key: str, person_id: int) -> list[dict[str, Any]]:
    """What correcting runs of earlier months posted for a person in a month, with the way to those months."""
    return [
        {
            "label": _("Correction to %(month)s: %(bonus)s")
            % {"month": spoken.period_name(part.corrects), "bonus": part.label},
            "reason": part.reason,
            "amount": part.amount,
            "link": f"{reverse('statement', args=[part.corrects])}?view=corrected",
        }
        for part in corrected.posted_in(key=key, person_id=person_id)
    ]


def switch(path: str, as_corrected: bool) -> list[dict[str, Any]]:
    """The two views of a month."""
    return [
        {"text": _("As closed"), "link": path, "chosen": not as_corrected},
        {"text": _("As corrected"), "link": f"{path}?view=corrected", "chosen": as_corrected},
    ]

"""What an address of the team asks for, after everything unreadable was replaced by the usual."""

from dataclasses import dataclass

from django.http import Http404, HttpRequest
from django.utils import timezone

from commissions.queries import members
from common.guards import distributor_id, me_of
from distributors.queries import visibility
from distributors.queries.visibility import NotVisible, Seen


@dataclass(frozen=True, kw_only=True)
class Ask:
    """Who looks, at which month, in which order."""

    viewer_id: int
    viewer_number: str
    month: members.Month
    months: list[members.Month]
    sort: str

    @property
    def query(self) -> dict[str, str]:
        """What links keep: nothing while everything is as usual."""
        kept = {}
        if self.month.key != self.months[0].key:
            kept["month"] = self.month.key
        if self.sort != members.DEFAULT_SORT:
            kept["sort"] = self.sort
        return kept


def asked(request: HttpRequest) -> Ask:
    """Reads month and order from the address; a month without figures is 404."""
    months = members.months() or [members.unmeasured(now=timezone.now())]
    key = request.GET.get("month") or months[0].key
    found = [month for month in months if month.key == key]
    if not found:
        raise Http404
    sort = request.GET.get("sort", "")
    return Ask(
        viewer_id=distributor_id(request),
        viewer_number=me_of(request).number,  # type: ignore[union-attr]
        month=found[0],
        months=months,
        sort=sort if sort in members.SORTS else members.DEFAULT_SORT,
    )


def seen(ask: Ask, number: str) -> Seen:
    """The person behind a number, or 404 for everybody this viewer may not see."""
    try:
        return visibility.find(viewer_id=ask.viewer_id, number=number)
    except NotVisible as error:
        raise Http404 from error

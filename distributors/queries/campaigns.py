"""A distributor's links, one row for each, with what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from distributors.models import LinkVisits, ReferralCode

SORTS = {
    "newest": ("-created_at", "-pk"),
    "name": ("campaign", "pk"),
    "visits": ("-visit_count", "-pk"),
    "signups": ("-signup_count", "-pk"),
}
RUNNING, ENDED = "running", "ended"


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link of one's own or of a campaign, counted since it was made."""

    id: int
    code: str
    campaign: str
    created_at: datetime
    ended_at: datetime | None
    visits: int
    signed_up: int


def of_distributor(*, distributor_id: int, state: str = "", sort: str = "newest") -> QuerySet[ReferralCode]:
    """Their links, filtered and sorted, for a page of them to be given to `rows`."""
    found = _counted(ReferralCode.objects.filter(distributor_id=distributor_id))
    if state in (RUNNING, ENDED):
        found = found.filter(revoked_at__isnull=state == RUNNING)
    return found.order_by(*SORTS.get(sort, SORTS["newest"]))


def rows(*, links: Iterable[ReferralCode]) -> list[Link]:
    """What `of_distributor` found, as values."""
    return [_link(one) for one in links]


def one(*, distributor_id: int, code: str) -> Link | None:
    """One link of this distributor; None for anybody else's."""
    found = _counted(ReferralCode.objects.filter(distributor_id=distributor_id, code=code)).first()
    return _link(found) if found else None


def visits_by_month(*, link_id: int) -> list[tuple[date, int]]:
    """First day of the month and visits in it, latest first; months without a visit are left out."""
    months = LinkVisits.objects.filter(link_id=link_id).values_list("day__year", "day__month")
    found = months.annotate(count=Sum("visits")).order_by("-day__year", "-day__month")
    return [(date(year, month, 1), count) for year, month, count in found]


def _counted(links: QuerySet[ReferralCode]) -> QuerySet[ReferralCode]:
    visits = LinkVisits.objects.order_by().filter(link=OuterRef("pk")).values("link")
    return links.annotate(
        visit_count=Coalesce(Subquery(visits.annotate(sum=Sum("visits")).values("sum")), 0),
        signup_count=Count("enrolments", filter=Q(enrolments__place_taken_at__isnull=False)),
    )


def _link(row: ReferralCode) -> Link:
    return Link(
        id=row.pk,
        code=row.code,
        campaign=row.campaign,
        created_at=row.created_at,
        ended_at=row.revoked_at,
        visits=row.visit_count,  # type: ignore[attr-defined]
        signed_up=row.signup_count,  # type: ignore[attr-defined]
    )

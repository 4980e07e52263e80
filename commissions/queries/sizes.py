"""How large teams are. Small ones are counted when somebody asks; great ones were counted by the last run."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery

from commissions.models import TeamSum
from commissions.queries import members
from common.once import once
from distributors.queries import sponsor_tree

# Teams up to this size are counted at once, that is in a few milliseconds.
AT_ONCE = 1_000


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many people stand below somebody, and how many of them are active in a month."""

    below: int
    active: int


def people_below(*, ids: Collection[int]) -> dict[int, int]:
    """How many people stand below each of `ids`: of more than AT_ONCE those whom the newest run found there.

    Two queries; a third where a great team is younger than every run.
    """
    counts = sponsor_tree.team_counts(ids=ids, most=AT_ONCE)
    great = [person for person, count in counts.items() if count > AT_ONCE]
    if not great:
        return counts
    newest = TeamSum.objects.filter(distributor_id=OuterRef("distributor_id")).order_by("-run_id")
    rows = TeamSum.objects.filter(distributor_id__in=great, run_id=Subquery(newest.values("run_id")[:1]))
    known = dict(rows.values_list("distributor_id", "below"))
    young = [person for person in great if person not in known]
    return counts | known | (sponsor_tree.team_counts(ids=young) if young else {})


@once
def is_great(*, person_id: int, month: members.Month) -> bool:
    """Whether the month's run found more people below the person than are counted at once."""
    return TeamSum.objects.filter(distributor_id=person_id, run_id=month.run_id or 0).exists()


@once
def of_month(*, person_id: int, month: members.Month | None) -> Size:
    """The person's team in a month: a great one as its run found it, any other as it stands today."""
    if month is not None and month.run_id is not None:
        kept = TeamSum.objects.filter(distributor_id=person_id, run_id=month.run_id)
        found = kept.values_list("below", "active").first()
        if found is not None:
            return Size(below=found[0], active=found[1])
    team = sponsor_tree.downline(distributor_id=person_id)
    active = members.active_count(month=month, people=team) if month is not None else 0
    return Size(below=team.count(), active=active)

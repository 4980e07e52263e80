"""What a person sees of their own open month: active or what is missing, and the way to the next rank."""

from dataclasses import dataclass

from commissions.models import Snapshot
from commissions.queries import members, plan_words, plans, standing
from commissions.queries.standing import Standing


@dataclass(frozen=True, kw_only=True)
class Way:
    """`active_need` is the own volume that makes active, in hundredths of a point, None where the plan asks other
    things; `once_active` says whether the person was active in the last final month."""

    standing: Standing
    steps: int
    active_need: int | None
    once_active: bool

    @property
    def activity(self) -> members.Activity:
        return members.activity_word(active=self.standing.active, was_active=self.once_active)

    @property
    def active_missing(self) -> int:
        """Hundredths of a point still missing to be active."""
        return max(0, (self.active_need or 0) - self.standing.own_volume)

    @property
    def group_need(self) -> int | None:
        """What the next rank asks of the group volume, for the chart's rule."""
        following = self.standing.next_rank
        asked = following.requirements if following else ()
        return next(
            (one.need for one in asked if one.have == self.standing.group_volume and one.unit == "points"),
            None,
        )


def of_person(*, person_id: int, months: list[members.Month]) -> Way | None:
    """The person's way in the newest of `months`; None while there are no figures of it."""
    month = months[0] if months else None
    if month is None or month.run_id is None:
        return None
    found = standing.of_person(person_id=person_id, key=month.key)
    if found is None:
        return None
    before = Snapshot.objects.filter(run_id=month.before_run_id or 0, distributor_id=person_id, active=True)
    return Way(
        standing=found,
        steps=len(found.ladder),
        active_need=plan_words.active_need(plan=plans.of_run(run_id=month.run_id)),
        once_active=before.exists(),
    )

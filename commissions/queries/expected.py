"""What the estimates say about months that are final: goods came back since, and will be taken off."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from commissions.models import Period, Run, StatementItem
from commissions.queries import corrected, kept


@dataclass(frozen=True, kw_only=True)
class Expected:
    """A correction that is not posted yet: by bonus, in minor units, and the period whose estimate says so.

    `as_of` is when that was estimated.
    """

    posted_in: str
    as_of: datetime | None
    parts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        return sum(amount for _label, amount in self.parts)


def correction(*, key: str, person_id: int | None = None) -> Expected | None:
    """What is expected to be posted about a month, for everybody or for one person; None for nothing.

    Of several unfinished periods the last that has anything is asked: it takes off what all of them would together.
    """
    unfinished = Run.objects.filter(state=Run.State.ESTIMATE).exclude(period__state=Period.State.CLOSED)
    for run in unfinished.select_related("period").order_by("-period__starts_at", "-number"):
        if found := _found(run, key, person_id):
            labels = corrected.labels(key=key)
            parts = [(labels.get(bonus, corrected.spoken_bonus(bonus)), amount) for bonus, amount in found]
            return Expected(posted_in=run.period.key, as_of=run.computed_at, parts=tuple(parts))
    return None


def _found(run: Run, key: str, person_id: int | None) -> list[tuple[str, int]]:
    about = StatementItem.objects.filter(run=run, corrects_period=key)
    if person_id is not None:
        return _sums(about.filter(distributor_id=person_id))
    return kept.of_runs(what=f"expected-{key}", runs=[run], find=lambda: _sums(about))


def _sums(items: "QuerySet[StatementItem]") -> list[tuple[str, int]]:
    sums = items.order_by("bonus").values_list("bonus").annotate(Sum("amount"))
    return [(bonus, int(amount)) for bonus, amount in sums if amount]

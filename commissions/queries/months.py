"""What staff compare before they answer for a month: totals and differences."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.db.models import BigIntegerField, Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import Cast
from numpy.typing import NDArray

from commissions.models import Run, StatementItem
from commissions.queries import kept, plans
from common import spoken
from common.operations import tables
from distributors.queries import people
from distributors.queries.people import PersonName

SHOWN = 10


@dataclass(frozen=True, kw_only=True)
class BonusTotal:
    """What one bonus pays in a run, and what it paid in the last final month; minor units."""

    bonus: str
    label: str
    amount: int
    items: int
    people: int
    before: int | None

    @property
    def change(self) -> int | None:
        return None if self.before is None else self.amount - self.before


@dataclass(frozen=True, kw_only=True)
class PersonChange:
    """One person's total then and now; minor units."""

    person: PersonName
    before: int
    now: int

    @property
    def change(self) -> int:
        return self.now - self.before


Change = tuple[int, int, int]  # a person's key, then what they got before and what they get now


class _Changes(NamedTuple):
    people: int
    losers: list[Change]
    winners: list[Change]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A run against another: how many people differ, and those who differ most."""

    run_id: int
    name: str
    people: int
    total: int
    winners: tuple[PersonChange, ...]
    losers: tuple[PersonChange, ...]


def totals(*, run_id: int) -> list[BonusTotal]:
    """What each bonus pays, in the plan's order, beside the last final month."""
    run = Run.objects.select_related("period", "plan").get(pk=run_id)
    now, before_run = by_bonus(run=run), last_final(run=run)
    before = by_bonus(run=before_run) if before_run else {}
    labels = {bonus.name: bonus.label for bonus in plans.parsed(version=run.plan).bonuses}
    names = [*labels, *sorted((now.keys() | before.keys()) - labels.keys())]
    return [
        BonusTotal(
            bonus=name,
            label=labels.get(name, name),
            amount=now.get(name, (0, 0, 0))[0],
            items=now.get(name, (0, 0, 0))[1],
            people=now.get(name, (0, 0, 0))[2],
            before=before.get(name, (0, 0, 0))[0] if before_run else None,
        )
        for name in names
    ]


def since_last_draft(*, run_id: int) -> Difference | None:
    """What changed since the draft before; None for a first draft."""
    run = Run.objects.get(pk=run_id)
    before = Run.objects.filter(period_id=run.period_id, kind=Run.Kind.CLOSE, number__lt=run.number)
    last = before.filter(computed_at__isnull=False).order_by("-number").first()
    return _difference(run, last, f"draft {last.number}") if last else None


def since_last_month(*, run_id: int) -> Difference | None:
    """What changed since the last final month; None for the first."""
    run = Run.objects.select_related("period").get(pk=run_id)
    last = last_final(run=run)
    return _difference(run, last, spoken.period_name(last.period.key)) if last else None


def _difference(run: Run, other: Run, name: str) -> Difference:
    changes = kept.of_runs(what="changes", runs=[run, other], find=lambda: _changes(run.pk, other.pk))
    names = people.names(ids=[person for person, _before, _now in (*changes.losers, *changes.winners)])

    def shown(of: Sequence[Change]) -> tuple[PersonChange, ...]:
        return tuple(PersonChange(person=names[one], before=before, now=now) for one, before, now in of)

    return Difference(
        run_id=other.pk,
        name=name,
        people=changes.people,
        total=run.total - other.total,
        winners=shown(changes.winners),
        losers=shown(changes.losers),
    )


def _changes(run_id: int, other_id: int) -> _Changes:
    """How many people's totals differ, and those that differ most, as plain numbers."""
    rows = (
        StatementItem.objects.filter(run_id__in=[run_id, other_id]).order_by().values_list("distributor_id")
    )
    mine = Case(When(run_id=run_id, then="amount"), default=0, output_field=BigIntegerField())
    its = Case(When(run_id=other_id, then="amount"), default=0, output_field=BigIntegerField())
    sums = rows.annotate(
        before=Cast(Sum(its), BigIntegerField()), now=Cast(Sum(mine), BigIntegerField())
    ).exclude(now=F("before"))
    found = tables.values(rows=sums, shape=dict.fromkeys(("person", "before", "now"), "int"))
    change = found["now"] - found["before"]
    order = np.lexsort((found["person"], change))

    def told(places: NDArray[np.intp]) -> list[Change]:
        return [(int(found["person"][at]), int(found["before"][at]), int(found["now"][at])) for at in places]

    return _Changes(
        people=len(change),
        losers=told(order[:SHOWN][change[order[:SHOWN]] < 0]),
        winners=told(order[::-1][:SHOWN][change[order[::-1][:SHOWN]] > 0]),
    )


def last_final(*, run: Run) -> Run | None:
    """The final run of the latest month before; of a week, of the latest week."""
    return final_before(run=run).select_related("period", "plan").order_by("-period__starts_at").first()


def final_before(*, run: Run) -> "QuerySet[Run]":
    """The final runs of the calendar's periods before this one's."""
    return Run.objects.filter(
        state=Run.State.FINAL,
        period__calendar=run.period.calendar,
        period__starts_at__lt=run.period.starts_at,
    )


def by_bonus(*, run: Run) -> dict[str, tuple[int, int, int]]:
    """What a run pays by bonus: the amount in minor units, how many items, how many people."""

    def add_up() -> dict[str, tuple[int, int, int]]:
        rows = StatementItem.objects.filter(run=run).order_by().values_list("bonus")
        sums = rows.annotate(Sum("amount"), Count("pk"), Count("distributor", distinct=True))
        return {bonus: (int(amount), items, persons) for bonus, amount, items, persons in sums}

    return kept.of_runs(what="by-bonus", runs=[run], find=add_up)


def by_person(*, run_id: int) -> dict[int, int]:
    """What each person gets from a run, in minor units."""
    sums: dict[int, int] = defaultdict(int)
    rows = StatementItem.objects.filter(run_id=run_id).values_list("distributor_id", "amount")
    for person, amount in rows.iterator(chunk_size=20_000):
        sums[person] += amount
    return sums

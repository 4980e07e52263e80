"""What staff compare before they answer for a month: totals, differences, and what looks unusual."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from django.conf import settings
from django.db.models import BigIntegerField, Case, Count, F, QuerySet, Sum, When
from django.db.models.functions import Cast
from django.utils.translation import ngettext
from numpy.typing import NDArray

from commissions.models import Run, StatementItem
from commissions.queries import kept, plans
from common import spoken
from common.money import format_money
from common.operations import tables
from distributors.queries import people
from distributors.queries.people import PersonName
from sales.queries import books

SHOWN = 10
# Of the commissionable volume, while too few months are final to say what this company's share is: an ordinary month
# lies between these. Parts per million.
USUAL_PAYOUT = (50_000, 650_000)
MILLION = 1_000_000
ENOUGH_MONTHS, A_YEAR = 3, 12


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


def unusual(*, run: Run) -> list[str]:
    """Sentences about what somebody should look at before they answer for the run."""
    last = last_final(run=run)
    found = [*_payout(run), *_large(run), *_plan(run, last), *_late(run)]
    negative = StatementItem.objects.filter(run=run, amount__lt=0).count()
    if negative:
        found.append(
            ngettext(
                "One item is negative: returns take back more than was earned.",
                "%(n)s items are negative: returns take back more than was earned.",
                negative,
            )
            % {"n": negative}
        )
    if last is not None:
        leaps = _leaps(_by_person(run.pk), _by_person(last.pk))
        if leaps:
            found.append(
                ngettext(
                    "One person earns more than twice what they earned in %(month)s.",
                    "%(n)s people earn more than twice what they earned in %(month)s.",
                    leaps,
                )
                % {"n": leaps, "month": spoken.period_name(last.period.key)}
            )
    return found


def _payout(run: Run) -> list[str]:
    """Whether what is paid of the volume lies outside the band that this company's final months keep to."""
    if run.commissionable <= 0:
        return []
    share = run.total * MILLION // run.commissionable
    least, most = _usual_payout(run)
    if least <= share <= most:
        return []
    percent, low, high = (f"{one / 10_000:.1f}" for one in (share, least, most))  # for reading only
    return [
        f"The total is {percent} % of the commissionable volume, which is unusual: it is {low} to {high} % as a rule."
    ]


def _usual_payout(run: Run) -> tuple[int, int]:
    """The lowest and the highest share of the last twelve final months, a fifth wider at both ends."""
    final = _final_before(run).filter(commissionable__gt=0)
    rows = final.order_by("-period__starts_at").values_list("total", "commissionable")[:A_YEAR]
    shares = [total * MILLION // volume for total, volume in rows]
    if len(shares) < ENOUGH_MONTHS:
        return USUAL_PAYOUT
    return min(shares) * 4 // 5, max(shares) * 6 // 5


def _large(run: Run) -> list[str]:
    """Items over the company's limit, PORTAL_LARGE_ITEM."""
    limit = settings.LARGE_ITEM
    large = StatementItem.objects.filter(run=run, amount__gt=limit).order_by("-amount", "distributor_id")
    first = large.values_list("amount", "distributor__number", "bonus").first()
    if first is None:
        return []
    amount, number, bonus = first
    shown, limits = (
        format_money(value, settings.COMPANY_CURRENCY, settings.COMPANY_LOCALE) for value in (amount, limit)
    )
    count = large.count()
    words = ngettext(
        "One item is over %(limit)s: %(largest)s, the %(bonus)s of %(number)s.",
        "%(n)s items are over %(limit)s; the largest, %(largest)s, is the %(bonus)s of %(number)s.",
        count,
    )
    bonus = bonus.replace("_", " ")
    return [words % {"n": count, "limit": limits, "largest": shown, "bonus": bonus, "number": number}]


def _plan(run: Run, last: Run | None) -> list[str]:
    if last is None or last.plan_id == run.plan_id:
        return []
    return [f"The plan has changed: {run.plan}, after {last.plan} in {spoken.period_name(last.period.key)}."]


def _late(run: Run) -> list[str]:
    """What was paid or came back before the period, when its books were shut already: it counts in this one."""
    period = run.period
    came = books.late(starts_at=period.starts_at, ends_at=period.ends_at)
    found, name = [], spoken.period_name(period.key)
    if came.orders:
        named = _some(came.order_numbers, came.orders)
        found.append(
            ngettext(
                "One order came late: paid before %(period)s, it counts in it (%(named)s).",
                "%(n)s orders came late: paid before %(period)s, they count in it (%(named)s).",
                came.orders,
            )
            % {"n": came.orders, "period": name, "named": named}
        )
    if came.returns:
        named = _some(came.return_numbers, came.returns)
        found.append(
            ngettext(
                "One return came late: back before %(period)s, it counts in it (%(named)s).",
                "%(n)s returns came late: back before %(period)s, they count in it (%(named)s).",
                came.returns,
            )
            % {"n": came.returns, "period": name, "named": named}
        )
    return found


def _some(numbers: tuple[str, ...], of: int) -> str:
    return ", ".join(numbers) + (", …" if of > len(numbers) else "")


def _leaps(now: Mapping[int, int], before: Mapping[int, int]) -> int:
    return sum(
        1 for person, amount in now.items() if before.get(person, 0) > 0 and amount > 2 * before[person]
    )


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
    sql, parameters = sums.query.sql_with_params()
    shape = dict.fromkeys(("person", "before", "now"), "int")
    found = tables.read(query=sql, parameters=parameters, shape=shape)
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
    return _final_before(run).select_related("period", "plan").order_by("-period__starts_at").first()


def _final_before(run: Run) -> "QuerySet[Run]":
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


def _by_person(run_id: int) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    rows = StatementItem.objects.filter(run_id=run_id).values_list("distributor_id", "amount")
    for person, amount in rows.iterator(chunk_size=20_000):
        sums[person] += amount
    return sums

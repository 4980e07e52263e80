"""What somebody should look at before they answer for a run: sentences, kept with the run, and whom each is about.

A sentence stands in the run's JSON as {"says": …}; one that is about people, items or orders has beside it `about`,
one of the words below, `count`, the `first` few, and of amounts their `sum` in minor units.
"""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext, ngettext

from commissions.models import Run, StatementItem
from commissions.queries import months
from common import spoken
from common.money import format_money
from sales.queries import books

NEGATIVE, LARGE, LEAPS, LATE_ORDERS, LATE_RETURNS = (
    "negative",
    "large",
    "leaps",
    "late-orders",
    "late-returns",
)
ABOUT = (NEGATIVE, LARGE, LEAPS, LATE_ORDERS, LATE_RETURNS)
NAMED = 3
# Of the commissionable volume, while too few months are final to say what this company's share is: an ordinary month
# lies between these. Parts per million.
USUAL_PAYOUT = (50_000, 650_000)
MILLION = 1_000_000
ENOUGH_MONTHS, A_YEAR = 3, 12
Told = dict[str, Any]


def warnings(*, run: Run) -> list[Told]:
    """Everything unusual about a run whose items are stored."""
    last = months.last_final(run=run)
    found = [*_payout(run), *_large(run), *_plan(run, last), *_late(run), *_negative(run)]
    return found if last is None else [*found, *_leaps(run, last)]


def negative(*, run_id: int) -> QuerySet[StatementItem]:
    """The items of a run that take back more than they give, the greatest first."""
    return StatementItem.objects.filter(run_id=run_id, amount__lt=0).order_by("amount", "distributor_id")


def large(*, run_id: int) -> QuerySet[StatementItem]:
    """The items over the company's limit, PORTAL_LARGE_ITEM, the greatest first."""
    over = StatementItem.objects.filter(run_id=run_id, amount__gt=settings.LARGE_ITEM)
    return over.order_by("-amount", "distributor_id")


def leaps(*, run: Run, before: Run) -> list[tuple[int, int, int]]:
    """Who earns more than twice what they earned in the run before: the person, then, now; the greatest gain first."""
    then = months.by_person(run_id=before.pk)
    found = [
        (person, then[person], amount)
        for person, amount in months.by_person(run_id=run.pk).items()
        if then.get(person, 0) > 0 and amount > 2 * then[person]
    ]
    return sorted(found, key=lambda one: (one[1] - one[2], one[0]))


def _negative(run: Run) -> list[Told]:
    words = ngettext(
        "One item is negative: returns take back more than was earned.",
        "%(n)s items are negative: returns take back more than was earned.",
        count := negative(run_id=run.pk).count(),
    )
    return [_of_items(NEGATIVE, negative(run_id=run.pk), count, words % {"n": count})] if count else []


def _large(run: Run) -> list[Told]:
    count = large(run_id=run.pk).count()
    limit = format_money(settings.LARGE_ITEM, settings.COMPANY_CURRENCY, settings.COMPANY_LOCALE)
    words = ngettext("One item is over %(limit)s.", "%(n)s items are over %(limit)s.", count)
    return (
        [_of_items(LARGE, large(run_id=run.pk), count, words % {"n": count, "limit": limit})] if count else []
    )


def _of_items(about: str, items: QuerySet[StatementItem], count: int, says: str) -> Told:
    first = items.values_list("distributor_id", "bonus", "amount")[:NAMED]
    total = items.order_by().aggregate(sum=Sum("amount"))["sum"]
    return {"says": says, "about": about, "count": count, "first": [list(one) for one in first], "sum": total}


def _leaps(run: Run, last: Run) -> list[Told]:
    found = leaps(run=run, before=last)
    if not found:
        return []
    words = ngettext(
        "One person earns more than twice what they earned in %(month)s.",
        "%(n)s people earn more than twice what they earned in %(month)s.",
        len(found),
    )
    return [
        {
            "says": words % {"n": len(found), "month": spoken.period_name(last.period.key)},
            "about": LEAPS,
            "count": len(found),
            "first": [list(one) for one in found[:NAMED]],
            "before": last.pk,
        }
    ]


def _payout(run: Run) -> list[Told]:
    """Whether what is paid of the volume lies outside the band that this company's final months keep to."""
    if run.commissionable <= 0:
        return []
    share = run.total * MILLION // run.commissionable
    least, most = _usual_payout(run)
    if least <= share <= most:
        return []
    percent, low, high = (f"{one / 10_000:.1f}" for one in (share, least, most))  # for reading only
    words = gettext(
        "The total is %(percent)s %% of the commissionable volume, which is unusual: it is %(low)s to %(high)s %% "
        "as a rule."
    )
    return [{"says": words % {"percent": percent, "low": low, "high": high}}]


def _usual_payout(run: Run) -> tuple[int, int]:
    """The lowest and the highest share of the last twelve final months, a fifth wider at both ends."""
    final = months.final_before(run=run).filter(commissionable__gt=0)
    rows = final.order_by("-period__starts_at").values_list("total", "commissionable")[:A_YEAR]
    shares = [total * MILLION // volume for total, volume in rows]
    if len(shares) < ENOUGH_MONTHS:
        return USUAL_PAYOUT
    return min(shares) * 4 // 5, max(shares) * 6 // 5


def _plan(run: Run, last: Run | None) -> list[Told]:
    if last is None or last.plan_id == run.plan_id:
        return []
    words = gettext("The plan has changed: %(plan)s, after %(before)s in %(month)s.")
    month = spoken.period_name(last.period.key)
    return [{"says": words % {"plan": run.plan, "before": last.plan, "month": month}}]


def _late(run: Run) -> list[Told]:
    """What was paid or came back before the period, when its books were shut already: it counts in this one."""
    period = {"starts_at": run.period.starts_at, "ends_at": run.period.ends_at}
    paid = ngettext(
        "One order came late: paid before %(period)s, it counts in it.",
        "%(n)s orders came late: paid before %(period)s, they count in it.",
        orders := books.late_orders(**period).count(),
    )
    back = ngettext(
        "One return came late: back before %(period)s, it counts in it.",
        "%(n)s returns came late: back before %(period)s, they count in it.",
        returns := books.late_returns(**period).count(),
    )
    name = spoken.period_name(run.period.key)
    told = (
        (LATE_ORDERS, paid, orders, books.late_orders(**period)),
        (LATE_RETURNS, back, returns, books.late_returns(**period)),
    )
    return [
        {
            "says": words % {"n": count, "period": name},
            "about": about,
            "count": count,
            "first": _numbers(rows.values_list("pk", "number")[:NAMED]),
        }
        for about, words, count, rows in told
        if count
    ]


def _numbers(rows: Iterable[tuple[int, str]]) -> list[list[Any]]:
    return [list(one) for one in rows]

"""What holds move in the ledger: what waits is owed, and stands in the person's held account until it is released,
comes back or lapses."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.db.models import QuerySet, Sum

from commissions.models import Account, Carried, Line, Run
from commissions.operations.entries import Entry, Owned
from commissions.queries import counting, plans

By = dict[tuple[str, int, str], int]  # bonus, person, number


def entries(*, run: Run) -> list[Entry]:
    """Clearing to held for what waits anew, back for what was released, came back or lapsed; and what that changes
    about what each bonus costs. Nothing for a plan without holds."""
    plan = plans.parsed(version=run.plan)
    if not any(bonus.hold for bonus in plan.bonuses):
        return []
    lines = Line.objects.filter(run=run)
    own = lines.filter(corrects__isnull=True, corrects_run__isnull=True)
    new = _sums(own.filter(kind=Line.Kind.HELD), -1)
    back = _sums(lines.filter(counting.correcting(), kind=Line.Kind.HELD), 1)
    released = _sums(own.filter(kind=Line.Kind.RELEASED), 1)
    last = counting.before(moment=run.period.starts_at, plan=plan.name, seen=run.seen_turn)
    waited, waits = waiting_of(run=last, renamed=plan.renamed), waiting_of(run=run)
    lapsed = {
        key: waited.get(key, 0)
        + new.get(key, 0)
        - back.get(key, 0)
        - released.get(key, 0)
        - waits.get(key, 0)
        for key in {*waited, *new, *back, *released, *waits}
    }
    found = [
        *_entries("hold", run, new, 1),
        *_entries("unhold", run, back, -1),
        *_entries("release", run, released, -1),
        *_entries("lapse", run, lapsed, -1),
    ]
    cost: dict[str, int] = defaultdict(int)
    for amounts, sign in ((new, 1), (back, -1), (released, -1), (lapsed, -1)):
        for (bonus, _, _), amount in amounts.items():
            cost[bonus] += sign * amount
    return found + [_cost(run, bonus, amount) for bonus, amount in sorted(cost.items())]


def waiting_of(*, run: Run | None, renamed: Mapping[str, str] | None = None) -> By:
    """What waits once a run is done, by the names of the present plan."""
    rows = Carried.objects.filter(run=run, kind=Carried.Kind.HELD).order_by()
    names = renamed or {}
    found: By = defaultdict(int)
    for name, person, number, amount in rows.values_list(
        "name", "distributor_id", "distributor__number"
    ).annotate(Sum("amount")):
        if person is not None:
            found[names.get(name, name), person, number] += int(amount)
    return found


def _sums(lines: "QuerySet[Line]", sign: int) -> By:
    rows = lines.order_by().values_list("bonus", "distributor_id", "distributor__number")
    return {
        (bonus, person, number): sign * int(whole)
        for bonus, person, number, whole in rows.annotate(Sum("whole"))
    }


def _entries(word: str, run: Run, amounts: By, sign: int) -> Iterator[Entry]:
    period, plan = run.period.key, run.plan.name
    for (bonus, person, number), amount in sorted(amounts.items()):
        yield Entry(
            key=f"{word}:{period}:{plan}:{bonus}:{number}",
            debit=Owned(Account.Kind.CLEARING, period),
            credit=Owned(Account.Kind.HELD, owner_id=person),
            amount=sign * amount,
        )


def _cost(run: Run, bonus: str, amount: int) -> Entry:
    return Entry(
        key=f"expense:{run.period.key}:{run.plan.name}:{bonus}:held",
        debit=Owned(Account.Kind.EXPENSE, bonus),
        credit=Owned(Account.Kind.CLEARING, run.period.key),
        amount=amount,
    )

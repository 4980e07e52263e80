"""What holds move in the ledger: what waits is owed, and stands in the person's held account until it is released,
comes back or lapses."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from django.db.models import QuerySet, Sum

from commissions.models import Account, Carried, Line, Run
from commissions.operations.entries import Entry, Owned, mark
from commissions.queries import counting, plans

By = dict[tuple[str, int, str], int]  # bonus, person, number


def entries(*, run: Run, clearing: str) -> list[Entry]:
    """Clearing to held for what waits anew, back for what was released, came back or lapsed; and what that changes
    about what each bonus costs. Nothing for a plan without holds."""
    plan = plans.parsed(version=run.plan)
    if not any(bonus.hold for bonus in plan.bonuses):
        return []
    if run.kind == Run.Kind.CORRECT:
        return _differences(run, clearing)
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
        *_entries("hold", run, clearing, new, 1),
        *_entries("unhold", run, clearing, back, -1),
        *_entries("release", run, clearing, released, -1),
        *_entries("lapse", run, clearing, lapsed, -1),
    ]
    cost: dict[str, int] = defaultdict(int)
    for amounts, sign in ((new, 1), (back, -1), (released, -1), (lapsed, -1)):
        for (bonus, _, _), amount in amounts.items():
            cost[bonus] += sign * amount
    return found + [_cost(run, clearing, bonus, amount) for bonus, amount in sorted(cost.items())]


def _differences(run: Run, clearing: str) -> list[Entry]:
    """What waits as corrected, less what waited until now. What an older period held back waits as a later one left it:
    it is not changed."""
    books = counting.everything(calendar=run.period.calendar, seen=run.seen_turn)
    last = [one for one in books.counts if one.plan.name == run.plan.name][-1]
    if last.period_id != run.period_id:
        return []
    waited, waits = waiting_of(run=last), waiting_of(run=run)
    more = {key: waits.get(key, 0) - waited.get(key, 0) for key in {*waited, *waits}}
    cost: dict[str, int] = defaultdict(int)
    for (bonus, _, _), amount in more.items():
        cost[bonus] += amount
    return [
        *_entries("hold", run, clearing, more, 1),
        *(_cost(run, clearing, bonus, amount) for bonus, amount in sorted(cost.items())),
    ]


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


def _entries(word: str, run: Run, clearing: str, amounts: By, sign: int) -> Iterator[Entry]:
    for (bonus, person, number), amount in sorted(amounts.items()):
        yield Entry(
            key=f"{word}:{mark(run=run)}:{run.plan.name}:{bonus}:{number}",
            debit=Owned(Account.Kind.CLEARING, clearing),
            credit=Owned(Account.Kind.HELD, owner_id=person),
            amount=sign * amount,
        )


def _cost(run: Run, clearing: str, bonus: str, amount: int) -> Entry:
    return Entry(
        key=f"expense:{mark(run=run)}:{run.plan.name}:{bonus}:held",
        debit=Owned(Account.Kind.EXPENSE, bonus),
        credit=Owned(Account.Kind.CLEARING, clearing),
        amount=amount,
    )

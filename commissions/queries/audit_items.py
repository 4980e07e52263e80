"""What was posted against the lines it comes from: items, expenses, and what is held or withheld."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TypeVar

from django.db.models import Q, Sum

from commissions.core import rounding
from commissions.core.facts import SUSPENDED
from commissions.models import Account, Carried, Line, Run, Snapshot, StatementItem, Transfer
from commissions.queries import counting, plans

T = TypeVar("T")
MICRO = 1_000_000
MOST = 20
# What changes an item once it is rounded: whole amounts, which are not rounded with its other lines.
WHOLE = (Line.Kind.GUARANTEE, Line.Kind.MOST, Line.Kind.GROUP, Line.Kind.HELD, Line.Kind.RELEASED)


def items_are_their_lines() -> list[str]:
    """P3: what was posted for an item and about it is what its lines come to: those of the run that counts, and what
    posted runs changed about them. Computed lines are rounded once, as the plan says; the others are whole."""
    books = counting.all_that_count()
    exact: dict[tuple[str, int, str], int] = defaultdict(int)
    whole: dict[tuple[str, int, str], int] = defaultdict(int)
    key_of = {run.pk: run.period.key for run in books.counts}
    ledgers = {run.period.key: plans.parsed(version=run.plan).ledger for run in books.counts}
    own = Line.objects.filter(run_id__in=list(key_of), corrects__isnull=True, corrects_run__isnull=True)
    of_lines = Line.objects.filter(run_id__in=books.posted_ids, corrects__run_id__in=list(key_of))
    of_runs = Line.objects.filter(run_id__in=books.posted_ids, corrects_run_id__in=list(key_of))
    for lines, about in ((own, "run_id"), (of_lines, "corrects__run_id"), (of_runs, "corrects_run_id")):
        rows = lines.order_by().values_list(about, "distributor_id", "bonus", "kind")
        for run_id, person, bonus, kind, units, micro in rows.annotate(Sum("whole"), Sum("micro")):
            key = key_of[run_id]
            average = lines is not own and ledgers[key].take_back == "average_rate"
            into = whole if kind in WHOLE or average else exact
            into[key, person, bonus] += int(units) * MICRO + int(micro)
    paid: dict[tuple[str, int, str], int] = defaultdict(int)
    posted = StatementItem.objects.filter(run_id__in=books.posted_ids)
    posted = posted.filter(Q(run__state=Run.State.FINAL) | ~Q(corrects_period=""))
    for period, corrected, person, bonus, amount in posted.values_list(
        "run__period__key", "corrects_period", "distributor_id", "bonus", "amount"
    ).iterator():
        paid[corrected or period, person, bonus] += amount
    comes_to = {
        key: rounding.rounded(exact[key], how=ledgers[key[0]].round) + whole[key] // MICRO
        for key in {*exact, *whole, *paid}
        if key[0] in ledgers  # who has none is told by P2
    }
    wrong = (key for key in sorted(comes_to) if paid[key] != comes_to[key])
    return [
        f"P3 {bonus} of {period} paid distributor {person} {paid[period, person, bonus]}, its lines "
        f"come to {comes_to[period, person, bonus]}"
        for period, person, bonus in some(wrong)
    ]


def expenses_are_their_items() -> list[str]:
    """P3: what each bonus cost in a final month is the sum of its items, and what was held back more than released."""
    cost: dict[tuple[str, str], int] = defaultdict(int)
    items = StatementItem.objects.order_by()
    own = items.filter(run__state=Run.State.FINAL).values_list("run__period__key", "bonus")
    differences = items.filter(run__state=Run.State.POSTED).exclude(corrects_period="")
    posted = differences.values_list("run__correcting__posted_in__key", "bonus")
    for rows in (own, posted):
        for period, bonus, amount in rows.annotate(Sum("amount")):
            cost[period, bonus] += int(amount)
    expense, clearing, held = Account.Kind.EXPENSE, Account.Kind.CLEARING, Account.Kind.HELD
    final = Transfer.objects.filter(run__state__in=(Run.State.FINAL, Run.State.POSTED))
    for side, other, sign in (("debit", "credit", 1), ("credit", "debit", -1)):
        moved = final.filter(**{f"{side}__kind": expense, f"{other}__kind": clearing})
        sums = moved.order_by().values_list("period__key", f"{side}__name").annotate(Sum("amount"))
        for period, bonus, amount in sums:
            cost[period, bonus] -= sign * int(amount)
        waits = final.filter(**{f"{side}__kind": clearing, f"{other}__kind": held})
        for period, key, amount in waits.values_list("period__key", "key", "amount").iterator():
            cost[period, key.split(":")[3]] += sign * int(amount)
    return [
        f"P3 {bonus} of {period} cost {-cost[period, bonus]} more than its items"
        for period, bonus in some(key for key in sorted(cost) if cost[key])
    ]


def what_waits_is_held() -> list[str]:
    """L6: each held account is what waits of its owner in the last closed period of every plan."""
    waits: dict[str, int] = defaultdict(int)
    last = {run.plan.name: run.pk for run in counting.all_that_count().counts}
    rows = Carried.objects.filter(run_id__in=last.values(), kind=Carried.Kind.HELD).order_by()
    for number, amount in rows.values_list("distributor__number").annotate(Sum("amount")):
        waits[str(number)] += int(amount)
    held = Account.objects.filter(kind=Account.Kind.HELD).order_by().values_list("owner__number")
    stands = {str(number): int(balance) for number, balance in held.annotate(Sum("balance"))}
    wrong = (number for number in sorted({*waits, *stands}) if waits.get(number, 0) != stands.get(number, 0))
    return [
        f"L6 the account held {number} is {stands.get(number, 0)}, what waits is {waits.get(number, 0)}"
        for number in some(wrong)
    ]


def only_the_suspended_are_withheld() -> list[str]:
    """L6: nothing is withheld of who was in good standing in the period that was closed last."""
    last = Run.objects.filter(state=Run.State.FINAL).order_by("-finished_at", "-pk").first()
    kept = Account.objects.filter(kind=Account.Kind.WITHHELD, balance__gt=0)
    suspended = Snapshot.objects.filter(run=last, standing=SUSPENDED).values("distributor_id")
    rows = kept.exclude(owner_id__in=suspended).order_by("pk").values_list("owner__number", "balance")
    return [f"L6 {balance} are withheld of {number}, who is not suspended" for number, balance in some(rows)]


def some(found: Iterable[T]) -> Iterator[T]:
    """The first few: a thousand sentences say no more than twenty."""
    for at, one in enumerate(found):
        if at == MOST:
            return
        yield one

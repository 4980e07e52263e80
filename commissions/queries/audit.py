"""The books against themselves: small functions, each returning the problems it found.

Numbers in front of a sentence: L ledger, P periods, R sales, T tree, J jobs. Nothing is ever repaired here; when
something is wrong, money stands still until a person has found out why.
"""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, Sum

from commissions.models import (
    Account,
    Adjustment,
    BooksCheck,
    Period,
    Run,
    StatementItem,
    Transfer,
)
from commissions.queries import audit_items, audit_periods, audit_sales, fingerprint, guards
from common.queries import jobs, outbox, pulses
from distributors import tree
from sales.queries import audit as sales

Check = Callable[[], list[str]]
DONE = (Run.State.FINAL, Run.State.POSTED)
SILENCE, UNSENT = timedelta(minutes=2), timedelta(minutes=5)


def everything(*, now: datetime | None = None) -> list[str]:
    """Every problem of the books, the periods, the sales, the tree and the jobs; with a moment, also what is late."""
    late = [problem for check in LATE for problem in check(now)] if now else []
    return [problem for check in CHECKS for problem in check()] + late


def fast(*, now: datetime) -> list[str]:
    """What is quick enough to be asked every few minutes."""
    late = [problem for check in LATE for problem in check(now)]
    return [problem for check in FAST for problem in check()] + late


def ledger() -> list[str]:
    """Every problem of the ledger alone: quick enough to be asked before and after each posting."""
    return [problem for check in LEDGER for problem in check()]


def transfers_are_whole() -> list[str]:
    """L1: amounts above zero, between two accounts, in one currency."""
    wrong = Transfer.objects.filter(
        Q(amount__lte=0)
        | Q(debit=F("credit"))
        | ~Q(currency=F("debit__currency"))
        | ~Q(currency=F("credit__currency"))
    )
    return [
        f"L1 transfer {key} is not whole" for key in audit_items.some(wrong.values_list("key", flat=True))
    ]


def balances_add_to_zero() -> list[str]:
    """L2: what one account has, others owe; the clearing of a closed period is empty."""
    sums = Account.objects.order_by().values_list("currency").annotate(Sum("balance"))
    found = [f"L2 all {currency} balances add up to {total}, not to 0" for currency, total in sums if total]
    closed = Period.objects.filter(state=Period.State.CLOSED).values("key")
    left = Account.objects.filter(kind=Account.Kind.CLEARING, name__in=closed).exclude(balance=0)
    return found + [f"L2 the clearing of {account.name} still holds {account.balance}" for account in left]


def balances_are_their_transfers() -> list[str]:
    """L3: each balance is its credits less its debits."""
    moved: dict[int, int] = defaultdict(int)
    for side, sign in (("credit_id", 1), ("debit_id", -1)):
        for account, total in Transfer.objects.order_by().values_list(side).annotate(Sum("amount")):
            moved[account] += sign * int(total)
    rows = Account.objects.values_list("pk", "kind", "name", "owner__number", "balance")
    return [
        f"L3 the account {kind} {name or number} says {balance}, its transfers {moved[pk]}"
        for pk, kind, name, number, balance in audit_items.some(
            row for row in rows.iterator() if row[4] != moved[row[0]]
        )
    ]


def nothing_was_taken_away() -> list[str]:
    """L5: of the transfers that the last check counted none is gone and none is another one now."""
    last = BooksCheck.objects.order_by("-at", "-pk").first()
    if last is None:
        return []
    counted = Transfer.objects.filter(pk__lte=last.last_transfer).aggregate(
        n=Count("pk"), total=Sum("amount")
    )
    if counted["n"] < last.transfer_count:
        return [
            f"L5 {last.transfer_count - counted['n']} transfers are gone since {last.at:%Y-%m-%d %H:%M} UTC"
        ]
    if counted["n"] == last.transfer_count and (counted["total"] or 0) != last.transfer_sum:
        return [f"L5 the transfers of before {last.at:%Y-%m-%d %H:%M} UTC add up to something else now"]
    return []


def nobody_is_below_zero() -> list[str]:
    """L6: nothing payable, held or withheld is below zero, and no debt above it."""
    kinds = (Account.Kind.PAYABLE, Account.Kind.HELD, Account.Kind.WITHHELD)
    wrong = Account.objects.filter(
        Q(kind__in=kinds, balance__lt=0) | Q(kind=Account.Kind.DEBT, balance__gt=0)
    )
    rows = wrong.order_by("pk").values_list("kind", "owner__number", "balance")
    return [
        f"L6 the account {kind} {number} is {balance}" for kind, number, balance in audit_items.some(rows)
    ]


def adjustments_are_posted_once() -> list[str]:
    """L4: each approved adjustment is in the ledger with its amount, and no adjustment is there otherwise."""
    posted = {
        key: amount if kind == Account.Kind.EXPENSE else -amount
        for key, amount, kind in Transfer.objects.filter(key__startswith="adj:")
        .exclude(debit__kind=Account.Kind.DEBT)
        .exclude(credit__kind=Account.Kind.DEBT)
        .values_list("key", "amount", "debit__kind")
    }
    approved = Adjustment.objects.filter(state=Adjustment.State.POSTED).values_list("pk", "amount")
    wanted = {f"adj:{pk}": amount for pk, amount in approved}
    wrong = (key for key in sorted({*posted, *wanted}) if posted.get(key, 0) != wanted.get(key, 0))
    return [
        f"L4 {key} is posted with {posted.get(key, 0)}, approved was {wanted.get(key, 0)}"
        for key in audit_items.some(wrong)
    ]


def payments_are_posted_once() -> list[str]:
    """L4: whatever the keys say, each person's items of a final month are posted, no more and no less."""
    owed: dict[tuple[str, int], int] = defaultdict(int)
    items = StatementItem.objects.order_by()
    own = items.filter(run__state=Run.State.FINAL).values_list("run__period__key", "distributor_id")
    differences = items.filter(run__state=Run.State.POSTED).exclude(corrects_period="")
    posted = differences.values_list("run__correcting__posted_in__key", "distributor_id")
    for sums in (own, posted):
        for period, person, amount in sums.annotate(Sum("amount")):
            owed[period, person] += amount
    clearing = Account.Kind.CLEARING
    for mine, sign in (("credit", 1), ("debit", -1)):
        rows = Transfer.objects.filter(
            **{f"{mine}__kind": Account.Kind.PAYABLE, f"{'debit' if sign > 0 else 'credit'}__kind": clearing}
        )
        for period, person, total in (
            rows.order_by().values_list("period__key", f"{mine}__owner_id").annotate(Sum("amount"))
        ):
            owed[period, person] -= sign * int(total)
    wrong = (key for key in sorted(owed) if owed[key])
    return [
        f"L4 distributor {person} was posted {-owed[period, person]} too much for {period}"
        for period, person in audit_items.some(wrong)
    ]


def one_run_counts() -> list[str]:
    """P2: a period has one run under way at most, a closed one exactly one that is final."""
    alive = Q(runs__kind=Run.Kind.CLOSE) & ~Q(runs__state=Run.State.SUPERSEDED)
    counted = Period.objects.annotate(
        alive=Count("runs", filter=alive), final=Count("runs", filter=Q(runs__state=Run.State.FINAL))
    )
    wrong = counted.filter(Q(alive__gt=1) | (Q(state=Period.State.CLOSED) & ~Q(final=1)))
    return [f"P2 {period.key} has {period.alive} runs that count" for period in wrong]


def final_rows_are_those_approved() -> list[str]:
    """P2: the items and lines of a final run hash to what was approved."""
    final = Run.objects.filter(state__in=DONE).select_related("period")
    return [
        f"P2 the items and lines of {run.period.key} are not those that were approved"
        for run in final
        if not run.approved_hash == run.output_hash == fingerprint.of_run(run_id=run.pk)
    ]


def nothing_was_posted_late() -> list[str]:
    """P2: no transfer of a period was posted after the period was closed."""
    late = Transfer.objects.filter(posted_at__gt=F("period__closed_at")).values_list("key", flat=True)
    return [f"P2 {key} was posted after its period was closed" for key in audit_items.some(late)]


def figures_are_those_of_the_rows() -> list[str]:
    """P3: a final run's total and counts are those of its items, lines and snapshots: one snapshot for each person."""
    found = []
    for run in Run.objects.filter(state__in=DONE).select_related("period"):
        posted = run.items.exclude(corrects_period="") if run.kind == Run.Kind.CORRECT else run.items.all()
        items = posted.aggregate(n=Count("pk"), total=Sum("amount"))
        rows = {
            "total": int(items["total"] or 0),
            "item_count": items["n"],
            "line_count": run.lines.count(),
            "people_count": run.snapshots.count(),
        }
        found += [
            f"P3 {run.period.key} says {name.replace('_', ' ')} {getattr(run, name)}, its rows {value}"
            for name, value in rows.items()
            if getattr(run, name) != value
        ]
    return found


def final_rows_are_guarded() -> list[str]:
    """P4: the database refuses to change what is final."""
    return [f"P4 the guard {name} is missing" for name in guards.missing()]


def tree_is_whole() -> list[str]:
    """T: intervals, levels and roots are as sponsor_id says, and sponsor_id as its history."""
    return [f"T {problem}" for problem in audit_items.some([*tree.problems(), *tree.history_problems()])]


def jobs_are_well() -> list[str]:
    """J1: no job was given up."""
    return [
        f"J1 {job.kind} {job.subject} was given up after {job.attempts} attempts" for job in jobs.failed()
    ]


def workers_are_alive(now: datetime) -> list[str]:
    """J1: no job is held by a worker that has not been heard of, and the clock ticks."""
    found = [f"J1 {job} is held by a worker that says nothing" for job in jobs.silent(before=now - SILENCE)]
    late = pulses.late(before=now - SILENCE)
    return found + [f"J1 {name} last came at {at:%Y-%m-%d %H:%M} UTC" for name, at in late]


def letters_are_sent(now: datetime) -> list[str]:
    """J1: no letter waits longer than five minutes to be sent, none was given up."""
    waiting, given_up = outbox.stuck(before=now - UNSENT)
    found = [f"J1 {waiting} letters wait to be sent"] if waiting else []
    return found + ([f"J1 {given_up} letters were given up"] if given_up else [])


LEDGER: tuple[Check, ...] = (transfers_are_whole, balances_add_to_zero, balances_are_their_transfers)
FAST: tuple[Check, ...] = (
    *LEDGER,
    nothing_was_taken_away,
    nobody_is_below_zero,
    audit_items.only_the_suspended_are_withheld,
    adjustments_are_posted_once,
    audit_periods.they_join,
    audit_periods.books_are_shut,
    one_run_counts,
    nothing_was_posted_late,
    final_rows_are_guarded,
    jobs_are_well,
)
CHECKS: tuple[Check, ...] = (
    *FAST,
    payments_are_posted_once,
    audit_items.what_waits_is_held,
    final_rows_are_those_approved,
    audit_items.items_are_their_lines,
    audit_items.expenses_are_their_items,
    figures_are_those_of_the_rows,
    audit_sales.orders_pay_within_their_price,
    audit_sales.only_paid_orders_pay,
    audit_sales.no_more_is_taken_back_than_was_paid,
    audit_sales.what_came_back_whole_pays_nothing,
    sales.problems,
    tree_is_whole,
)
LATE: tuple[Callable[[datetime], list[str]], ...] = (workers_are_alive, letters_are_sent)

"""The books against themselves: small functions, each returning the problems it found.

Numbers in front of a sentence: L ledger, P periods, A answering, R sales, T
tree, J jobs. Nothing is ever repaired here; when
something is wrong, money stands still until a person has found out why.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.db.models import Count, F, Q, Sum

from commissions.models import (
    Account,
    BooksCheck,
    Period,
    Run,
    Transfer,
)
from commissions.queries import (
    audit_final,
    audit_items,
    audit_keys,
    audit_periods,
    audit_sales,
    audit_trail,
    fingerprint,
    guards,
)
from commissions.queries.audit_rows import rows, some
from commissions.queries.facts import one_view
from common.queries import jobs, outbox, pulses
from distributors import tree
from sales.queries import audit as sales

Check = Callable[[], list[str]]
DONE = audit_final.DONE
TOO_LARGE = ("out of range", "overflow")  # in the words of PostgreSQL and of SQLite
SILENCE, UNSENT = timedelta(minutes=2), timedelta(minutes=5)


def everything(*, now: datetime | None = None) -> list[str]:
    """Every problem of the books, the periods, the sales, the tree and the jobs; with a moment, also what is late."""
    late = [problem for check in LATE for problem in _asked(check, now)] if now else []
    return [problem for check in CHECKS for problem in _asked(check)] + late


def fast(*, now: datetime) -> list[str]:
    """What is quick enough to be asked every few minutes."""
    late = [problem for check in LATE for problem in _asked(check, now)]
    return [problem for check in FAST for problem in _asked(check)] + late


def ledger() -> list[str]:
    """Every problem of the ledger alone: quick enough to be asked before and after each posting."""
    return [problem for check in LEDGER for problem in _asked(check)]


def _asked(check: Callable[..., list[str]], *about: datetime) -> list[str]:
    """What a check found. Rows may be so wrong that it cannot be carried out: that is a problem too, and the other
    checks are asked all the same. A database that is away, or of another release, is not one of the books'.

    On PostgreSQL each sees one state of the books: what is posted between two of its questions is no contradiction. All
    of them together need not: that state would be held for a minute, and everybody who drops a draft would wait.
    """
    try:
        with _one_state():
            return check(*about)
    except (DatabaseError, InterfaceError) as error:
        if not any(said in str(error) for said in TOO_LARGE):
            raise
        why: Exception = error
    except Exception as error:  # noqa: BLE001 - whatever it is, somebody is to be told
        why = error
    sign = (check.__doc__ or "").split(":")[0]
    return [f"{sign} cannot be checked, {check.__name__}: {' '.join(str(why).split())[:300]}"]


def _one_state() -> AbstractContextManager[None]:
    if connection.in_atomic_block:
        # On PostgreSQL an error ends what is under way, if not up to a point.
        return transaction.atomic()
    return one_view() if connection.vendor == "postgresql" else nullcontext()


def transfers_are_whole() -> list[str]:
    """L1: amounts above zero, between two accounts, in one currency."""
    wrong = Transfer.objects.filter(
        Q(amount__lte=0)
        | Q(debit=F("credit"))
        | ~Q(currency=F("debit__currency"))
        | ~Q(currency=F("credit__currency"))
    )
    return [f"L1 transfer {key} is not whole" for key in some(wrong.values_list("key", flat=True))]


def balances_add_to_zero() -> list[str]:
    """L2: what one account has, others owe; the clearing of a closed period is empty."""
    sums = Account.objects.order_by().values_list("currency").annotate(Sum("balance"))
    found = [f"L2 all {currency} balances add up to {total}, not to 0" for currency, total in sums if total]
    closed = Period.objects.filter(state=Period.State.CLOSED).values("key")
    left = Account.objects.filter(kind=Account.Kind.CLEARING, name__in=closed).exclude(balance=0)
    return found + [f"L2 the clearing of {account.name} still holds {account.balance}" for account in left]


def balances_are_their_transfers() -> list[str]:
    """L3: each balance is its credits less its debits."""
    found = rows(
        "SELECT a.kind, a.name, d.number, a.balance, COALESCE(moved.amount, 0) FROM commissions_account a "
        "LEFT JOIN (SELECT account, CAST(SUM(amount) AS bigint) AS amount FROM ("
        "SELECT credit_id AS account, amount FROM commissions_transfer "
        "UNION ALL SELECT debit_id, -amount FROM commissions_transfer) sides GROUP BY account) moved "
        "ON moved.account = a.id LEFT JOIN distributors_distributor d ON d.id = a.owner_id "
        "WHERE a.balance <> COALESCE(moved.amount, 0) ORDER BY a.id"
    )
    return [
        f"L3 the account {kind} {name or number} says {balance}, its transfers {moved}"
        for kind, name, number, balance, moved in found
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
    return [f"L6 the account {kind} {number} is {balance}" for kind, number, balance in some(rows)]


def one_run_counts() -> list[str]:
    """P2: a period has one run under way at most, one that is being closed has one, a closed one exactly one that is
    final, and no other has any."""
    alive = Q(runs__kind=Run.Kind.CLOSE) & ~Q(runs__state=Run.State.SUPERSEDED)
    counted = Period.objects.annotate(
        alive=Count("runs", filter=alive), final=Count("runs", filter=Q(runs__state=Run.State.FINAL))
    )
    closed = Q(state=Period.State.CLOSED)
    idle = Q(state=Period.State.CLOSING, alive=0)
    wrong = counted.filter(Q(alive__gt=1) | idle | (closed & ~Q(final=1)) | (~closed & Q(final__gt=0)))
    undated = Period.objects.filter(closed, Q(closed_at__isnull=True) | Q(line_drawn_at__isnull=True))
    return [
        *(f"P2 {one.key} is {one.state}, {one.alive} of its runs count, {one.final} final" for one in wrong),
        *(f"P2 {one.key} is closed, and nobody knows since when" for one in undated),
    ]


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
    return [f"P2 {key} was posted after its period was closed" for key in some(late)]


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
    """P4: the database refuses to change what is final: each guard is there, and does what it should."""
    return [
        *(f"P4 the guard {name} is missing" for name in guards.missing()),
        *(f"P4 the guard {name} does not do what it should" for name in guards.altered()),
    ]


def tree_is_whole() -> list[str]:
    """T: intervals, levels and roots are as sponsor_id says, and sponsor_id as its history."""
    return [f"T {problem}" for problem in some([*tree.problems(), *tree.history_problems()])]


def jobs_are_well() -> list[str]:
    """J1: no job was given up."""
    return [
        f"J1 {job.kind} {job.subject} was given up after {job.attempts} attempts" for job in jobs.failed()
    ]


def letters_are_sent_once() -> list[str]:
    """J1: no letter that was sent waits to be sent again, or still holds what was in it."""
    return [f"J1 the letter {key} was sent, and would be again" for key in outbox.due_again()]


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
    audit_items.nothing_is_withheld_without_a_reason,
    audit_keys.transfers_lead_somewhere,
    audit_keys.accounts_are_whose_they_are,
    audit_keys.adjustments_are_posted_once,
    audit_final.two_people_answered,
    audit_trail.nothing_of_it_was_cut_off,
    audit_trail.it_goes_on,
    audit_periods.they_join,
    audit_periods.they_are_their_keys,
    audit_periods.books_are_shut,
    one_run_counts,
    nothing_was_posted_late,
    final_rows_are_guarded,
    jobs_are_well,
    letters_are_sent_once,
)
CHECKS: tuple[Check, ...] = (
    *(check for check in FAST if check is not audit_trail.it_goes_on),
    audit_trail.it_is_whole,
    audit_trail.rows_are_as_it_tells,
    audit_trail.rights_are_as_it_tells,
    audit_items.payments_are_posted_once,
    audit_keys.keys_are_their_facts,
    audit_items.what_waits_is_held,
    final_rows_are_those_approved,
    audit_items.items_are_their_lines,
    audit_items.expenses_are_their_items,
    figures_are_those_of_the_rows,
    audit_final.each_is_done_at_once,
    audit_final.corrections_are_of_their_lines,
    audit_final.legs_are_their_owners,
    audit_final.snapshots_are_those_computed,
    audit_final.ranks_were_reached,
    audit_final.what_counted_counts,
    audit_final.plans_are_those_adopted,
    audit_final.inputs_are_what_they_were,
    audit_sales.orders_count_when_they_were_paid,
    audit_sales.one_currency_is_added_up,
    audit_sales.sales_are_their_sellers,
    audit_sales.orders_pay_within_their_price,
    audit_sales.only_paid_orders_pay,
    audit_sales.no_more_is_taken_back_than_was_paid,
    audit_sales.what_came_back_whole_pays_nothing,
    sales.problems,
    tree_is_whole,
)
LATE: tuple[Callable[[datetime], list[str]], ...] = (workers_are_alive, letters_are_sent)

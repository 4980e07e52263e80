"""The only writer of transfers and balances.

A transfer's key is made of business facts, so that posting twice is impossible: the same key with the same
amount is the same transfer, with another amount it is refused. Balances change in the transaction that
writes the transfers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db import connection, transaction

from commissions.models import Account, Run, StatementItem, Transfer
from commissions.queries import plans
from common.operations import bulk

T = TypeVar("T")
AT_A_TIME = 500
TRANSFER = ("key", "debit_id", "credit_id", "amount", "currency", "period_id", "run_id", "posted_at")


class PostedOtherwise(RuntimeError):
    """A transfer with this key stands already, between other accounts or with another amount."""


@dataclass(frozen=True, slots=True)
class Owned:
    """Names an account: a company's by kind and name, a distributor's by kind and owner."""

    kind: str
    name: str = ""
    owner_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """`amount` minor units leave `debit` and reach `credit`; a negative amount goes the other way."""

    key: str
    debit: Owned
    credit: Owned
    amount: int

    def turned(self) -> "Entry":
        """The same movement with a positive amount."""
        return self if self.amount >= 0 else Entry(self.key, self.credit, self.debit, -self.amount)


def post_run(*, run: Run, now: datetime) -> int:
    """Post a run's items, and return how many transfers were new. Belongs into a transaction that holds the run.

    Expense to clearing for each bonus, clearing to payable for each item, so that the period's clearing ends at
    zero. What takes back more than a person has becomes a debt; what a person then has reduces their debt.
    """
    currency = plans.parsed(version=run.plan).currency
    new = post(entries=[*_of_expenses(run), *_of_items(run)], run=run, currency=currency, now=now)
    people = (
        StatementItem.objects.filter(run=run).order_by().values_list("distributor_id", flat=True).distinct()
    )
    debts = _of_debts(run, currency, list(people))
    return new + post(entries=debts, run=run, currency=currency, now=now)


def post(*, entries: Sequence[Entry], run: Run, currency: str, now: datetime) -> int:
    """Write the entries that are not yet there, with their balances, and return how many. Zero amounts are left out.

    Raises PostedOtherwise, and then nothing of it is written.
    """
    turned = [entry.turned() for entry in entries if entry.amount]
    with transaction.atomic():
        accounts = _accounts({owned for entry in turned for owned in (entry.debit, entry.credit)}, currency)
        known = _known(turned)
        rows, moved = [], defaultdict[int, int](int)
        for entry in turned:
            debit, credit = accounts[entry.debit], accounts[entry.credit]
            there = known.get(entry.key)
            if there == (debit, credit, entry.amount):
                continue
            if there is not None:
                raise PostedOtherwise(f"{entry.key} is posted with another amount or between other accounts.")
            rows.append(
                (entry.key, debit, credit, entry.amount, currency, run.period_id, run.pk, _moment(now))
            )
            moved[debit] -= entry.amount
            moved[credit] += entry.amount
        bulk.insert(model=Transfer, columns=TRANSFER, rows=rows)
        bulk.add_to(model=Account, column="balance", amounts=moved)
    return len(rows)


def _of_expenses(run: Run) -> list[Entry]:
    totals: dict[str, int] = defaultdict(int)
    for bonus, amount in StatementItem.objects.filter(run=run).values_list("bonus", "amount"):
        totals[bonus] += amount
    period, plan = run.period.key, run.plan.name
    clearing = Owned(Account.Kind.CLEARING, period)
    return [
        Entry(f"expense:{period}:{plan}:{bonus}", Owned(Account.Kind.EXPENSE, bonus), clearing, amount)
        for bonus, amount in sorted(totals.items())
    ]


def _of_items(run: Run) -> Iterable[Entry]:
    clearing = Owned(Account.Kind.CLEARING, run.period.key)
    turn = _turn_of_corrections(run)
    rows = StatementItem.objects.filter(run=run).values_list(
        "distributor_id", "distributor__number", "bonus", "corrects_period", "amount"
    )
    for person, number, bonus, corrected, amount in rows.order_by(
        "distributor__number", "bonus", "corrects_period"
    ):
        key = (
            f"corr:{corrected}:{turn[corrected]}:{bonus}:{number}"
            if corrected
            else f"comm:{run.period.key}:{run.plan.name}:{bonus}:{number}"
        )
        yield Entry(key, clearing, Owned(Account.Kind.PAYABLE, owner_id=person), amount)


def _turn_of_corrections(run: Run) -> dict[str, int]:
    """For each period that is corrected: the how-manieth final run this one is to correct it."""
    corrected = StatementItem.objects.filter(run=run).exclude(corrects_period="")
    turns = {}
    for period in corrected.order_by().values_list("corrects_period", flat=True).distinct():
        before = StatementItem.objects.filter(run__state=Run.State.FINAL, corrects_period=period)
        turns[period] = before.order_by().values("run").distinct().count() + 1
    return turns


def _of_debts(run: Run, currency: str, people: list[int]) -> list[Entry]:
    """What is missing on a payable becomes debt; what is there pays debt back."""
    entries, period = [], run.period.key
    for part in _parts(people):
        held: dict[int, dict[str, int]] = defaultdict(lambda: {"payable": 0, "debt": 0})
        numbers: dict[int, str] = {}
        rows = Account.objects.filter(owner_id__in=part, currency=currency)
        for person, number, kind, balance in rows.values_list("owner_id", "owner__number", "kind", "balance"):
            if person is not None:
                held[person][kind], numbers[person] = balance, number
        for person in sorted(held):
            payable, debt = held[person]["payable"], held[person]["debt"]
            from_debt = -payable if payable < 0 else -min(payable, -debt)
            name = "debt" if payable < 0 else "repay"
            entries.append(
                Entry(
                    f"{name}:{period}:{numbers[person]}",
                    Owned(Account.Kind.DEBT, owner_id=person),
                    Owned(Account.Kind.PAYABLE, owner_id=person),
                    from_debt,
                )
            )
    return entries


def _accounts(wanted: set[Owned], currency: str) -> dict[Owned, int]:
    """The keys of the accounts, opening those that are missing."""
    owners = sorted({owned.owner_id for owned in wanted if owned.owner_id is not None})
    missing = wanted - _opened(owners, currency).keys()
    Account.objects.bulk_create(
        [
            Account(kind=owned.kind, name=owned.name, owner_id=owned.owner_id, currency=currency)
            for owned in sorted(missing, key=lambda owned: (owned.kind, owned.name, owned.owner_id or 0))
        ],
        ignore_conflicts=True,
        batch_size=AT_A_TIME,
    )
    found = _opened(owners, currency)
    return {owned: found[owned] for owned in wanted}


def _opened(owners: list[int], currency: str) -> dict[Owned, int]:
    mine = Account.objects.filter(currency=currency)
    company = mine.filter(owner__isnull=True).values_list("kind", "name", "owner_id", "pk")
    found = {Owned(kind, name, owner): pk for kind, name, owner, pk in company}
    for part in _parts(owners):
        rows = mine.filter(owner_id__in=part).values_list("kind", "owner_id", "pk")
        found |= {Owned(kind, owner_id=owner): pk for kind, owner, pk in rows}
    return found


def _known(entries: Sequence[Entry]) -> dict[str, tuple[int, int, int]]:
    found: dict[str, tuple[int, int, int]] = {}
    for part in _parts([entry.key for entry in entries]):
        rows = Transfer.objects.filter(key__in=part).values_list("key", "debit_id", "credit_id", "amount")
        found |= {key: (debit, credit, amount) for key, debit, credit, amount in rows}
    return found


def _parts(values: list[T]) -> Iterator[list[T]]:
    for start in range(0, len(values), AT_A_TIME):
        yield values[start : start + AT_A_TIME]


def _moment(now: datetime) -> object:
    return connection.ops.adapt_datetimefield_value(now)

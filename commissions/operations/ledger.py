"""The only writer of transfers and balances.

A transfer's key is made of business facts, so that posting twice is impossible: the same key with the same
amount is the same transfer, with another amount it is refused. Balances change in the transaction that
writes the transfers. Entries are gathered in a table of the session's own and posted in a few statements, whether
they are three or a million.
"""

# ruff: noqa: S608 - statements are put together from names and numbers of ours, never from input

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from commissions.models import Account, Period, Run, StatementItem, Transfer
from commissions.operations import holding, settling
from commissions.operations.entries import Entry, Into, Owned, mark
from commissions.queries import plans
from common.operations import pace

__all__ = ["Entry", "Into", "Owned", "PostedOtherwise", "post", "post_correction", "post_run", "settle"]

KEY = 160
STEPS = 5  # gathering, items, and the three ways in which accounts meet
# Whom an entry debits and credits, and how much: a negative amount goes the other way.
ENTRY = (
    "key",
    "debit_kind",
    "debit_name",
    "debit_owner",
    "credit_kind",
    "credit_name",
    "credit_owner",
    "amount",
)
SIDES = ("debit", "credit")
NOBODY = 0


class PostedOtherwise(RuntimeError):
    """A transfer with this key stands already, between other accounts or with another amount."""


def post_run(*, run: Run, now: datetime) -> int:
    """Post a run's items, and return how many transfers were new. Belongs into a transaction that holds the run.

    Expense to clearing for each bonus, clearing to payable for each item and to held for what waits, so that the
    period's clearing ends at zero. What takes back more than a person has becomes a debt, or what the plan says; what a
    person then has reduces their debt. What is left of who is suspended is withheld. Raises PostedOtherwise.
    """
    return _post_run(run, Into(period_id=run.period_id, run_id=run.pk), run.period.key, now)


def post_correction(*, run: Run, open_period: Period, now: datetime) -> int:
    """Post a correcting run's differences in the open period, and return how many transfers were new. Belongs into a
    transaction that holds the run. Raises PostedOtherwise."""
    return _post_run(run, Into(period_id=open_period.pk, run_id=run.pk), open_period.key, now)


def _post_run(run: Run, into: Into, clearing: str, now: datetime) -> int:
    plan = plans.parsed(version=run.plan)
    with _gathering() as gathered:
        gathered.add(*_expenses(run, clearing))
        gathered.add(*_items(run, clearing))
        gathered.take(holding.entries(run=run, clearing=clearing))
        pace.tell(1, STEPS)
        new = gathered.post(into, plan.currency, now)
    for done, entries in enumerate((settling.given_free, settling.settled, settling.withheld), start=2):
        pace.tell(done, STEPS)
        with _gathering() as gathered:
            if entries is settling.settled and settling.is_plain(plan=plan):
                gathered.add(*_debts(run, plan.currency))
            else:
                gathered.take(entries(run=run, plan=plan))
            new += gathered.post(into, plan.currency, now)
    return new


def post(*, entries: Sequence[Entry], into: Into, currency: str, now: datetime) -> int:
    """Write the entries that are not yet there, with their balances, and return how many. Zero amounts are left out.

    Raises PostedOtherwise, and then nothing of it is written.
    """
    with transaction.atomic(), _gathering() as gathered:
        gathered.take(entries)
        return gathered.post(into, currency, now)


def settle(*, owner_id: int, key: str, into: Into, currency: str, now: datetime) -> int:
    """Let one person's debt and payable meet: what is missing becomes debt, what is there pays debt back. `key` makes
    the transfer one of its own. Belongs into the transaction that moved the payable."""
    rows = Account.objects.filter(owner_id=owner_id, currency=currency).values_list("kind", "balance")
    held = dict(rows)
    payable, debt = held.get(Account.Kind.PAYABLE, 0), held.get(Account.Kind.DEBT, 0)
    amount = -payable if payable < 0 else -min(payable, -debt)
    entry = Entry(
        key=key,
        debit=Owned(Account.Kind.DEBT, owner_id=owner_id),
        credit=Owned(Account.Kind.PAYABLE, owner_id=owner_id),
        amount=amount,
    )
    return post(entries=[entry], into=into, currency=currency, now=now)


# --- what a run posts -------------------------------------------------------------------------------------------------
def _expenses(run: Run, clearing: str) -> tuple[str, list[Any]]:
    return (
        f"SELECT %s || bonus, 'expense', bonus, {NOBODY}, 'clearing', %s, {NOBODY}, CAST(SUM(amount) AS bigint) "
        f"FROM commissions_statementitem i WHERE {_posted(run)} GROUP BY bonus",
        [f"expense:{mark(run=run)}:{run.plan.name}:", clearing, run.pk],
    )


def _items(run: Run, clearing: str) -> tuple[str, list[Any]]:
    """`comm:{period}:{plan}:{bonus}:{distributor}`, and `corr:{period}:{n}:{bonus}:{distributor}` for what is taken
    back of an earlier period in the n-th run that corrects it."""
    turns = _turn_of_corrections(run)
    turn = " ".join("WHEN %s THEN %s" for _ in turns)
    prefix = f"CASE corrects_period {turn} ELSE %s END" if turns else "%s"
    known = [word for period, n in turns.items() for word in (period, f"corr:{period}:{n}:")]
    return (
        f"SELECT {prefix} || i.bonus || ':' || d.number, 'clearing', %s, {NOBODY}, 'payable', '', d.id, i.amount "
        "FROM commissions_statementitem i JOIN distributors_distributor d ON d.id = i.distributor_id "
        f"WHERE {_posted(run)}",
        [*known, f"comm:{run.period.key}:{run.plan.name}:", clearing, run.pk],
    )


def _posted(run: Run) -> str:
    """Which items i of a run are posted: all of them; of a correcting run the differences."""
    return "i.run_id = %s" + (" AND i.corrects_period <> ''" if run.kind == Run.Kind.CORRECT else "")


def _turn_of_corrections(run: Run) -> dict[str, int]:
    """For each period that is corrected: the how-manieth run this one is to correct it."""
    corrected = StatementItem.objects.filter(run=run).exclude(corrects_period="")
    turns = {}
    for period in corrected.order_by().values_list("corrects_period", flat=True).distinct():
        # What counts is what was posted: a run that is being sealed has posted already and is not final yet.
        others = Transfer.objects.filter(key__startswith=f"corr:{period}:").exclude(run=run)
        turns[period] = others.order_by().values("run").distinct().count() + 1
    return turns


def _debts(run: Run, currency: str) -> tuple[str, list[Any]]:
    """What is missing on a payable becomes debt; what is there pays debt back."""
    return (
        f"""SELECT CASE WHEN payable < 0 THEN %s ELSE %s END || d.number, 'debt', '', d.id, 'payable', '', d.id,
               CASE WHEN payable < 0 THEN -payable WHEN payable < -debt THEN -payable ELSE debt END
        FROM (SELECT owner_id,
                     CAST(SUM(CASE kind WHEN 'payable' THEN balance ELSE 0 END) AS bigint) AS payable,
                     CAST(SUM(CASE kind WHEN 'debt' THEN balance ELSE 0 END) AS bigint) AS debt
              FROM commissions_account WHERE currency = %s AND kind IN ('payable', 'debt') AND owner_id IN
                   (SELECT distributor_id FROM commissions_statementitem i WHERE {_posted(run)})
              GROUP BY owner_id) AS held
        JOIN distributors_distributor d ON d.id = held.owner_id
        WHERE payable < 0 OR (payable > 0 AND debt < 0)""",
        [f"debt:{mark(run=run)}:", f"repay:{mark(run=run)}:", currency, run.pk],
    )


# --- how entries are posted -------------------------------------------------------------------------------------------
class _Gathered:
    """Entries in a table that only this session sees."""

    def __init__(self, table: str) -> None:
        self.table = table

    def add(self, query: str, parameters: list[Any]) -> None:
        """Take the entries that a query gives."""
        self._run(f"INSERT INTO {self.table} ({', '.join(ENTRY)}) {query}", parameters)

    def take(self, entries: Iterable[Entry]) -> None:
        """Take entries one by one."""
        marks = ", ".join(["%s"] * len(ENTRY))
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.table} ({', '.join(ENTRY)}) VALUES ({marks})",
                [(entry.key, *_side(entry.debit), *_side(entry.credit), entry.amount) for entry in entries],
            )

    def post(self, into: Into, currency: str, now: datetime) -> int:
        """Refuse what is posted otherwise; add up what is not there yet, and write it."""
        self._run(f"DELETE FROM {self.table} WHERE amount = 0", [])
        if connection.vendor == "postgresql":
            # Nobody else looks at a session's own table: the planner would take a million rows for none.
            self._run(f"ANALYZE {self.table}", [])
        # A negative amount is the same movement the other way.
        self._run(
            f"UPDATE {self.table} SET amount = -amount, debit_kind = credit_kind, debit_name = credit_name, "
            "debit_owner = credit_owner, credit_kind = debit_kind, credit_name = debit_name, "
            "credit_owner = debit_owner WHERE amount < 0",
            [],
        )
        self._refuse(currency)
        self._run(f"DELETE FROM {self.table} WHERE key IN (SELECT key FROM commissions_transfer)", [])
        self._balance(currency)
        return self._write(into, currency, now)

    def _refuse(self, currency: str) -> None:
        between = " OR ".join(
            f"{side}.kind <> e.{side}_kind OR {side}.name <> e.{side}_name OR {side}.currency <> %s "
            f"OR COALESCE({side}.owner_id, {NOBODY}) <> e.{side}_owner"
            for side in SIDES
        )
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT e.key FROM {self.table} e JOIN commissions_transfer t ON t.key = e.key "
                "JOIN commissions_account debit ON debit.id = t.debit_id "
                "JOIN commissions_account credit ON credit.id = t.credit_id "
                f"WHERE t.amount <> e.amount OR {between} ORDER BY e.key LIMIT 1",
                [currency, currency],
            )
            if found := cursor.fetchone():
                raise PostedOtherwise(f"{found[0]} is posted with another amount or between other accounts.")

    def _balance(self, currency: str) -> None:
        """Add the entries up. An account that is missing is opened, whoever else may be opening it.

        Rows are locked in one order, so that two who post never wait for each other in a ring.
        """
        moved = (
            "SELECT kind, name, owner, CAST(SUM(amount) AS bigint) AS amount FROM ("
            f"SELECT credit_kind AS kind, credit_name AS name, credit_owner AS owner, amount FROM {self.table} "
            f"UNION ALL SELECT debit_kind, debit_name, debit_owner, -amount FROM {self.table}"
            ") AS sides GROUP BY kind, name, owner"
        )
        for whose, once, condition in (
            (f"owner = {NOBODY}", "name", "owner_id IS NULL"),
            (f"owner <> {NOBODY}", "owner_id", "owner_id IS NOT NULL"),
        ):
            self._run(
                "INSERT INTO commissions_account (kind, name, owner_id, currency, balance) "
                f"SELECT kind, name, NULLIF(owner, {NOBODY}), %s, amount FROM ({moved}) AS moved WHERE {whose} "
                f"ORDER BY kind, name, owner ON CONFLICT (kind, {once}, currency) WHERE {condition} "
                "DO UPDATE SET balance = commissions_account.balance + EXCLUDED.balance",
                [currency],
            )

    def _write(self, into: Into, currency: str, now: datetime) -> int:
        """Write the transfers, and return how many."""
        found = " ".join(
            f"LEFT JOIN commissions_account {side} ON {side}.owner_id = e.{side}_owner "
            f"AND {side}.kind = e.{side}_kind AND {side}.currency = %s "
            f"LEFT JOIN commissions_account {side}_firm ON {side}_firm.owner_id IS NULL AND e.{side}_owner = {NOBODY} "
            f"AND {side}_firm.kind = e.{side}_kind AND {side}_firm.name = e.{side}_name AND {side}_firm.currency = %s"
            for side in SIDES
        )
        return self._run(
            "INSERT INTO commissions_transfer "
            "(key, debit_id, credit_id, amount, currency, period_id, run_id, posted_at) "
            "SELECT key, COALESCE(debit.id, debit_firm.id), COALESCE(credit.id, credit_firm.id), amount, %s, %s, %s, "
            f"%s FROM {self.table} e {found} ORDER BY debit_owner, credit_owner, key",
            [
                currency,
                into.period_id,
                into.run_id,
                connection.ops.adapt_datetimefield_value(now),
                *[currency] * 4,
            ],
        )

    def _run(self, statement: str, parameters: list[Any]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return int(cursor.rowcount)


def _side(owned: Owned) -> tuple[str, str, int]:
    return owned.kind, owned.name, owned.owner_id or NOBODY


@contextmanager
def _gathering() -> Iterator[_Gathered]:
    """A fresh table for entries, gone afterwards. Belongs into a transaction."""
    name = "entries_gathered"
    columns = (
        f"key varchar({KEY}) NOT NULL, debit_kind varchar(10), debit_name varchar(60), debit_owner bigint, "
        "credit_kind varchar(10), credit_name varchar(60), credit_owner bigint, amount bigint NOT NULL"
    )
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} ({columns})")
        yield _Gathered(name)
        # After an error PostgreSQL takes it away with the transaction, and so does SQLite.
        cursor.execute(f"DROP TABLE {name}")

"""Thirty ways to spoil a good database behind the portal's back: the books name every one."""

# ruff: noqa: E501 - a table

import pytest
from django.db import connection, transaction

from commissions.models import Line, Run, StatementItem, Transfer
from commissions.operations import adjustments, checking, guards, ledger
from commissions.queries import audit
from tests.commissions.conftest import at, draft, finish, work

pytestmark = pytest.mark.django_db
NOW = at(12, 5)


@pytest.fixture
def good(october, cast):
    """Two final months with a return between them and something adjusted by hand, checked and found right; the
    guards lifted, as somebody would who owns the tables."""
    finish(cast, draft())
    october.take_back(cast.finn.sales.get(), 4, at(11, 20))
    other = cast.gus.sales.get()
    october.take_back(other, 4, at(11, 21))
    made = adjustments.request(
        number=cast.eva.number, label="Goodwill", amount=900, reason="Late", evidence="Ticket", now=at(11, 22),
        by=cast.users["paula"].pk,
    )  # fmt: skip
    adjustments.approve(adjustment_id=made.pk, by=cast.users["quinn"].pk, now=at(11, 23))
    finish(cast, draft("2026-11", at(12, 2)), at(12, 3))
    work(at(12, 3))
    assert checking.check(which="full", now=at(12, 4)).problems == []
    guards.lift()


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(statement, parameters)
        assert cursor.rowcount != 0, "It spoilt nothing"


def transfer(prefix="comm:2026-10"):
    return Transfer.objects.filter(key__startswith=prefix).order_by("pk").first()


def item(key="2026-10"):
    found = StatementItem.objects.filter(run__period__key=key, run__state="final", corrects_period="")
    return found.order_by("pk").first()


def line(key="2026-10"):
    return Line.objects.filter(run__period__key=key, run__state="final").order_by("pk").first()


def correction():
    return Line.objects.filter(corrects__isnull=False, run__state="final").order_by("pk").first()


def order_line():
    return line().order_line_id


def of(model, found, change):
    sql(f"UPDATE {model} SET {change} WHERE id = %s", found)


def posted_twice():
    known = transfer()
    side = {
        name: ledger.Owned(account.kind, account.name, account.owner_id)
        for name, account in (("debit", known.debit), ("credit", known.credit))
    }
    entry = ledger.Entry(key="again", amount=known.amount, **side)
    ledger.post(entries=[entry], into=ledger.Into(known.period_id), currency="EUR", now=at(11, 2))


def moved(debit, credit):
    """One cent between two accounts of one person, transfer and balances as they should be."""
    owner = transfer().credit.owner_id
    sides = {"debit": ledger.Owned(debit, owner_id=owner), "credit": ledger.Owned(credit, owner_id=owner)}
    ledger.post(
        entries=[ledger.Entry(key="moved", amount=1, **sides)],
        into=ledger.Into(transfer("adj:").period_id),
        currency="EUR",
        now=at(11, 23),
    )


def a_pair_that_hides():
    """Two transfers altered so that all balances still agree with each other, but not with what was counted."""
    one = transfer("adj:")
    sql("DELETE FROM commissions_transfer WHERE id = %s", one.pk)
    sql("UPDATE commissions_account SET balance = balance - %s WHERE id = %s", one.amount, one.credit_id)
    sql("UPDATE commissions_account SET balance = balance + %s WHERE id = %s", one.amount, one.debit_id)
    sql("DELETE FROM commissions_adjustment")


def a_swapped_owner():
    """An item and everything that hangs on it given to somebody else, sums as before."""
    found = item()
    other = (
        StatementItem.objects.filter(run_id=found.run_id).exclude(distributor_id=found.distributor_id).first()
    )
    for table in ("commissions_statementitem", "commissions_line"):
        sql(
            f"UPDATE {table} SET bonus = 'swapped', distributor_id = %s WHERE run_id = %s AND distributor_id = %s "
            "AND bonus = %s", other.distributor_id, found.run_id, found.distributor_id, found.bonus,
        )  # fmt: skip


def a_final_run_less():
    sql("UPDATE commissions_run SET state = 'superseded' WHERE state = 'final' AND period_id = "
        "(SELECT id FROM commissions_period WHERE key = '2026-10')")  # fmt: skip


RETURNED = "SELECT order_line_id FROM sales_returnline"
SOLD = "(SELECT order_id FROM sales_orderline WHERE id = %s)"
CORRUPTIONS = {
    "a balance is changed": ("L3", lambda: sql("UPDATE commissions_account SET balance = balance + 1 WHERE kind = 'payable'")),
    "a balance is moved": ("L3", lambda: sql(
        "UPDATE commissions_account SET balance = balance + CASE WHEN kind = 'payable' THEN 1 ELSE -1 END WHERE id IN "
        "((SELECT min(id) FROM commissions_account WHERE kind = 'payable'), "
        "(SELECT min(id) FROM commissions_account WHERE kind = 'expense'))")),
    "money comes from nowhere": ("L2", lambda: sql("UPDATE commissions_account SET balance = balance - 1 WHERE kind = 'expense'")),
    "a transfer's amount is changed": ("L5", lambda: of("commissions_transfer", transfer().pk, "amount = amount + 1")),
    "a transfer is deleted": ("L5", lambda: sql("DELETE FROM commissions_transfer WHERE id = %s", transfer().pk)),
    "a transfer and all traces are deleted": ("L5", a_pair_that_hides),
    "a transfer's currency is changed": ("L1", lambda: of("commissions_transfer", transfer().pk, "currency = 'USD'")),
    "a transfer is given to another account": ("L3", lambda: of(
        "commissions_transfer", transfer().pk,
        "credit_id = (SELECT max(id) FROM commissions_account WHERE kind = 'payable' AND id <> credit_id)")),
    "a payment is posted twice": ("L4", posted_twice),
    "a posted adjustment is changed": ("L4", lambda: sql("UPDATE commissions_adjustment SET amount = amount + 1")),
    "a posted adjustment is deleted": ("L4", lambda: sql("DELETE FROM commissions_adjustment")),
    "a transfer is dated after the close": ("P2", lambda: of("commissions_transfer", transfer().pk, "posted_at = '2027-01-01 00:00:00'")),
    "an account falls below zero": ("L6", lambda: sql("UPDATE commissions_account SET balance = -1 WHERE kind = 'payable'")),
    "a final item is changed": ("P2", lambda: of("commissions_statementitem", item().pk, "amount = amount + 1")),
    "a final item is deleted": ("P3", lambda: sql("DELETE FROM commissions_statementitem WHERE id = %s", item().pk)),
    "a final item is given to another": ("P2", a_swapped_owner),
    "a final line is changed": ("P3", lambda: of("commissions_line", line().pk, "whole = whole + 1")),
    "a final line is deleted": ("P3", lambda: sql("DELETE FROM commissions_line WHERE id = %s", line("2026-11").pk)),
    "a final line says another level": ("P2", lambda: of("commissions_line", line().pk, "level = level + 1")),
    "a snapshot is deleted": ("P3", lambda: sql(
        "DELETE FROM commissions_snapshot WHERE id = (SELECT min(id) FROM commissions_snapshot)")),
    "a final run's total is changed": ("P3", lambda: sql("UPDATE commissions_run SET total = total + 1 WHERE state = 'final'")),
    "an approved hash is changed": ("P2", lambda: sql("UPDATE commissions_run SET approved_hash = '0' WHERE state = 'final'")),
    "a closed month loses its final run": ("P2", a_final_run_less),
    "months leave a gap": ("P1", lambda: sql(
        "UPDATE commissions_period SET starts_at = '2026-11-05 00:00:00' WHERE key = '2026-11'")),
    "more is taken back than was paid": ("L8", lambda: of("commissions_line", correction().pk, "whole = whole - 100000")),
    "what came back whole still pays": ("L8", lambda: sql(
        f"UPDATE commissions_line SET micro = micro + 1 WHERE corrects_id IS NULL AND order_line_id IN ({RETURNED} "
        "WHERE quantity = 4 ORDER BY id DESC LIMIT 1)")),
    "a paid order is not paid any more": ("L7", lambda: sql(
        f"UPDATE sales_order SET state = 'placed', paid_at = NULL, booked_at = NULL WHERE id = {SOLD}", order_line())),
    "an order pays more than it brought": ("L7", lambda: of("sales_orderline", order_line(), "price = 1")),
    "an order's total is changed": ("R1", lambda: sql("UPDATE sales_order SET total = total + 1")),
    "more comes back than was sold": ("R1", lambda: sql("UPDATE sales_returnline SET quantity = 99")),
    "a refund is more than the order": ("R1", lambda: sql("UPDATE sales_return SET refund = 99999999")),
    "a sponsor is changed behind the tree": ("T", lambda: sql(
        "UPDATE distributors_distributor SET sponsor_id = (SELECT id FROM distributors_distributor WHERE number = '1001') "
        "WHERE number = '1006'")),
    "an interval of the tree is scrambled": ("T", lambda: sql(
        "UPDATE distributors_distributor SET rght = rght + 1 WHERE number = '1003'")),
    "what nobody holds back is held": ("L6", lambda: moved("payable", "held")),
    "somebody in good standing is withheld from": ("L6", lambda: moved("payable", "withheld")),
    "a deduction changes": ("L2", lambda: sql(
        "INSERT INTO commissions_account (kind, name, currency, balance) VALUES ('deducted', 'tax', 'EUR', 1)")),
    "the guards are taken away": ("P4", lambda: None),
    "a job was given up": ("J1", lambda: sql("UPDATE common_job SET state = 'failed'")),
}  # fmt: skip


def test_there_are_thirty():
    assert len(CORRUPTIONS) >= 30


def found_after(spoil):
    """What the books say of the good database after this, and then it is good again."""
    with transaction.atomic():
        spoil()
        found = audit.everything()
        transaction.set_rollback(True)
    return found


def test_the_books_name_every_one(good):
    missed = {}
    for name, (sign, spoil) in CORRUPTIONS.items():
        # The guards are away for all of them: they count only for who took nothing but them.
        found = [one for one in found_after(spoil) if sign == "P4" or not one.startswith("P4")]
        if not any(one.startswith(f"{sign} ") for one in found):
            missed[name] = found
    assert missed == {}


def test_a_good_database_is_good(good):
    """The control."""
    guards.install()
    assert audit.everything(now=NOW) == []
    assert Run.objects.filter(state="final").count() == 2

"""A hundred ways to spoil a good database behind the portal's back: the books name every one."""

# ruff: noqa: E501 - a table

import pytest
from django.db import OperationalError, connection, transaction

from commissions.models import Account, Line, Run, StatementItem, Transfer
from commissions.operations import adjustments, checking, guards, ledger
from commissions.queries import audit
from common.operations import outbox
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


def another_line(known):
    """A line of the same month, of somebody else."""
    others = Line.objects.filter(run_id=known.corrects.run_id).exclude(distributor_id=known.distributor_id)
    return others.order_by("pk").first().pk


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


def letter():
    outbox.enqueue(key="a letter", content={"to": "eva@example.com"}, now=NOW)
    sql("UPDATE common_letter SET state = 'due', finished_at = due_at")


def unchecked(statement, constraint, *parameters):
    """What the database would refuse by a constraint, had nobody dropped it."""
    if connection.vendor == "postgresql":
        table = statement.split()[1]
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")
        sql(statement, *parameters)
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA ignore_check_constraints = ON")
        cursor.execute(statement, parameters)
        assert cursor.rowcount
        cursor.execute("PRAGMA ignore_check_constraints = OFF")


def again_under_another_key(prefix):
    """A transfer of two accounts again, with a key and balances as if it were one of its kind."""
    known = transfer(prefix)
    sql(
        "INSERT INTO commissions_transfer (key, debit_id, credit_id, amount, currency, period_id, run_id, posted_at) "
        "SELECT key || '2', debit_id, credit_id, amount, currency, period_id, run_id, posted_at "
        "FROM commissions_transfer WHERE id = %s", known.pk,
    )  # fmt: skip
    for side, sign in ((known.debit_id, "-"), (known.credit_id, "+")):
        sql(f"UPDATE commissions_account SET balance = balance {sign} %s WHERE id = %s", known.amount, side)


def paid_to_another():
    """A payment turned to somebody else's account, with both balances as they would be."""
    known = transfer()
    other = Account.objects.filter(kind="payable").exclude(pk=known.credit_id).first()
    of("commissions_transfer", known.pk, f"credit_id = {other.pk}")
    for pk, sign in ((known.credit_id, "-"), (other.pk, "+")):
        sql(f"UPDATE commissions_account SET balance = balance {sign} %s WHERE id = %s", known.amount, pk)


def the_line_moved():
    """The end of October and the beginning of November, both at once, to before its orders."""
    sql("UPDATE commissions_period SET ends_at = '2026-10-05 00:00:00' WHERE key = '2026-10'")
    sql("UPDATE commissions_period SET starts_at = '2026-10-05 00:00:00' WHERE key = '2026-11'")


def a_new_carry():
    sql(
        "INSERT INTO commissions_carried (run_id, kind, name, slot, age, amount) "
        "SELECT id, 'pool', 'level_pay', 0, 0, 500 FROM commissions_run WHERE state = 'final' AND period_id = "
        "(SELECT id FROM commissions_period WHERE key = '2026-11')"
    )


def with_its_history(number, sponsor):
    """Somebody under another sponsor, in the person's row and in the history alike."""
    put = "sponsor_id = (SELECT id FROM distributors_distributor WHERE number = %s) WHERE "
    sql(f"UPDATE distributors_distributor SET {put} number = %s", sponsor, number)
    sql(
        f"UPDATE distributors_sponsorship SET {put} ends_at IS NULL AND distributor_id = "
        "(SELECT id FROM distributors_distributor WHERE number = %s)", sponsor, number,
    )  # fmt: skip


RETURNED = "SELECT order_line_id FROM sales_returnline"
SOLD = "(SELECT order_id FROM sales_orderline WHERE id = %s)"
OF_NOVEMBER = "(SELECT id FROM commissions_period WHERE key = '2026-11')"
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
    "a letter would be sent again": ("J1", letter),
    "a bonus's cost is posted again": ("L4", lambda: again_under_another_key("expense:2026-10")),
    "a payment is posted again": ("L4", lambda: again_under_another_key("comm:2026-10")),
    "a correction is posted again": ("L4", lambda: again_under_another_key("corr:2026-10")),
    "an adjustment is posted again": ("L4", lambda: again_under_another_key("adj:")),
    "a payment is turned to another": ("L4", paid_to_another),
    "a transfer has another key": ("L4", lambda: of("commissions_transfer", transfer().pk, "key = 'comm:2026-10'")),
    "a transfer is moved to another month": ("L4", lambda: of(
        "commissions_transfer", transfer("expense:2026-10").pk, f"period_id = {OF_NOVEMBER}")),
    "an adjustment is said to be another's": ("L4", lambda: sql(
        "UPDATE commissions_adjustment SET distributor_id = (SELECT id FROM distributors_distributor WHERE number = '1001')")),
    "an item without lines": ("P3", lambda: sql(
        "INSERT INTO commissions_statementitem (run_id, distributor_id, bonus, corrects_period, amount, line_count) "
        "SELECT run_id, distributor_id, 'ghost', '', 5000, 0 FROM commissions_statementitem WHERE id = %s", item().pk)),
    "a line comes from a stranger's order": ("L7", lambda: of(
        "commissions_line", line().pk, "order_line_id = (SELECT l.id FROM sales_orderline l JOIN sales_order o "
        "ON o.id = l.order_id WHERE o.seller_id <> origin_id ORDER BY l.id LIMIT 1)")),
    "an order is somebody else's": ("L7", lambda: sql(
        "UPDATE sales_order SET seller_id = (SELECT id FROM distributors_distributor WHERE number = '1001') "
        f"WHERE id = {SOLD}", order_line())),
    "an order is moved over the line": ("L7", lambda: sql(
        f"UPDATE sales_order SET booked_at = '2026-11-15 00:00:00' WHERE id = {SOLD}", order_line())),
    "an order without commission is moved": ("P1", lambda: sql(
        f"UPDATE sales_order SET booked_at = '2026-11-15 00:00:00' WHERE id = {SOLD}", order_line())),
    "a return is moved over the line": ("P1", lambda: sql("UPDATE sales_return SET booked_at = '2026-12-01 12:00:00'")),
    "the line itself is moved": ("P1", the_line_moved),
    "an order brought more than it did": ("P1", lambda: of(
        "sales_orderline", order_line(), "commissionable = commissionable + 100")),
    "a final month is open again": ("P2", lambda: sql(
        "UPDATE commissions_period SET state = 'closing' WHERE key = '2026-10'")),
    "nobody knows when a month was closed": ("P2", lambda: sql(
        "UPDATE commissions_period SET closed_at = NULL WHERE key = '2026-10'")),
    "a paid-as rank is changed": ("P4", lambda: sql(
        "UPDATE commissions_snapshot SET rank = rank + 1 WHERE id = (SELECT min(id) FROM commissions_snapshot)")),
    "somebody's volume was another": ("P4", lambda: sql(
        "UPDATE commissions_snapshot SET group_volume = group_volume + 1 "
        "WHERE id = (SELECT min(id) FROM commissions_snapshot)")),
    "somebody stood otherwise": ("P4", lambda: sql(
        "UPDATE commissions_snapshot SET standing = 1 WHERE id = (SELECT max(id) FROM commissions_snapshot)")),
    "a snapshot is cut": ("P4", lambda: sql(
        "UPDATE commissions_snapshot SET memory = %s WHERE id = (SELECT max(id) FROM commissions_snapshot)", b"")),
    "more is carried over": ("P4", a_new_carry),
    "a promotion is another": ("P4", lambda: sql("UPDATE commissions_promotion SET rank = 'Leader'")),
    "the last promotion is gone": ("P1", lambda: sql(
        "DELETE FROM commissions_promotion WHERE id = (SELECT max(id) FROM commissions_promotion)")),
    "a career rank is another": ("P4", lambda: sql(
        "UPDATE distributors_distributor SET career_rank = 'Leader' WHERE id IN (SELECT distributor_id FROM commissions_promotion)")),
    "who reviewed approved": ("A1", lambda: unchecked(
        "UPDATE commissions_run SET approved_by_id = reviewed_by_id WHERE state = 'final'", "run_approved_by_another")),
    "who asked decided": ("A1", lambda: unchecked(
        "UPDATE commissions_adjustment SET decided_by_id = requested_by_id", "adjustment_by_another")),
    "a sponsor is changed in the history too": ("T", lambda: with_its_history("1006", "1001")),
    "a history has no end": ("T", lambda: sql(
        "DELETE FROM distributors_sponsorship WHERE distributor_id = (SELECT id FROM distributors_distributor WHERE number = '1003')")),
    "an invoice is missing": ("R1", lambda: sql(
        "DELETE FROM sales_invoice WHERE number = 'I000003'")),
    "an invoice says another total": ("R1", lambda: sql("UPDATE sales_invoice SET total = total + 1 WHERE number = 'I000003'")),
    "a credit note says another total": ("R1", lambda: sql("UPDATE sales_invoice SET total = total - 1 WHERE kind = 'credit'")),
    "the last credit note is missing": ("R1", lambda: sql(
        "DELETE FROM sales_invoice WHERE id = (SELECT max(id) FROM sales_invoice WHERE kind = 'credit')")),
    "a plan is another": ("P4", lambda: sql("UPDATE commissions_planversion SET document = REPLACE(document, 'rate: 20', 'rate: 30')")),
    "a plan cannot be read": ("P4", lambda: sql("UPDATE commissions_planversion SET document = 'all to me'")),
    "a qualifying volume is changed": ("P1", lambda: of("sales_orderline", order_line(), "qualifying = qualifying + 100")),
    "a customer's order is said to be their seller's": ("P1", lambda: sql(
        "UPDATE sales_order SET customer_id = NULL, buyer_standing = 'distributor' WHERE customer_id IS NOT NULL")),
    "somebody had joined later": ("P1", lambda: sql(
        "UPDATE distributors_distributor SET joined_at = '2026-10-20 00:00:00' WHERE number = '1006'")),
    "a return is of another order": ("R1", lambda: sql(
        "UPDATE sales_return SET order_id = (SELECT MAX(id) FROM sales_order WHERE id <> sales_return.order_id)")),
    "a refund is less than what came back": ("R1", lambda: sql("UPDATE sales_return SET refund = refund - 1")),
    "an order is neither paid nor unpaid": ("R1", lambda: sql(
        f"UPDATE sales_order SET state = 'returned' WHERE id = {SOLD}", order_line())),
    "the open month lasts longer": ("P1", lambda: sql(
        "UPDATE commissions_period SET ends_at = '2027-02-15 00:00:00' WHERE state = 'open'")),
    "a month has another name": ("P1", lambda: sql(
        "UPDATE commissions_period SET key = '2027-09' WHERE state = 'open'")),
    "a transfer leads to no run": ("L1", lambda: of("commissions_transfer", transfer().pk, "run_id = 999999")),
    "a transfer leads to no account": ("L1", lambda: of("commissions_transfer", transfer().pk, "debit_id = 999999")),
    "an account says more than there is": ("L3", lambda: sql(
        "UPDATE commissions_account SET balance = 9223372036854775807 WHERE kind = 'payable'")),
    "another reviewed than did": ("A1", lambda: sql(
        "UPDATE commissions_run SET reviewed_by_id = (SELECT id FROM distributors_user WHERE is_superuser) "
        "WHERE state = 'final'")),
    "another approved than did": ("A1", lambda: sql(
        "UPDATE commissions_run SET approved_by_id = (SELECT id FROM distributors_user WHERE is_superuser) "
        "WHERE state = 'final'")),
    "a run was reviewed at another time": ("A1", lambda: sql(
        "UPDATE commissions_run SET reviewed_at = '2026-11-01 12:34:56' WHERE state = 'final'")),
    "a run was approved at another time": ("A1", lambda: sql(
        "UPDATE commissions_run SET approved_at = '2026-11-01 12:34:56' WHERE state = 'final'")),
    "a run has another number": ("A1", lambda: sql(
        "UPDATE commissions_run SET number = number + 7 WHERE state = 'final'")),
    "a run was computed by another engine": ("A1", lambda: sql(
        "UPDATE commissions_run SET engine_version = '0' WHERE state = 'final'")),
    "the line was drawn at another time": ("A1", lambda: sql(
        "UPDATE commissions_period SET line_drawn_at = '2026-11-01 12:34:56' WHERE key = '2026-10'")),
    "another decided on an adjustment": ("A1", lambda: sql(
        "UPDATE commissions_adjustment SET decided_by_id = (SELECT id FROM distributors_user WHERE is_superuser)")),
    "another asked for an adjustment": ("A1", lambda: sql(
        "UPDATE commissions_adjustment SET requested_by_id = (SELECT id FROM distributors_user WHERE is_superuser)")),
    "an adjustment has another reason": ("A1", lambda: sql("UPDATE commissions_adjustment SET reason = 'Early'")),
    "an adjustment has other evidence": ("A1", lambda: sql("UPDATE commissions_adjustment SET evidence = 'None'")),
    "an adjustment was decided at another time": ("A1", lambda: sql(
        "UPDATE commissions_adjustment SET decided_at = '2026-11-23 12:34:56'")),
    "a plan was adopted at another time": ("A1", lambda: sql(
        "UPDATE commissions_planversion SET adopted_at = '2026-11-23 12:34:56'")),
    "an entry of the trail is another": ("A1", lambda: sql(
        "UPDATE common_trailentry SET who = who + 1 WHERE what = 'run.approved'")),
    "an entry of the trail is missing": ("A1", lambda: sql(
        "DELETE FROM common_trailentry WHERE what = 'adjustment.posted'")),
    "the trail is cut": ("L5", lambda: sql(
        "DELETE FROM common_trailentry WHERE number > (SELECT max(number) - 2 FROM common_trailentry)")),
    "the trail is gone": ("L5", lambda: sql("DELETE FROM common_trailentry")),
    "the books are shut too far": ("P1", lambda: sql("UPDATE sales_books SET shut_until = '2027-06-01 00:00:00'")),
    "a month is being closed by no run": ("P2", lambda: sql(
        "UPDATE commissions_period SET state = 'closing' WHERE state = 'open'")),
    "a paid order is cancelled": ("R1", lambda: sql(f"UPDATE sales_order SET state = 'cancelled' WHERE id = {SOLD}", order_line())),
    "a company's account is somebody's": ("L1", lambda: sql(
        "UPDATE commissions_account SET owner_id = (SELECT MIN(id) FROM distributors_distributor) WHERE kind = 'expense' AND name = 'level_pay'")),
    "an order is in another currency": ("L1", lambda: sql(f"UPDATE sales_order SET currency = 'USD' WHERE id = {SOLD}", order_line())),
    "an order was paid earlier": ("P1", lambda: sql(
        f"UPDATE sales_order SET paid_at = '2026-10-09 00:00:00' WHERE id = {SOLD}", order_line())),
    "an order line had other pieces": ("R1", lambda: of("sales_orderline", order_line(), "quantity = quantity + 1")),
    "more pieces came back": ("R1", lambda: sql("UPDATE sales_returnline SET quantity = quantity + 1 WHERE quantity = "
        "(SELECT 4 FROM sales_orderline l WHERE l.id = order_line_id AND l.quantity > 4)")),
    "an invoice is in another currency": ("R1", lambda: sql("UPDATE sales_invoice SET currency = 'USD' WHERE number = 'I000003'")),
    "an invoice lists nothing": ("R1", lambda: sql("UPDATE sales_invoice SET lines = '[]' WHERE number = 'I000003'")),
    "an invoice lists what is none": ("R1", lambda: sql("UPDATE sales_invoice SET lines = '[1]' WHERE number = 'I000003'")),
    "a credit note corrects another invoice": ("R1", lambda: sql(
        "UPDATE sales_invoice SET corrects_id = (SELECT MIN(id) FROM sales_invoice v WHERE v.kind = 'invoice' "
        "AND v.order_id <> sales_invoice.order_id) WHERE kind = 'credit'")),
    "a final run is at an earlier stage": ("P2", lambda: sql(
        "UPDATE commissions_run SET stage = 'promote' WHERE state = 'final'")),
    "a transfer was posted by itself": ("P2", lambda: of("commissions_transfer", transfer().pk, "posted_at = '2026-11-02 13:00:00'")),
    "an adjustment was posted by itself": ("L4", lambda: of("commissions_transfer", transfer("adj:").pk, "posted_at = '2026-11-02 13:00:00'")),
    "a run counted other orders": ("A1", lambda: sql("UPDATE commissions_run SET order_count = order_count + 1 WHERE state = 'final'")),
    "a run counted other order lines": ("A1", lambda: sql(
        "UPDATE commissions_run SET order_line_count = order_line_count + 1 WHERE state = 'final'")),
    "a run was computed to something else": ("A1", lambda: sql("UPDATE commissions_run SET engine_hash = '0' WHERE state = 'final'")),
    "a run was computed at another time": ("A1", lambda: sql(
        "UPDATE commissions_run SET computed_at = '2026-11-01 12:34:56' WHERE state = 'final'")),
    "a run warned of something else": ("A1", lambda: sql("UPDATE commissions_run SET warnings = '[\"All is well\"]' WHERE state = 'final'")),
    "a run looked at another plan": ("A1", lambda: sql("""UPDATE commissions_run SET reads = '{"Linden": "2026-09"}' WHERE state = 'final'""")),
    "a correction names another line": ("L8", lambda: of(
        "commissions_line", correction().pk, f"corrects_id = {another_line(correction())}")),
    "a correction names a run too": ("L8", lambda: of("commissions_line", correction().pk, "corrects_run_id = run_id")),
    "the books are opened again": ("P1", lambda: sql("UPDATE sales_books SET shut_until = '2026-10-01 00:00:00'")),
}  # fmt: skip


def test_there_are_a_hundred():
    assert len(CORRUPTIONS) >= 100


def found_after(spoil):
    """What the books say of the good database after this, and then it is good again."""
    with transaction.atomic():
        spoil()
        found = audit.everything()
        transaction.set_rollback(True)
    return found


def test_the_books_name_every_one(good):
    """Each is found, and each sentence says where: it names a person, an order, a paper, an amount or a month."""
    missed = {}
    for name, (sign, spoil) in CORRUPTIONS.items():
        # The guards are away for all of them: they count only for who took nothing but them.
        taken = name == "the guards are taken away"
        found = [one for one in found_after(spoil) if taken or not one.startswith("P4 the guard")]
        said = [one.removeprefix(f"{sign} ") for one in found if one.startswith(f"{sign} ")]
        where = any(letter.isdigit() for one in said for letter in one)
        if not said or not (where or sign in ("P4", "J1")):
            missed[name] = found
    assert missed == {}


def test_a_check_that_cannot_be_carried_out_says_so_and_the_others_go_on(good):
    """A plan nobody can read is in the way of many checks, and each says that; of none of the others."""
    sql("UPDATE commissions_planversion SET document = 'all to me'")
    sql("UPDATE sales_order SET total = total + 1 WHERE number = (SELECT MIN(number) FROM sales_order)")
    said = audit.everything()
    assert any(one.startswith("P3 cannot be checked, items_are_their_lines: line 1") for one in said)
    assert any(one.startswith("R1 order") for one in said)


def test_a_database_that_is_away_is_no_problem_of_the_books(good, monkeypatch):
    def away():
        """L1: as if nobody were there."""
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(audit, "LEDGER", (away,))
    with pytest.raises(OperationalError):
        audit.ledger()


def test_a_good_database_is_good(good):
    """The control."""
    guards.install()
    assert audit.everything(now=NOW) == []
    assert Run.objects.filter(state="final").count() == 2


def test_of_changed_snapshots_the_first_that_differs_is_named(good):
    sql(
        "UPDATE commissions_snapshot SET rank = rank + 1 WHERE distributor_id = "
        "(SELECT id FROM distributors_distributor WHERE number = '1003')"
    )
    said = checking.check(which="full", now=NOW).problems
    assert "P4 the snapshots of 2026-10 are not those that were computed" in said
    assert [
        one for one in said if one.startswith("P4 2026-10: snapshots of number 1003") and "stored rank" in one
    ]


def test_a_rank_reached_without_a_promotion_is_named(good):
    """Whose title rose after their first month; of a first month the input of its run tells."""
    sql(
        "UPDATE commissions_snapshot SET title = 0 WHERE run_id IN (SELECT r.id FROM commissions_run r "
        "JOIN commissions_period p ON p.id = r.period_id WHERE p.key = '2026-10') AND distributor_id = "
        "(SELECT distributor_id FROM commissions_promotion)"
    )
    risen = "P4 1002 became Builder in 2026-11, and no promotion says so"
    assert risen not in audit.everything()
    sql("DELETE FROM commissions_promotion")
    assert risen in audit.everything()

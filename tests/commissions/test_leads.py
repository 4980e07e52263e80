"""A transfer leads to accounts, a period and a run that are there, and these stay as long as it does.

Foreign keys see to it on SQLite; on PostgreSQL guards do, which look at a whole statement.
"""

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from commissions.models import Account, Transfer
from commissions.queries.guards import LEADS, missing
from tests.commissions.conftest import draft, finish
from tests.remembered import remembered

pytestmark = pytest.mark.django_db
NOWHERE = 10**9
COLUMNS = ("key", "debit_id", "credit_id", "amount", "currency", "period_id", "run_id", "posted_at")


@pytest.fixture
@remembered
def final(october, cast):
    return finish(cast, draft())


def asked(sql):
    """The statement, and with it what is asked only when a transaction ends."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    connection.check_constraints()


def once_more(**changed):
    """Copies the transfers under other keys into the open month, with these columns changed."""
    opened = "(SELECT id FROM commissions_period WHERE state = 'open')"
    columns = {name: name for name in COLUMNS} | {"key": "'more:' || key", "period_id": opened} | changed
    asked(
        f"INSERT INTO commissions_transfer ({', '.join(columns)}) SELECT {', '.join(columns.values())} "
        "FROM commissions_transfer"
    )


@pytest.mark.parametrize("column", LEADS)
def test_transfers_that_lead_nowhere_are_refused(final, column):
    before = Transfer.objects.count()
    once_more()
    with pytest.raises(IntegrityError), transaction.atomic():
        once_more(key="'again:' || key", **{column: str(NOWHERE)})
    assert Transfer.objects.count() == 2 * before > 0


@pytest.mark.parametrize("table", sorted(set(LEADS.values())))
def test_what_transfers_lead_to_stays(final, table):
    column = next(column for column, led in LEADS.items() if led == table)
    with pytest.raises(DatabaseError), transaction.atomic():
        asked(f"DELETE FROM {table} WHERE id IN (SELECT {column} FROM commissions_transfer)")
    with pytest.raises(DatabaseError), transaction.atomic():
        asked(
            f"UPDATE {table} SET id = id + {NOWHERE} WHERE id IN (SELECT {column} FROM commissions_transfer)"
        )


@pytest.mark.services
def test_an_account_is_never_deleted_and_no_table_emptied(final):
    empty = Account.objects.create(kind="deducted", name="tax", currency="EUR")
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        asked(f"DELETE FROM commissions_account WHERE id = {empty.pk}")
    for table in sorted(set(LEADS.values())):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            asked(f"SET CONSTRAINTS ALL IMMEDIATE; TRUNCATE {table} CASCADE")


@pytest.mark.services
def test_without_its_guard_a_transfer_leads_nowhere(final):
    """The control: no foreign key stands behind the guard; that it is gone is found out."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER commissions_transfer_final_leads ON commissions_transfer")
    assert missing() == ["commissions_transfer_final_leads"]
    once_more(credit_id=str(NOWHERE))
    assert Transfer.objects.filter(credit_id=NOWHERE).exists()


@pytest.mark.services
def test_without_its_guard_an_account_goes_away_under_its_transfers(final):
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER commissions_account_final_delete ON commissions_account")
        cursor.execute("DELETE FROM commissions_account WHERE kind = 'clearing'")
    assert missing() == ["commissions_account_final_delete"]
    assert Transfer.objects.exclude(debit_id__in=Account.objects.values("pk")).exists()

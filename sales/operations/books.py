"""Until when the sales books are shut. Commissions tells sales a date; sales asks commissions nothing."""

from datetime import UTC, datetime

from django.db import connection, transaction

from sales.models import Books
from sales.queries.books import NEVER_SHUT

__all__ = ["NEVER_SHUT", "hold_open", "shut"]
ONLY = 1


def shut(*, until: datetime) -> datetime:
    """Shut the books up to `until` and return the moment they are shut until.

    Never moves backwards. When it commits, every payment booked before `until` is committed too: a payment
    under way holds the row FOR SHARE, and this waits for it; a later one reads the new moment.
    """
    with transaction.atomic():
        _make_sure_of_the_row()
        books = Books.objects.select_for_update().get(pk=ONLY)
        if until > books.shut_until:
            Books.objects.filter(pk=ONLY).update(shut_until=until)
            return until
    return books.shut_until


def hold_open() -> datetime:
    """The moment the books are shut until, held still until the caller's transaction ends.

    Call it first in the transaction that books something. Payments share the hold (FOR SHARE); only `shut`
    waits for it. SQLite lets one writer in at a time (IMMEDIATE), which is the same promise.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("hold_open() is of use only inside a transaction")
    _make_sure_of_the_row()
    if not connection.features.has_select_for_update:
        return Books.objects.values_list("shut_until", flat=True).get(pk=ONLY)
    with connection.cursor() as cursor:
        # The ORM knows FOR UPDATE only, and that would make payments wait for each other.
        cursor.execute("SELECT shut_until FROM sales_books WHERE id = %s FOR SHARE", [ONLY])
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC)


def _make_sure_of_the_row() -> None:
    # ON CONFLICT DO NOTHING: a row that is missing cannot be locked, and two may find it missing at once.
    if not Books.objects.filter(pk=ONLY).exists():
        Books.objects.bulk_create([Books(pk=ONLY, shut_until=NEVER_SHUT)], ignore_conflicts=True)

"""Numbers of a series that people read: distributors, customers, orders, returns."""

from django.db import connection, transaction

from common.models import Sequence
from common.operations import statements
from common.operations.statements import Statement


def take(*, name: str, count: int = 1, first: int = 1) -> int:
    """The first of `count` numbers nobody else gets; a new series begins at `first`.

    Numbers of a transaction that rolls back are used again. Locks the series until the transaction ends.
    """
    if count < 1:
        raise ValueError(f"count must be at least 1, not {count}")
    following = _advance(name, count)
    if following is None:
        Sequence.objects.bulk_create([Sequence(name=name, next=first)], ignore_conflicts=True)
        following = _advance(name, count)
    if following is None:
        raise RuntimeError(f"The series {name} was deleted this very moment")
    return following - count


def skip_past(*, name: str, number: int) -> None:
    """Makes sure that the series goes on above `number`, because that one came from elsewhere."""
    with transaction.atomic():
        Sequence.objects.bulk_create([Sequence(name=name, next=1)], ignore_conflicts=True)
        Sequence.objects.filter(name=name, next__lte=number).update(next=number + 1)


def taking(*, name: str, count: int = 1) -> Statement:
    """A statement that takes numbers and returns the one after them; no row while the series has not begun."""
    # It writes and reads at once: what it returns is ours, and nobody waits for a second one.
    table = connection.ops.quote_name(Sequence._meta.db_table)
    return Statement(f"UPDATE {table} SET next = next + %s WHERE name = %s RETURNING next", (count, name))  # noqa: S608


def _advance(name: str, count: int) -> int | None:
    (rows,) = statements.run([taking(name=name, count=count)])
    return int(rows[0][0]) if rows else None

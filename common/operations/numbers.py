"""Numbers of a series that people read: distributors, customers, orders, returns."""

from django.db import connection, transaction

from common.models import Sequence


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


def _advance(name: str, count: int) -> int | None:
    # One statement that writes and reads: what it returns is ours, and nobody waits for a second one.
    table = connection.ops.quote_name(Sequence._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET next = next + %s WHERE name = %s RETURNING next", [count, name])  # noqa: S608
        row = cursor.fetchone()
    return int(row[0]) if row else None

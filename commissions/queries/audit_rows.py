"""What the checks of the books share: few rows of a query, and which runs count, as SQL names them."""

# ruff: noqa: S608 - the queries are put together from names and numbers of ours, never from input

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import connection

from commissions.queries import counting, plans

T = TypeVar("T")
MOST = 20  # a thousand sentences say no more than twenty
Row = tuple[Any, ...]


def rows(query: str, parameters: Sequence[Any] = ()) -> Sequence[Row]:
    """The first few rows that a query finds."""
    with connection.cursor() as cursor:
        # Asked for a few rows alone, PostgreSQL would walk all orders in their order and every line for each of them.
        cursor.execute(
            f"WITH found AS MATERIALIZED ({query}) SELECT * FROM found LIMIT {MOST}", list(parameters)
        )
        found: Sequence[Row] = cursor.fetchall()
    return found


def some(found: Iterable[T]) -> Iterator[T]:
    """The first few of what a check found."""
    for at, one in enumerate(found):
        if at == MOST:
            return
        yield one


def counting_runs(only: str = "") -> str:
    """The runs that count for closed periods; of plans that take back in one way alone, where it is named."""
    runs = counting.all_that_count().counts
    ways = {run.pk: plans.parsed(version=run.plan).ledger.take_back for run in runs}
    return ", ".join(str(pk) for pk, way in ways.items() if only in ("", way)) or "0"


def posted_runs() -> str:
    """Every run whose items were posted."""
    return ", ".join(str(pk) for pk in counting.all_that_count().posted_ids) or "0"

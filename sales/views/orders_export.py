"""Orders as a CSV file, line by line."""

import csv
from collections.abc import Iterator
from itertools import islice

from babel.numbers import get_currency_precision
from django.utils import timezone

from common import csvtext
from sales.queries.orders import ListedOrder, OrderRows, listed

HEAD = ("number", "placed_on", "state", "returned", "customer", "purpose", "total", "currency")
POINTS = ("qualifying_volume", "commissionable_volume")
AT_ONCE = 500


class _Echo:
    """What csv writes to: it hands every line back."""

    def write(self, line: str) -> str:
        return line


def lines(*, orders: OrderRows, with_points: bool) -> Iterator[str]:
    """The file's lines, the header first; with the mark that tells a spreadsheet it is UTF-8."""
    writer = csv.writer(_Echo())
    yield "\ufeff" + writer.writerow(HEAD + (POINTS if with_points else ()))
    waiting = orders.iterator(chunk_size=AT_ONCE)
    while rows := list(islice(waiting, AT_ONCE)):
        for row in listed(orders=rows):
            yield writer.writerow(_cells(row, with_points))


def _cells(row: ListedOrder, with_points: bool) -> list[str]:
    cells = [
        csvtext.text(row.number),
        timezone.localtime(row.placed_at).date().isoformat(),
        row.state,
        row.returned,
        csvtext.text(row.customer_name),
        row.purpose_label,
        _amount(row.total, get_currency_precision(row.currency)),
        row.currency,
    ]
    if with_points:
        cells += [csvtext.hundredths(row.qualifying), csvtext.hundredths(row.commissionable)]
    return cells


def _amount(minor: int, exponent: int) -> str:
    """1234.50 in the currency's own decimals: a number for every spreadsheet."""
    if exponent == 0:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**exponent)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{exponent}d}"

"""Staged order lines become orders and their lines; amounts are computed line by line, nothing else is."""

# ruff: noqa: S608 - names of our tables and columns, never input

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import numpy as np
from django.conf import settings

from common.csvfiles import Progress
from common.operations import bulk, columns, staging, statistics
from common.operations.failpoints import failpoint
from common.operations.staging import Kind
from common.operations.tables import Ints
from distributors.operations.import_profiles import batches
from sales.models import Order, OrderLine, Standing
from sales.operations.import_numbers import keep_clear
from sales.operations.import_staging import LINES, ORDERS, moment
from sales.operations.import_terms import Amounts, TermsBook

KEYS = "imported_order_keys"
KINDS: dict[str, Kind] = {"line": "key", "order_id": "number", "total": "number"}
AT_A_TIME = 10_000
LINE = ("order_id", "position", "quantity", *Amounts.__slots__)


def write(*, terms: TermsBook, shut_until: datetime, progress: Progress) -> None:
    """Writes every order that is staged. The caller holds the books open, and has refused what is wrong."""
    (heads,) = columns.read(select=f"FROM {ORDERS} ORDER BY line", columns=["line"])
    if not len(heads):
        return
    order_id = staging.draw_keys(model=Order, count=len(heads))
    # The lines first: they say what their order comes to. References are checked at the commit.
    totals = _write_lines(terms, order_id, progress)
    with staging.table(name=KEYS, kinds=KINDS):
        columns.write(table=KEYS, values={"line": heads, "order_id": order_id, "total": totals})
        staging.look_at(KEYS)
        _write_orders(shut_until)
    own = staging.found(f"SELECT number FROM {ORDERS} WHERE number LIKE 'P%%'", [])
    keep_clear(name="order", prefix="P", imported=(number for (number,) in own))
    statistics.learn(tables=[Order, OrderLine], rows=len(heads))


def _write_lines(terms: TermsBook, order_id: Ints, progress: Progress) -> Ints:
    """What each order comes to, in the order of their first rows."""
    totals = np.zeros(len(order_id), dtype=np.int64)
    done = 0
    for part in batches(_lines(terms, order_id, totals), AT_A_TIME):
        bulk.insert_into(table=OrderLine._meta.db_table, columns=LINE, rows=part)
        failpoint("import.orders")
        done += len(part)
        progress("writing", done, 0)
    return totals


def _lines(terms: TermsBook, order_id: Ints, totals: Ints) -> Iterator[tuple[Any, ...]]:
    """Rows of order lines, order by order, numbered by article. Adds up the totals on the way."""
    keys, at, position, before = order_id.tolist(), -1, 0, -1
    for head, sku, quantity, unit_price, placed_at, kind in staging.found(
        f"""SELECT orders.line, line.sku, line.quantity, line.unit_price, orders.placed_at, orders.customer_kind
        FROM {LINES} line JOIN {ORDERS} orders ON orders.number = line.order_number
        ORDER BY orders.line, line.sku"""
    ):
        if head != before:
            at, position, before = at + 1, 0, head
        position += 1
        amounts = terms.line(
            sku=sku,
            placed_at=moment(placed_at),
            quantity=quantity,
            standing=kind or Standing.DISTRIBUTOR,
            unit_price=unit_price,
        )
        totals[at] += amounts.price
        yield (keys[at], position, quantity, *amounts.plain())


def _write_orders(shut_until: datetime) -> None:
    shut = staging.literal(shut_until)
    same = ("number", "purpose", "state", "placed_at", "paid_at", "shipped_at", "cancelled_at", "seller_id")
    staging.insert(
        model=Order,
        values={
            **{name: f"orders.{name}" for name in same},
            "id": "own.order_id",
            "total": "own.total",
            "customer_id": "orders.customer_id",
            "buyer_standing": f"coalesce(orders.customer_kind, '{Standing.DISTRIBUTOR}')",
            "source": f"'{Order.Source.IMPORT}'",
            "currency": f"'{settings.COMPANY_CURRENCY}'",
            "booked_at": f"CASE WHEN orders.paid_at < {shut} THEN {shut} ELSE orders.paid_at END",
        },
        source=f"FROM {ORDERS} orders JOIN {KEYS} own ON own.line = orders.line",
    )

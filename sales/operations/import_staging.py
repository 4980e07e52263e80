"""The rows of a file of order lines in temporary tables, and what is wrong with them as a whole."""

# ruff: noqa: S608 - names of our tables and columns, never input

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import connection

from common.csvfiles import Layout, Problems, Progress, Row, rows
from common.operations import staging
from common.operations.staging import Kind
from sales.models import Customer, Order, OrderLine, Product
from sales.operations.import_terms import TermsBook

State, Purpose = Order.State, Order.Purpose

LINES = "imported_lines"
HEAD: dict[str, Kind] = {
    "placed_at": "moment",
    "state": "text",
    "distributor_number": "text",
    "customer_number": "text",
    "purpose": "text",
    "paid_at": "moment",
    "shipped_at": "moment",
    "cancelled_at": "moment",
}
LINE_KINDS: dict[str, Kind] = {
    "line": "key",
    "order_number": "text",
    **HEAD,
    "sku": "text",
    "quantity": "number",
    "unit_price": "number",
}
CELLS = [name for name in LINE_KINDS if name != "line"]

# An order is what its first row says, and who the people in it are.
ORDERS = "imported_orders"
ORDER_KINDS: dict[str, Kind] = {
    "line": "key",
    "number": "text",
    **HEAD,
    "seller_id": "number",
    "customer_id": "number",
    "customer_kind": "text",
    "customer_of": "number",
}

HERE, HERE_LINES = Order._meta.db_table, OrderLine._meta.db_table
CUSTOMERS, PRODUCTS = Customer._meta.db_table, Product._meta.db_table
SELLERS = Order._meta.get_field("seller").related_model._meta.db_table


def read(*, path: Path, layout: Layout, problems: Problems, progress: Progress) -> int:
    """Stages the rows that can be understood; how many."""
    source = rows(path=path, layout=layout, problems=problems, progress=progress)
    return staging.fill(name=LINES, kinds=LINE_KINDS, rows=_values(source, problems))


def _values(source: Iterable[Row], problems: Problems) -> Iterator[list[Any]]:
    told: set[str] = set()
    for row in source:
        cells, before = row.cells, problems.count
        if cells["order_number"] not in told:
            _refuse_unlikely(cells, row.number, problems)
        if problems.count > before:
            # Once for an order: its other lines say the same.
            told.add(cells["order_number"])
        yield [row.number, *(cells[name] for name in CELLS)]


def _refuse_unlikely(head: Mapping[str, Any], row: int, problems: Problems) -> None:
    """States, dates and purposes that contradict each other."""
    paid = head["state"] in (State.PAID, State.SHIPPED)
    if paid and not head["paid_at"]:
        problems.add(row, "paid_at", f"is empty, and the state is {head['state']}")
    if head["state"] == State.PLACED and head["paid_at"]:
        problems.add(row, "state", "is placed, and paid_at is not empty; it should be paid")
    if (head["state"] == State.CANCELLED) != bool(head["cancelled_at"]):
        problems.add(row, "cancelled_at", "a cancelled order says when, and no other order does")
    if head["shipped_at"] and head["state"] != State.SHIPPED:
        problems.add(row, "shipped_at", f"is not empty, and the state is {head['state']}")
    for column in ("paid_at", "shipped_at", "cancelled_at"):
        if head[column] and head[column] < head["placed_at"]:
            problems.add(row, column, "is before placed_at")
    if head["customer_number"] and head["purpose"] != Purpose.CUSTOMER:
        problems.add(row, "purpose", "an order of a customer is for a customer")
    if head["purpose"] == Purpose.CUSTOMER and not head["customer_number"]:
        problems.add(row, "customer_number", "is empty, and the purpose is customer")


def gather(*, problems: Problems) -> None:
    """Orders from lines, with the keys of who is in them. Lines that disagree or repeat are problems."""
    head = ", ".join(f"line.{name}" for name in HEAD)
    staging.execute(f"""INSERT INTO {ORDERS} SELECT line.line, line.order_number, {head},
            seller.id, customer.id, customer.kind, customer.distributor_id
        FROM {LINES} line JOIN (SELECT min(line) AS line FROM {LINES} GROUP BY order_number) AS first
            ON first.line = line.line
        LEFT JOIN {SELLERS} seller ON seller.number = line.distributor_number
        LEFT JOIN {CUSTOMERS} customer ON customer.number = line.customer_number""")
    staging.look_at(ORDERS)
    differ = {name: f"line.{name} {_differs()} first.{name}" for name in HEAD}
    for line, first, number, *different in staging.found(
        f"""SELECT line.line, first.line, first.number, {", ".join(differ.values())}
        FROM {LINES} line JOIN {ORDERS} first ON first.number = line.order_number
        WHERE line.line <> first.line AND ({" OR ".join(differ.values())})"""
    ):
        for column in (name for name, is_so in zip(HEAD, different, strict=True) if is_so):
            problems.add(line, column, f"differs from row {first} of the same order {number}")
    for line, sku, first in staging.found(
        f"""SELECT line.line, line.sku, twice.first FROM {LINES} line JOIN (
            SELECT order_number, sku, min(line) AS first FROM {LINES}
            GROUP BY order_number, sku HAVING count(*) > 1
        ) AS twice ON twice.order_number = line.order_number AND twice.sku = line.sku
        WHERE line.line <> twice.first"""
    ):
        reason = f"{sku!r} is in row {first} of the same order; write it once, with the sum"
        problems.add(line, "sku", reason)


def _differs() -> str:
    """Different, where two empty cells are alike."""
    return "IS DISTINCT FROM" if connection.vendor == "postgresql" else "IS NOT"


def set_known_aside(*, problems: Problems) -> int:
    """Takes orders out that are here already; how many. One with other content is a problem."""
    differ = {
        "distributor_number": "orders.distributor_number <> seller.number",
        "customer_number": "orders.customer_number <> coalesce(customer.number, '')",
        "purpose": "orders.purpose <> here.purpose",
        "placed_at": "orders.placed_at <> here.placed_at",
        # An order that the file knows as unpaid may have been paid here since.
        "paid_at": f"orders.paid_at IS NOT NULL AND orders.paid_at {_differs()} here.paid_at",
        "quantity": "coalesce(alike.held, 0) <> listed.held OR coalesce(alike.held, 0) <> stored.held",
    }
    flags = ", ".join(f"CASE WHEN {condition} THEN 1 ELSE 0 END" for condition in differ.values())
    for line, number, *different in staging.found(f"""SELECT orders.line, orders.number, {flags}
        FROM {ORDERS} orders JOIN {HERE} here ON here.number = orders.number
        JOIN {SELLERS} seller ON seller.id = here.seller_id
        LEFT JOIN {CUSTOMERS} customer ON customer.id = here.customer_id
        JOIN (SELECT order_number, count(*) AS held FROM {LINES} GROUP BY order_number) AS listed
            ON listed.order_number = orders.number
        LEFT JOIN (SELECT kept.order_id, count(*) AS held FROM {HERE_LINES} kept
              JOIN {HERE} own ON own.id = kept.order_id
              JOIN {ORDERS} again ON again.number = own.number GROUP BY kept.order_id) AS stored
            ON stored.order_id = here.id
        LEFT JOIN (SELECT kept.order_id, count(*) AS held FROM {HERE_LINES} kept
              JOIN {HERE} own ON own.id = kept.order_id JOIN {PRODUCTS} product ON product.id = kept.product_id
              JOIN {LINES} line ON line.order_number = own.number AND line.sku = product.sku
                  AND line.quantity = kept.quantity GROUP BY kept.order_id) AS alike
            ON alike.order_id = here.id
        WHERE {" OR ".join(f"({condition})" for condition in differ.values())}"""):
        for column in (name for name, is_so in zip(differ, different, strict=True) if is_so):
            reason = f"order {number} is already here with another; an import changes no order"
            problems.add(line, column, reason)
    here = f"SELECT number FROM {HERE}"
    staging.execute(f"DELETE FROM {LINES} WHERE order_number IN ({here})")
    return staging.execute(f"DELETE FROM {ORDERS} WHERE number IN ({here})")


def refuse_strange(*, problems: Problems) -> None:
    """Sellers and customers nobody knows, and customers of somebody else."""
    for line, seller, customer, seller_id, customer_id in staging.found(
        f"""SELECT line, distributor_number, customer_number, seller_id, customer_id FROM {ORDERS}
        WHERE seller_id IS NULL OR (customer_number <> '' AND customer_id IS NULL) OR customer_of <> seller_id"""
    ):
        if seller_id is None:
            problems.add(line, "distributor_number", f"nobody has the number {seller!r}")
        if customer and customer_id is None:
            problems.add(line, "customer_number", f"nobody has the number {customer!r}")
        elif customer and seller_id is not None:
            reason = f"{customer} is a customer of somebody else than {seller}"
            problems.add(line, "customer_number", reason)


def terms(*, problems: Problems) -> TermsBook:
    """The terms of everything in the file. What could not be ordered on its day is a problem."""
    found = TermsBook.of(skus=(sku for (sku,) in staging.found(f"SELECT DISTINCT sku FROM {LINES}")))
    for line, sku, placed_at in staging.found(
        f"""SELECT line.line, line.sku, orders.placed_at
        FROM {LINES} line JOIN {ORDERS} orders ON orders.number = line.order_number ORDER BY line.line"""
    ):
        if reason := found.why_not(sku=sku, placed_at=moment(placed_at)):
            problems.add(line, "sku", reason)
    return found


def moment(value: datetime) -> datetime:
    """SQLite gives a moment of a temporary table without its zone, which is UTC."""
    return value if value.tzinfo else value.replace(tzinfo=UTC)

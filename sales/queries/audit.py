"""The sales against themselves: what the invoices of a company must say of each other. Nothing is repaired."""

from collections.abc import Sequence

from django.db import connection

MOST = 20
AMOUNTS = ("price", "list_price", "distributor_price", "qualifying", "commissionable")


def problems() -> list[str]:
    """R1: orders are their lines, and no more comes back than was sold."""
    return [*totals_are_their_lines(), *no_more_comes_back(), *no_more_is_refunded()]


def totals_are_their_lines() -> list[str]:
    """R1: the total of each order is the sum of its lines' prices."""
    rows = _rows(
        "SELECT o.number, o.total, COALESCE(SUM(l.price), 0) FROM sales_order o "
        "LEFT JOIN sales_orderline l ON l.order_id = o.id GROUP BY o.id, o.number, o.total "
        "HAVING o.total <> COALESCE(SUM(l.price), 0)"
    )
    return [f"R1 order {number} says {total}, its lines {lines}" for number, total, lines in rows]


def no_more_comes_back() -> list[str]:
    """R1: of no order line more pieces, money or volume came back than were sold."""
    more = " OR ".join(f"SUM(b.{name}) > l.{name}" for name in ("quantity", *AMOUNTS))
    sold = ", ".join(f"l.{name}" for name in ("quantity", *AMOUNTS))
    rows = _rows(
        f"SELECT o.number, l.position, SUM(b.quantity), l.quantity FROM sales_returnline b "  # noqa: S608
        "JOIN sales_orderline l ON l.id = b.order_line_id JOIN sales_order o ON o.id = l.order_id "
        f"GROUP BY o.number, l.id, l.position, {sold} HAVING {more}"
    )
    return [
        f"R1 of order {number}/{position} more came back than was sold: {back} of {sold} pieces"
        for number, position, back, sold in rows
    ]


def no_more_is_refunded() -> list[str]:
    """R1: no order's refunds are more than its total."""
    rows = _rows(
        "SELECT o.number, o.total, SUM(r.refund) FROM sales_return r JOIN sales_order o ON o.id = r.order_id "
        "GROUP BY o.id, o.number, o.total HAVING SUM(r.refund) > o.total"
    )
    return [f"R1 {refunds} was refunded for order {number} of {total}" for number, total, refunds in rows]


def _rows(query: str) -> Sequence[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {MOST}")
        rows: Sequence[tuple[object, ...]] = cursor.fetchall()
    return rows

"""The sales against themselves: what the invoices of a company must say of each other. Nothing is repaired."""

# ruff: noqa: S608 - the queries are put together from names of ours, never from input

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from sales.queries.shares import of_pieces

MOST = 20
AMOUNTS = ("price", "list_price", "distributor_price", "qualifying", "commissionable")


def problems() -> list[str]:
    """R1: orders are their lines, no more comes back than was sold, and papers say the same and have no gaps."""
    return [
        *totals_are_their_lines(),
        *no_more_comes_back(),
        *no_more_is_refunded(),
        *returns_are_their_lines(),
        *parts_are_their_share(),
        *what_is_booked_is_paid(),
        *papers_say_the_same(),
        *papers_list_what_was_sold(),
        *papers_have_no_gaps(),
    ]


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
        f"SELECT o.number, l.position, SUM(b.quantity), l.quantity FROM sales_returnline b "
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


def returns_are_their_lines() -> list[str]:
    """R1: each return is of one order, and refunds what its lines come to."""
    rows = _rows(
        "SELECT t.number, o.number, t.refund, COALESCE(SUM(b.price), 0), "
        "SUM(CASE WHEN l.order_id = t.order_id THEN 0 ELSE 1 END) FROM sales_return t "
        "JOIN sales_order o ON o.id = t.order_id LEFT JOIN sales_returnline b ON b.returned_id = t.id "
        "LEFT JOIN sales_orderline l ON l.id = b.order_line_id GROUP BY t.id, t.number, o.number, t.refund "
        "HAVING t.refund <> COALESCE(SUM(b.price), 0) OR SUM(CASE WHEN l.order_id = t.order_id THEN 0 ELSE 1 END) > 0"
    )
    return [
        f"R1 return {number} of order {order} refunds {refund}, its lines come to {lines}, {others} of another order"
        for number, order, refund, lines, others in rows
    ]


def parts_are_their_share() -> list[str]:
    """R1: what came back of an order line is the exact share of its amounts, rounded on all that had come back then."""
    named = ", ".join(f"l.{name}, b.{name}" for name in AMOUNTS)
    found: list[str] = []
    before: dict[int, int] = defaultdict(int)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT b.order_line_id, o.number, l.position, l.quantity, b.quantity, {named} FROM sales_returnline b "
            "JOIN sales_orderline l ON l.id = b.order_line_id JOIN sales_order o ON o.id = l.order_id ORDER BY b.id"
        )
        for line, number, position, whole, pieces, *amounts in cursor:
            been, before[line] = before[line], before[line] + pieces
            for name, amount, back in zip(AMOUNTS, amounts[::2], amounts[1::2], strict=True):
                share = of_pieces(amount=amount, pieces=pieces, before=been, whole=whole)
                if back != share and len(found) < MOST:
                    found.append(
                        f"R1 of order {number}/{position} {pieces} pieces came back with {name} {back}, it is {share}"
                    )
    return found


def what_is_booked_is_paid() -> list[str]:
    """R1: an order that counts was paid, and no other is said to be."""
    rows = _rows(
        "SELECT number, total, state FROM sales_order WHERE state NOT IN ('placed', 'paid', 'shipped', 'cancelled') "
        "OR (state = 'placed' AND booked_at IS NOT NULL) OR (state IN ('paid', 'shipped') AND booked_at IS NULL) "
        # What was paid is returned here, not cancelled; elsewhere it may have been.
        "OR (state = 'cancelled' AND booked_at IS NOT NULL AND source <> 'import')"
    )
    return [
        f"R1 order {number} of {total} is {state}, and its payment says otherwise"
        for number, total, state in rows
    ]


def papers_say_the_same() -> list[str]:
    """R1: an invoice's total is its order's, a credit note's what came back with its return."""
    invoices = _rows(
        "SELECT i.number, i.total, o.number, o.total FROM sales_invoice i JOIN sales_order o ON o.id = i.order_id "
        "WHERE i.kind = 'invoice' AND i.total <> o.total"
    )
    credits = _rows(
        "SELECT i.number, i.total, t.number, SUM(b.price) FROM sales_invoice i "
        "JOIN sales_return t ON t.id = i.returned_id JOIN sales_returnline b ON b.returned_id = t.id "
        "WHERE i.kind = 'credit' GROUP BY i.id, i.number, i.total, t.number HAVING i.total <> SUM(b.price)"
    )
    return [
        f"R1 {paper} says {total}, {about} comes to {is_worth}"
        for paper, total, about, is_worth in [*invoices, *credits]
    ]


def papers_list_what_was_sold() -> list[str]:
    """R1: a paper lists the pieces and the amounts of its order or its return, in the order's currency; and a credit
    note corrects the invoice of its order."""
    rows = _rows(
        f"SELECT i.number, o.number, COALESCE({_listed('amount')}, 0), COALESCE({_listed('quantity')}, 0), "
        "sold.amount, sold.pieces, i.currency FROM sales_invoice i JOIN sales_order o ON o.id = i.order_id "
        "LEFT JOIN sales_invoice v ON v.id = i.corrects_id "
        "JOIN (SELECT 'invoice' AS kind, order_id AS about, SUM(price) AS amount, SUM(quantity) AS pieces "
        "FROM sales_orderline GROUP BY order_id UNION ALL SELECT 'credit', returned_id, SUM(price), SUM(quantity) "
        "FROM sales_returnline GROUP BY returned_id) sold ON sold.kind = i.kind "
        "AND sold.about = CASE i.kind WHEN 'invoice' THEN i.order_id ELSE i.returned_id END "
        f"WHERE COALESCE({_listed('amount')}, 0) <> sold.amount OR COALESCE({_listed('quantity')}, 0) <> sold.pieces "
        "OR i.currency <> o.currency OR (i.kind = 'credit' AND (v.kind <> 'invoice' OR v.order_id <> i.order_id)) "
        "ORDER BY i.number"
    )
    return [
        f"R1 {paper} of order {order} lists {listed} {currency} for {pieces} pieces, it was {amount} for {sold}, or it "
        "corrects another order's paper"
        for paper, order, listed, pieces, amount, sold, currency in rows
    ]


def _listed(name: str) -> str:
    """The sum of a number over all lines of paper i."""
    if connection.vendor == "postgresql":
        return f"(SELECT SUM((x.value ->> '{name}')::bigint) FROM jsonb_array_elements(i.lines) x)"
    value = f"CASE x.type WHEN 'object' THEN json_extract(x.value, '$.{name}') END"
    return f"(SELECT SUM({value}) FROM json_each(i.lines) x)"


def papers_have_no_gaps() -> list[str]:
    """R1: the numbers of invoices, and those of credit notes, follow each other up to the last that was taken."""
    papers = (
        "SELECT kind, CAST(SUBSTR(number, 2) AS bigint) AS n FROM sales_invoice "
        "WHERE LTRIM(SUBSTR(number, 2), '0123456789') = '' "
        # The number that would be taken next stands for the end of the series.
        "UNION ALL SELECT CASE name WHEN 'invoice' THEN 'invoice' ELSE 'credit' END, next FROM common_sequence "
        "WHERE name IN ('invoice', 'credit note')"
    )
    rows = _rows(
        "SELECT kind, n, last FROM (SELECT kind, n, LAG(n, 1, CAST(0 AS bigint)) "
        f"OVER (PARTITION BY kind ORDER BY n) AS last FROM ({papers}) numbered) beside "
        "WHERE n > last + 1 ORDER BY kind, n"
    )
    series = {"invoice": "I", "credit": "C"}
    numbered = ((series.get(kind, "?"), n, last) for kind, n, last in rows)
    return [
        f"R1 {n - last - 1} papers are missing after {letter}{last:06d}, before {letter}{n:06d}"
        for letter, n, last in numbered
    ]


def _rows(query: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{query} LIMIT {MOST}")
        rows: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return rows

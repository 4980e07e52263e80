"""Invoices and credit notes.

A job writes them a moment after a payment or a return: numbers have no gaps, and no payment waits for another.
"""

from datetime import datetime
from typing import Any

from django.db import transaction

from common.operations import jobs, numbers
from sales.models import Invoice, Order, OrderLine, Return, ReturnLine
from sales.queries.terms import company_day

JOB = "write-invoice"
SERIES = {Invoice.Kind.INVOICE: ("invoice", "I"), Invoice.Kind.CREDIT_NOTE: ("credit note", "C")}
Line = dict[str, Any]


class NotPaid(ValueError):
    """Only a paid order has an invoice."""


def request(*, order_id: int, now: datetime, return_id: int | None = None) -> None:
    """Make an order's invoice due, or a return's credit note; in the transaction of the payment or the return."""
    subject = str(order_id) if return_id is None else f"{order_id}:{return_id}"
    jobs.enqueue(kind=JOB, subject=subject, due_at=now, now=now)


def write(*, subject: str, now: datetime, progress: jobs.Progress) -> bool:
    """The handler of the job. Written once, however often it runs."""
    order_id, _, return_id = subject.partition(":")
    if return_id:
        credit(return_id=int(return_id), now=now)
    else:
        invoice(order_id=int(order_id), now=now)
    return False


def invoice(*, order_id: int, now: datetime) -> Invoice:
    """The invoice of a paid order, written now if there is none. Raises NotPaid."""
    with transaction.atomic():
        # The row lock keeps a second writer away until the first has its number; that one is then found.
        order = Order.objects.select_for_update().get(pk=order_id)
        found = Invoice.objects.filter(order=order, kind=Invoice.Kind.INVOICE).first()
        if found is not None:
            return found
        if order.paid_at is None:
            raise NotPaid(order.number)
        lines = OrderLine.objects.filter(order=order).select_related("product").order_by("position")
        listed = [_line(line, line.quantity, line.price) for line in lines]
        return _write(order, listed, now, kind=Invoice.Kind.INVOICE)


def credit(*, return_id: int, now: datetime) -> Invoice | None:
    """The credit note of a return, written now if there is none.

    None for an order that was paid elsewhere, before it was imported: its invoice is elsewhere too.
    """
    returned = Return.objects.select_related("order").get(pk=return_id)
    if returned.order.source == Order.Source.IMPORT:
        return None
    with transaction.atomic():
        corrected = invoice(order_id=returned.order_id, now=now)
        found = Invoice.objects.filter(returned=returned).first()
        if found is not None:
            return found
        lines = ReturnLine.objects.filter(returned=returned).select_related("order_line__product")
        listed = [_line(one.order_line, one.quantity, one.price) for one in lines.order_by("pk")]
        return _write(
            returned.order, listed, now,
            kind=Invoice.Kind.CREDIT_NOTE, returned=returned, corrects=corrected,
        )  # fmt: skip


def _line(line: OrderLine, quantity: int, amount: int) -> Line:
    return {"sku": line.product.sku, "name": line.product.name, "quantity": quantity, "amount": amount}


def _write(order: Order, lines: list[Line], now: datetime, *, kind: Invoice.Kind, **more: Any) -> Invoice:
    who = (order.customer or order.seller).profile
    town = " ".join(part for part in (who.postcode, who.city) if part)
    series, letter = SERIES[kind]
    return Invoice.objects.create(
        kind=kind,
        # Taken last, in the transaction that uses it: rolled back together, so that none is left out.
        number=f"{letter}{numbers.take(name=series):06d}",
        order=order,
        issued_on=company_day(moment=now),
        name=who.name,
        address="\n".join(part for part in (who.street, town, who.country) if part),
        lines=lines,
        total=sum(line["amount"] for line in lines),
        currency=order.currency,
        **more,
    )

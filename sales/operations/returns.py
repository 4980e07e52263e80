"""Goods that came back. A return never changes its order: it is a row of its own, in the open period."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Sum

from common.operations import numbers
from sales.models import Order, OrderLine, Return, ReturnLine
from sales.operations import books, invoices
from sales.operations.signals import tell_booked
from sales.queries.shares import of_pieces

AMOUNTS = ("price", "list_price", "distributor_price", "qualifying", "commissionable")


class ReturnRefused(ValueError):
    """This return cannot be booked; the sentence says why."""


class MoreThanStands(ReturnRefused):
    """More comes back than was bought and has not come back yet."""

    def __init__(self, position: int, standing: int) -> None:
        super().__init__(f"Line {position}: {standing} can still come back.")
        self.position, self.standing = position, standing


@dataclass(frozen=True, slots=True)
class Back:
    """How many pieces of an order line come back."""

    order_line_id: int
    quantity: int


def book(
    *,
    order_id: int,
    lines: Sequence[Back],
    reason: str,
    now: datetime,
    by: int | None = None,
    number: str | None = None,
) -> Return:
    """Book a return of a paid order and return it.

    It counts from `booked_at`: `now`, or the last shutting of the books if that is later. Each amount is the
    exact share of the line that came back, rounded on what has come back so far, so that a line returned
    in parts gives back what it cost, to the unit. `number` is for an imported return that has one.

    Raises ReturnRefused: not paid, nothing or an unknown line, no reason; MoreThanStands.
    """
    wanted = _wanted(lines)
    if not reason.strip():
        raise ReturnRefused("Say why it came back.")
    with transaction.atomic():
        # Always the books first, then the order: mark_paid takes them in the same sequence.
        shut_until = books.hold_open()
        order = _locked(order_id)
        found = {line.pk: line for line in OrderLine.objects.filter(order=order)}
        if unknown := wanted.keys() - found.keys():
            raise ReturnRefused(f"{len(unknown)} of the lines are not lines of order {order.number}.")
        before = _returned_so_far(order)
        parts = [
            _part(found[pk], before.get(pk, 0), quantity)
            for pk, quantity in sorted(wanted.items(), key=lambda pair: found[pair[0]].position)
        ]
        moment = max(now, shut_until, order.booked_at or now)
        return _write(order, parts, reason.strip()[:200], now, moment, by, number)


def _wanted(lines: Sequence[Back]) -> Counter[int]:
    wanted: Counter[int] = Counter()
    for line in lines:
        if type(line.quantity) is not int or line.quantity < 1:
            raise ReturnRefused("A returned quantity is a whole number from 1.")
        wanted[line.order_line_id] += line.quantity
    if not wanted:
        raise ReturnRefused("Say what came back.")
    return wanted


def _locked(order_id: int) -> Order:
    # The row lock lets one return of an order in at a time: two halves cannot both see everything standing.
    order = Order.objects.select_for_update().filter(pk=order_id).first()
    if order is None or order.state not in (Order.State.PAID, Order.State.SHIPPED):
        raise ReturnRefused("Only a paid order can be returned; an unpaid one is cancelled.")
    return order


def _returned_so_far(order: Order) -> dict[int, int]:
    rows = ReturnLine.objects.filter(order_line__order=order).values_list("order_line_id")
    return dict(rows.annotate(Sum("quantity")))


def _part(line: OrderLine, before: int, quantity: int) -> ReturnLine:
    if before + quantity > line.quantity:
        raise MoreThanStands(line.position, line.quantity - before)
    amounts = {
        name: of_pieces(amount=getattr(line, name), pieces=quantity, before=before, whole=line.quantity)
        for name in AMOUNTS
    }
    return ReturnLine(order_line=line, quantity=quantity, **amounts)


def _write(
    order: Order,
    parts: list[ReturnLine],
    reason: str,
    now: datetime,
    booked_at: datetime,
    by: int | None,
    number: str | None,
) -> Return:
    returned = Return.objects.create(
        number=number or f"R{numbers.take(name='return'):06d}",
        order=order,
        reason=reason,
        returned_at=now,
        booked_at=booked_at,
        booked_by_id=by,
        refund=sum(part.price for part in parts),
    )
    for part in parts:
        part.returned = returned
    ReturnLine.objects.bulk_create(parts)
    tell_booked(booked_at=booked_at)
    if order.source != Order.Source.IMPORT:
        # What was paid elsewhere, before it was imported, has its papers elsewhere.
        invoices.request(order_id=order.pk, return_id=returned.pk, now=now)
    return returned

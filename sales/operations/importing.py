"""A company's order lines become orders that count: all of them, or none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from django.conf import settings
from django.db import IntegrityError, transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, rows, silent
from common.operations import statistics
from common.operations.failpoints import failpoint
from distributors.operations.import_profiles import batches
from distributors.queries import people
from sales.models import Customer, Order, OrderLine, Standing
from sales.operations import books
from sales.operations.import_numbers import keep_clear
from sales.operations.import_terms import Amounts, TermsBook
from sales.operations.signals import tell_booked

BATCH = 2_000
State, Purpose = Order.State, Order.Purpose


@dataclass(frozen=True, slots=True)
class Head:
    """What all lines of an order say alike."""

    placed_at: datetime
    state: str
    distributor_number: str
    customer_number: str
    purpose: str
    paid_at: datetime | None
    shipped_at: datetime | None
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Wanted:
    row: int
    quantity: int
    unit_price: int | None


@dataclass(slots=True)
class Listed:
    """An order of the file: its first row, its head, and its lines by article number."""

    number: str
    row: int
    head: Head
    lines: dict[str, Wanted] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held. `late` orders were paid before the books were last shut and count from then on."""

    orders: int
    lines: int
    known: int
    late: int


@dataclass(frozen=True, slots=True)
class Parties:
    """Keys of the people the file names: distributors, and customers with their kind and distributor."""

    distributors: Mapping[str, int]
    customers: Mapping[str, tuple[int, str, int]]


def layout(*, now: datetime) -> Layout:
    """The columns of a file of order lines."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    later = cells.moment(zone=zone, now=now, needed=False)
    exponent = get_currency_precision(settings.COMPANY_CURRENCY)
    return Layout(
        columns={
            "order_number": cells.key(most=24),
            "placed_at": cells.moment(zone=zone, now=now),
            "paid_at": later,
            "state": cells.choice(*State.values),
            "distributor_number": cells.key(most=20),
            "customer_number": cells.key(most=20, needed=False),
            "purpose": cells.choice(*Purpose.values),
            "sku": cells.key(most=32),
            "quantity": cells.whole(least=1, most=100_000),
            "unit_price": cells.hundredths(exponent=exponent, needed=False),
            "shipped_at": later,
            "cancelled_at": later,
        },
        optional=frozenset({"customer_number", "unit_price", "shipped_at", "cancelled_at"}),
    )


def import_orders(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of order lines (docs/importing.md) in one transaction.

    Rows may stand in any order; positions follow the article numbers, so they do not depend on it. Prices and
    volumes are those in force on the day an order was placed. An order that is here already, with the same
    lines, is left alone. Raises Refused with every bad row; nothing is written then.
    """
    problems = Problems()
    orders = _read(path, now, problems, progress)
    with transaction.atomic():
        shut_until = books.hold_open()
        known = _known(orders, problems, progress)
        new = [order for number, order in orders.items() if number not in known]
        parties = _parties(new, problems)
        _refuse_strange(new, parties, problems)
        terms = TermsBook.of(skus={sku for order in new for sku in order.lines})
        _refuse_unpriced(new, terms, problems)
        problems.refuse_if_any()
        if not dry_run:
            _write_all(new, parties, terms, shut_until, progress)
    return Imported(
        orders=len(new),
        lines=sum(len(order.lines) for order in new),
        known=len(known),
        late=sum(bool(order.head.paid_at and order.head.paid_at < shut_until) for order in new),
    )


def _read(path: Path, now: datetime, problems: Problems, progress: Progress) -> dict[str, Listed]:
    orders: dict[str, Listed] = {}
    heads: dict[Head, Head] = {}  # one object for equal heads: the lines of an order share theirs
    for row in rows(path=path, layout=layout(now=now), problems=problems, progress=progress):
        head, number = _head(row.cells), row.cells["order_number"]
        head = heads.setdefault(head, head)
        order = orders.setdefault(number, Listed(number, row.number, head))
        if order.head is not head:
            _say_difference(order, head, row.number, problems)
        elif order.row == row.number:
            _refuse_unlikely(head, row.number, problems)
        sku = row.cells["sku"]
        if sku in order.lines:
            reason = (
                f"{sku!r} is in row {order.lines[sku].row} of the same order; write it once, with the sum"
            )
            problems.add(row.number, "sku", reason)
        order.lines[sku] = Wanted(row.number, row.cells["quantity"], row.cells["unit_price"])
    return orders


def _head(row: Mapping[str, Any]) -> Head:
    return Head(
        placed_at=row["placed_at"],
        state=row["state"],
        distributor_number=row["distributor_number"],
        customer_number=row["customer_number"],
        purpose=row["purpose"],
        paid_at=row["paid_at"],
        shipped_at=row["shipped_at"],
        cancelled_at=row["cancelled_at"],
    )


def _say_difference(order: Listed, head: Head, row: int, problems: Problems) -> None:
    for column in Head.__slots__:
        if getattr(head, column) != getattr(order.head, column):
            problems.add(row, column, f"differs from row {order.row} of the same order {order.number}")


def _refuse_unlikely(head: Head, row: int, problems: Problems) -> None:
    """States, dates and purposes that contradict each other."""
    paid = head.state in (State.PAID, State.SHIPPED)
    if paid and not head.paid_at:
        problems.add(row, "paid_at", f"is empty, and the state is {head.state}")
    if head.state == State.PLACED and head.paid_at:
        problems.add(row, "state", "is placed, and paid_at is not empty; it should be paid")
    if (head.state == State.CANCELLED) != bool(head.cancelled_at):
        problems.add(row, "cancelled_at", "a cancelled order says when, and no other order does")
    if head.shipped_at and head.state != State.SHIPPED:
        problems.add(row, "shipped_at", f"is not empty, and the state is {head.state}")
    for column in ("paid_at", "shipped_at", "cancelled_at"):
        moment = getattr(head, column)
        if moment and moment < head.placed_at:
            problems.add(row, column, "is before placed_at")
    if head.customer_number and head.purpose != Purpose.CUSTOMER:
        problems.add(row, "purpose", "an order of a customer is for a customer")
    if head.purpose == Purpose.CUSTOMER and not head.customer_number:
        problems.add(row, "customer_number", "is empty, and the purpose is customer")


def _known(orders: Mapping[str, Listed], problems: Problems, progress: Progress) -> set[str]:
    """The numbers that are already here. One with other content is a problem: an import changes no order."""
    known: set[str] = set()
    for part in batches(orders, BATCH):
        here = Order.objects.filter(number__in=part).order_by()
        for order in here.select_related("seller", "customer").prefetch_related("lines__product"):
            listed = orders[order.number]
            known.add(order.number)
            for column in _differences(order, listed):
                reason = f"order {order.number} is already here with another; an import changes no order"
                problems.add(listed.row, column, reason)
    return known


def _differences(order: Order, listed: Listed) -> list[str]:
    head = listed.head
    found = [
        ("distributor_number", order.seller.number, head.distributor_number),
        ("customer_number", order.customer.number if order.customer else "", head.customer_number),
        ("purpose", order.purpose, head.purpose),
        ("placed_at", order.placed_at, head.placed_at),
        # An order that the file knows as unpaid may have been paid here since.
        ("paid_at", order.paid_at, head.paid_at or order.paid_at),
        (
            "quantity",
            {line.product.sku: line.quantity for line in order.lines.all()},
            {sku: wanted.quantity for sku, wanted in listed.lines.items()},
        ),
    ]
    return [column for column, here, there in found if here != there]


def _parties(new: Sequence[Listed], problems: Problems) -> Parties:
    sellers = {order.head.distributor_number for order in new}
    distributors = people.by_numbers(numbers=sorted(sellers))
    customers: dict[str, tuple[int, str, int]] = {}
    for part in batches(sorted({order.head.customer_number for order in new} - {""}), BATCH):
        here = Customer.objects.filter(number__in=part)
        for number, pk, kind, seller in here.values_list("number", "pk", "kind", "distributor_id"):
            customers[number] = (pk, kind, seller)
    return Parties(distributors, customers)


def _refuse_strange(new: Sequence[Listed], parties: Parties, problems: Problems) -> None:
    for order in new:
        head = order.head
        seller = parties.distributors.get(head.distributor_number)
        customer = parties.customers.get(head.customer_number)
        if seller is None:
            problems.add(
                order.row, "distributor_number", f"nobody has the number {head.distributor_number!r}"
            )
        if head.customer_number and customer is None:
            problems.add(order.row, "customer_number", f"nobody has the number {head.customer_number!r}")
        elif customer and seller is not None and customer[2] != seller:
            reason = f"{head.customer_number} is a customer of somebody else than {head.distributor_number}"
            problems.add(order.row, "customer_number", reason)


def _refuse_unpriced(new: Sequence[Listed], terms: TermsBook, problems: Problems) -> None:
    for order in new:
        for sku, wanted in order.lines.items():
            if reason := terms.why_not(sku=sku, placed_at=order.head.placed_at):
                problems.add(wanted.row, "sku", reason)


def _write_all(
    new: Sequence[Listed], parties: Parties, terms: TermsBook, shut_until: datetime, progress: Progress
) -> None:
    done = 0
    try:
        with transaction.atomic():
            for part in batches(new, BATCH):
                _write(part, parties, terms, shut_until)
                failpoint("import.orders")
                done += len(part)
                progress("writing", done, len(new))
            keep_clear(name="order", prefix="P", imported=(order.number for order in new))
            statistics.learn(tables=[Order, OrderLine], rows=len(new))
            _tell(new, shut_until)
    except IntegrityError as error:
        reason = f"an order in it was added by someone else meanwhile ({error}); run the import again"
        raise Refused([Problem(0, "", reason)]) from error


def _tell(new: Sequence[Listed], shut_until: datetime) -> None:
    if paid := [order.head.paid_at for order in new if order.head.paid_at]:
        tell_booked(booked_at=max(*paid, shut_until))


def _write(part: Sequence[Listed], parties: Parties, terms: TermsBook, shut_until: datetime) -> None:
    orders, lines = [], []
    for listed in part:
        order = _order(listed, parties, shut_until)
        made = _lines(listed, order, terms)
        order.total = sum(line.price for line in made)
        orders.append(order)
        lines.extend(made)
    Order.objects.bulk_create(orders)
    for line in lines:
        line.order_id = line.order.pk
    OrderLine.objects.bulk_create(lines)


def _order(listed: Listed, parties: Parties, shut_until: datetime) -> Order:
    head = listed.head
    customer = parties.customers.get(head.customer_number)
    return Order(
        number=listed.number,
        seller_id=parties.distributors[head.distributor_number],
        customer_id=customer[0] if customer else None,
        buyer_standing=customer[1] if customer else Standing.DISTRIBUTOR,
        purpose=head.purpose,
        state=head.state,
        source=Order.Source.IMPORT,
        currency=settings.COMPANY_CURRENCY,
        placed_at=head.placed_at,
        paid_at=head.paid_at,
        booked_at=max(head.paid_at, shut_until) if head.paid_at else None,
        shipped_at=head.shipped_at,
        cancelled_at=head.cancelled_at,
    )


def _lines(listed: Listed, order: Order, terms: TermsBook) -> list[OrderLine]:
    made = []
    for position, (sku, wanted) in enumerate(sorted(listed.lines.items()), start=1):
        amounts: Amounts = terms.line(
            sku=sku,
            placed_at=listed.head.placed_at,
            quantity=wanted.quantity,
            standing=order.buyer_standing,
            unit_price=wanted.unit_price,
        )
        made.append(OrderLine(order=order, position=position, quantity=wanted.quantity, **amounts.fields()))
    return made

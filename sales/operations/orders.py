"""Orders from placing to shipping. Every step is a conditional update: who comes second changes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.operations import numbers
from distributors.operations import notices
from distributors.queries.notice_kinds import SHIPPED
from sales.models import Customer, Order, OrderLine, ProductTerms, Standing
from sales.operations import books, invoices, letters
from sales.operations.signals import tell_booked
from sales.queries import terms as product_terms

MOST_PIECES = 999
MOST_LINES = 200


class OrderRefused(ValueError):
    """This order cannot be placed, or not be taken further; the sentence says why."""


class UnknownBuyer(OrderRefused):
    pass


class NotOffered(OrderRefused):
    """A product that is unknown, not offered, or without terms on that day."""

    def __init__(self, product_id: int) -> None:
        super().__init__("A product is not offered at the moment.")
        self.product_id = product_id


class WrongQuantity(OrderRefused):
    pass


class WrongMoment(OrderRefused):
    """A payment before its order or in the future."""


class WrongState(OrderRefused):
    """The order is no longer, or not yet, in a state that allows this."""


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who buys: a distributor or a customer, exactly one of the two, by primary key."""

    distributor_id: int | None = None
    customer_id: int | None = None

    def __post_init__(self) -> None:
        if (self.distributor_id is None) == (self.customer_id is None):
            raise UnknownBuyer("An order has one buyer: a distributor or a customer.")


@dataclass(frozen=True, slots=True)
class Item:
    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True)
class _Credit:
    seller_id: int
    customer_id: int | None
    standing: str
    purpose: str


def place(
    *,
    buyer: Buyer,
    items: Sequence[Item],
    purpose: str,
    now: datetime,
    submission: str | None = None,
    source: str = Order.Source.PORTAL,
) -> Order:
    """Place an order at the terms in force on the company's day of `now`, and return it.

    Prices (minor units), volumes (hundredths of a point), class, standing and purpose are copied and never
    looked up again. A customer's order has the purpose `customer` whatever was asked. The same `submission`
    again returns the first order, also when both arrive at once. The distributor's key must exist.

    Raises UnknownBuyer, NotOffered, WrongQuantity, OrderRefused.
    """
    credit = _credit(buyer, purpose)
    _check_quantities(items)
    terms = _terms_of(items, product_terms.company_day(moment=now), source)
    try:
        with transaction.atomic():
            return _write(credit, items, terms, now, submission, source)
    except IntegrityError:
        # The unique constraint decided: the same form was sent before.
        first = Order.objects.filter(submission=submission).first() if submission else None
        if first is None:
            raise
        return _same_buyers(first, credit)


def mark_paid(*, order_id: int, paid_at: datetime, by: int | None, now: datetime | None = None) -> bool:
    """Mark an order as paid; True when this call did it, False when it was paid already.

    It counts from `booked_at`, the payment or the last shutting of the books if that is later, stored once: a
    payment that is marked late never slips into a closed period. `now` is the moment of marking (when left
    out, `paid_at` is that moment); `by` is the user who says so.

    Raises WrongMoment (paid before it was placed, or in the future), WrongState (cancelled, unknown).
    """
    if now is not None and paid_at > now:
        raise WrongMoment("The payment lies in the future.")
    with transaction.atomic():
        booked_at = max(paid_at, books.hold_open())
        placed = Order.objects.filter(pk=order_id, state=Order.State.PLACED)
        if placed.filter(placed_at__lte=paid_at).update(
            state=Order.State.PAID, paid_at=paid_at, booked_at=booked_at, paid_by_id=by
        ):
            tell_booked(booked_at=booked_at)
            invoices.request(order_id=order_id, now=now or paid_at)
            return True
        if placed.exists():
            raise WrongMoment("The payment lies before the order.")
        _expect(order_id, Order.State.PAID, Order.State.SHIPPED, otherwise="Only a placed order can be paid.")
    return False


def ship(*, order_id: int, now: datetime) -> bool:
    """Mark a paid order as shipped; False when it was already. Raises WrongState when it is not paid."""
    with transaction.atomic():
        if Order.objects.filter(pk=order_id, state=Order.State.PAID).update(
            state=Order.State.SHIPPED, shipped_at=now
        ):
            _tell_buyer(order_id, now)
            return True
    _expect(order_id, Order.State.SHIPPED, otherwise="Only a paid order can be shipped.")
    return False


def _tell_buyer(order_id: int, now: datetime) -> None:
    """Whoever bought is told that it is on its way, a guest by letter; a customer without an address is not."""
    if letters.is_guest(order_id=order_id):
        order = Order.objects.get(pk=order_id)
        letters.to_buyer(
            order=order,
            subject=_("Your order %(number)s is on its way") % {"number": order.number},
            template="sales/email/guest_shipped.txt",
            key=f"guest-shipped:{order.number}",
            days=settings.RETURN_DAYS,
        )
        return
    number, customer_id, customer, seller = Order.objects.values_list(
        "number", "customer_id", "customer__profile__user_id", "seller__profile__user_id"
    ).get(pk=order_id)
    buyer = seller if customer_id is None else customer
    logins = [buyer] if buyer is not None else []
    notices.tell(user_ids=logins, kind=SHIPPED, key=f"shipped:{number}", reference=number, now=now)


def cancel(*, order_id: int, now: datetime) -> bool:
    """Cancel an unpaid order; False when it was already. Raises WrongState: what is paid is returned."""
    if Order.objects.filter(pk=order_id, state=Order.State.PLACED).update(
        state=Order.State.CANCELLED, cancelled_at=now
    ):
        return True
    _expect(order_id, Order.State.CANCELLED, otherwise="A paid order is not cancelled but returned.")
    return False


def _expect(order_id: int, *states: str, otherwise: str) -> None:
    if not Order.objects.filter(pk=order_id, state__in=states).exists():
        raise WrongState(otherwise)


def _credit(buyer: Buyer, purpose: str) -> _Credit:
    if buyer.distributor_id is not None:
        if purpose not in Order.Purpose.values:
            raise OrderRefused("Say what the order is for.")
        return _Credit(buyer.distributor_id, None, Standing.DISTRIBUTOR, purpose)
    customer = Customer.objects.filter(pk=buyer.customer_id or 0).first()
    if customer is None:
        raise UnknownBuyer("This customer is not known.")
    return _Credit(customer.distributor_id, customer.pk, customer.kind, Order.Purpose.CUSTOMER)


def _check_quantities(items: Sequence[Item]) -> None:
    if not items:
        raise OrderRefused("An order needs at least one product.")
    if len(items) > MOST_LINES:
        raise OrderRefused(f"An order has at most {MOST_LINES} lines.")
    for item in items:
        # bool is an int to Python; a quantity it is not.
        if type(item.quantity) is not int or not 1 <= item.quantity <= MOST_PIECES:
            raise WrongQuantity(f"A quantity is a whole number from 1 to {MOST_PIECES}.")


def _terms_of(items: Sequence[Item], day: date, source: str) -> dict[int, ProductTerms]:
    wanted = {item.product_id for item in items}
    terms = {found.product_id: found for found in product_terms.in_force(day=day, product_ids=wanted)}
    for product_id in wanted:
        found = terms.get(product_id)
        if found is None or (source == Order.Source.PORTAL and not found.product.is_offered):
            raise NotOffered(product_id)
    return terms


def _write(
    credit: _Credit,
    items: Sequence[Item],
    terms: dict[int, ProductTerms],
    now: datetime,
    submission: str | None,
    source: str,
) -> Order:
    lines = [_line(at, item, terms[item.product_id], credit) for at, item in enumerate(items, start=1)]
    order = Order.objects.create(
        number=f"P{numbers.take(name='order'):06d}",
        seller_id=credit.seller_id,
        customer_id=credit.customer_id,
        buyer_standing=credit.standing,
        purpose=credit.purpose,
        source=source,
        currency=settings.COMPANY_CURRENCY,
        total=sum(line.price for line in lines),
        placed_at=now,
        submission=submission,
    )
    for line in lines:
        line.order = order
    OrderLine.objects.bulk_create(lines)
    return order


def _line(position: int, item: Item, terms: ProductTerms, credit: _Credit) -> OrderLine:
    qualifying, commissionable = product_terms.volumes_of(terms=terms)
    return OrderLine(
        position=position,
        product_id=item.product_id,
        product_class=terms.product.product_class,
        quantity=item.quantity,
        price=item.quantity * product_terms.price_for(terms=terms, standing=credit.standing),
        list_price=item.quantity * terms.retail_price,
        distributor_price=item.quantity * terms.distributor_price,
        qualifying=item.quantity * qualifying,
        commissionable=item.quantity * commissionable,
    )


def _same_buyers(order: Order, credit: _Credit) -> Order:
    # A token shows nobody a stranger's order.
    if (order.seller_id, order.customer_id) != (credit.seller_id, credit.customer_id):
        raise OrderRefused("This form was sent before. Please open it anew.")
    return order

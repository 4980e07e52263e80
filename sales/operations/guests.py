"""Orders of people without a login: at retail prices, through a distributor, who is credited.

A guest is a retail customer of that distributor whose profile has no login. Nobody proves the address that is written
down, so an order never changes what is known of another: it makes a customer of its own unless every detail is the
same.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from distributors.operations import profiles
from distributors.operations.profiles import Details
from sales.models import Customer, GuestOrder, Order, OrderLine, Standing
from sales.operations import customers, letters, orders
from sales.operations.orders import Buyer, Item, NotOffered, OrderRefused
from sales.queries import catalogue, guests, paying
from sales.queries.terms import company_day

__all__ = ["Details", "Item", "NotOffered", "OrderRefused", "place"]


def place(
    *,
    link_id: int,
    distributor_id: int,
    details: Details,
    email: str,
    items: Sequence[Item],
    submission: str,
    now: datetime,
) -> str:
    """Place a guest's order through the referral link of a distributor; returns the order's number.

    The buyer gets a letter with the link to the order's page. The same `submission` again returns the order it made,
    also when both arrive at once. Raises OrderRefused: not goods, not offered, a wrong quantity.
    """
    made = guests.made_by(submission=submission)
    if made is not None:
        return made
    try:
        with transaction.atomic():
            return _place(link_id, distributor_id, details, email, items, submission, now)
    except OrderRefused:
        # Of two who come at once the second finds the order only now; its customer is undone.
        made = guests.made_by(submission=submission)
        if made is None:
            raise
        return made


def _place(
    link_id: int,
    distributor_id: int,
    details: Details,
    email: str,
    items: Sequence[Item],
    submission: str,
    now: datetime,
) -> str:
    _must_be_goods(items, company_day(moment=now))
    buyer = Buyer(customer_id=_customer(distributor_id, details, email, now))
    order = orders.place(
        buyer=buyer, items=items, purpose=Order.Purpose.CUSTOMER, now=now, submission=submission
    )
    _guest, is_new = GuestOrder.objects.get_or_create(order=order, defaults={"link_id": link_id})
    if not is_new:
        return order.number
    letters.to_buyer(
        order=order,
        subject=_("Your order %(number)s") % {"number": order.number},
        template="sales/email/guest_placed.txt",
        key=f"guest-placed:{order.number}",
        lines=[(line.quantity, line.product.name, line.price) for line in _lines(order)],
        total=order.total,
        pay=paying.how(order=order),
        currency=order.currency,
        seller=order.seller.profile.name,
        days=settings.RETURN_DAYS,
    )
    return order.number


def _lines(order: Order) -> list[OrderLine]:
    return list(order.lines.select_related("product").order_by("position"))


def _must_be_goods(items: Sequence[Item], today: date) -> None:
    """Kits and fees are for people who join."""
    wanted = [item.product_id for item in items]
    offered = catalogue.by_ids(standing=Standing.RETAIL, day=today, product_ids=wanted, goods_only=True)
    for product_id in wanted:
        if product_id not in offered:
            raise NotOffered(product_id)


def _customer(distributor_id: int, details: Details, email: str, now: datetime) -> int:
    same = {f"profile__{name}": value for name, value in asdict(details).items()}
    known = Customer.objects.filter(
        distributor_id=distributor_id,
        kind=Customer.Kind.RETAIL,
        profile__user__isnull=True,
        profile__erased_at__isnull=True,
        profile__contact_email=email.lower(),
        **same,
    ).order_by("pk")
    found = known.values_list("pk", flat=True).first()
    if found is not None:
        return found
    number = customers.register(
        profile_id=profiles.of_guest(details=details, email=email),
        distributor_id=distributor_id,
        kind=Customer.Kind.RETAIL,
        now=now,
    )
    return Customer.objects.values_list("pk", flat=True).get(number=number)

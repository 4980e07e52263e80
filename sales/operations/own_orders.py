"""What the shop keeps about a person, for them as a file; and what is open with them before they can be erased."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from distributors.operations.leaving import Open
from distributors.operations.own_data import Owner, Table, table
from sales.models import (
    CartLine,
    Customer,
    GuestOrder,
    Invoice,
    Order,
    OrderLine,
    Return,
    ReturnLine,
    ReturnRequest,
    ReturnRequestLine,
)

MEMBER = ("number", "kind", "since", "distributor__number")
ORDER = ("number", "placed_at", "state", "purpose", "buyer_standing", "total", "currency", "paid_at", "booked_at",
         "shipped_at", "cancelled_at")  # fmt: skip
LINE = ("order__number", "position", "product__sku", "product__name", "quantity", "price", "qualifying",
        "commissionable")  # fmt: skip
BACK = ("number", "order__number", "returned_at", "reason", "refund")
BACK_LINE = ("returned__number", "order_line__position", "quantity", "price")
PAPER = ("number", "kind", "order__number", "issued_on", "name", "address", "lines", "total", "currency")
ASKED = ("order__number", "asked_at", "reason", "state", "decided_at", "answer")
ASKED_LINE = ("request__order__number", "request__asked_at", "order_line__position", "quantity")
CHOSEN = ("product__sku", "product__name", "quantity")
BY_LINK = ("order__number", "link__code")


def tables(owner: Owner) -> Iterator[Table]:
    """A person's own orders; of those of a distributor's customers the numbers and amounts, never who bought."""
    customer = Customer.objects.filter(pk=owner.customer_id or 0).order_by()
    yield table(name="customer", columns=MEMBER, rows=customer.values_list(*MEMBER))
    own = Order.objects.filter(_own(owner)).order_by().values("pk")
    asked: tuple[tuple[str, tuple[str, ...], QuerySet[Any]], ...] = (
        ("orders", ORDER, Order.objects.filter(pk__in=own)),
        ("order-lines", LINE, OrderLine.objects.filter(order__in=own)),
        ("invoices", PAPER, Invoice.objects.filter(order__in=own)),
        ("returns", BACK, Return.objects.filter(order__in=own)),
        ("return-lines", BACK_LINE, ReturnLine.objects.filter(returned__order__in=own)),
        ("returns-asked-for", ASKED, ReturnRequest.objects.filter(order__in=own)),
        ("returns-asked-for-lines", ASKED_LINE, ReturnRequestLine.objects.filter(request__order__in=own)),
        ("cart", CHOSEN, CartLine.objects.filter(cart__user_id=owner.user_id)),
    )
    for name, columns, rows in asked:
        yield table(name=name, columns=columns, rows=rows.order_by("pk").values_list(*columns))
    yield from _credited(owner)


def still_open(owner: Owner) -> Iterator[Open]:
    """Orders the person placed that are neither shipped nor cancelled."""
    waiting = Order.objects.filter(_own(owner), state__in=[Order.State.PLACED, Order.State.PAID]).count()
    if waiting:
        title = ngettext("%(n)s open order.", "%(n)s open orders.", waiting) % {"n": waiting}
        text = _("An order has to be shipped or cancelled before your address can be erased.")
        yield Open(title=title, text=text, page="orders")


def _own(owner: Owner) -> Q:
    if owner.distributor_id is not None:
        return Q(seller_id=owner.distributor_id, customer__isnull=True)
    return Q(customer_id=owner.customer_id or 0)


def _credited(owner: Owner) -> Iterator[Table]:
    """What others bought and a distributor is credited for."""
    if owner.distributor_id is None:
        return
    orders = Order.objects.filter(seller_id=owner.distributor_id, customer__isnull=False).order_by("pk")
    yield table(name="orders-of-customers", columns=ORDER, rows=orders.values_list(*ORDER))
    guests = GuestOrder.objects.filter(link__distributor_id=owner.distributor_id).order_by("pk")
    yield table(name="orders-of-guests", columns=BY_LINK, rows=guests.values_list(*BY_LINK))

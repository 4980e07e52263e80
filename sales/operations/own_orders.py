"""What the shop keeps about a person, for them as a file; and what is open with them before they can be erased."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from distributors.operations.leaving import Open
from distributors.operations.own_data import Owner, Table, table
from sales.models import Customer, Order, OrderLine, Return

ORDER = ("number", "placed_at", "state", "purpose", "buyer_standing", "total", "currency", "paid_at", "booked_at",
         "shipped_at", "cancelled_at")  # fmt: skip
LINE = ("order__number", "position", "product__sku", "product__name", "quantity", "price", "qualifying",
        "commissionable")  # fmt: skip
BACK = ("number", "order__number", "returned_at", "reason", "refund")


def tables(owner: Owner) -> Iterator[Table]:
    """A person's own orders; of those of a distributor's customers the numbers and amounts, never who bought."""
    customer = Customer.objects.filter(pk=owner.customer_id or 0).order_by()
    columns = ("number", "kind", "since", "distributor__number")
    yield table(name="customer", columns=columns, rows=customer.values_list(*columns))
    own, credited = _own(owner), _credited(owner)
    yield table(
        name="orders", columns=ORDER, rows=Order.objects.filter(own).order_by("pk").values_list(*ORDER)
    )
    lines = OrderLine.objects.filter(order__in=Order.objects.filter(own).order_by().values("pk"))
    yield table(name="order-lines", columns=LINE, rows=lines.order_by("pk").values_list(*LINE))
    back = Return.objects.filter(order__in=Order.objects.filter(own).order_by().values("pk"))
    yield table(name="returns", columns=BACK, rows=back.order_by("pk").values_list(*BACK))
    if credited is not None:
        yield table(name="orders-of-customers", columns=ORDER, rows=credited.values_list(*ORDER))


def still_open(owner: Owner) -> Iterator[Open]:
    """Orders the person placed that are neither shipped nor cancelled."""
    waiting = Order.objects.filter(_own(owner), state__in=[Order.State.PLACED, Order.State.PAID]).count()
    if waiting:
        title = ngettext("%(n)s open order", "%(n)s open orders", waiting) % {"n": waiting}
        text = _("An order has to be shipped or cancelled before your address can be erased.")
        yield Open(title=title, text=text)


def _own(owner: Owner) -> Q:
    if owner.distributor_id is not None:
        return Q(seller_id=owner.distributor_id, customer__isnull=True)
    return Q(customer_id=owner.customer_id or 0)


def _credited(owner: Owner) -> QuerySet[Order] | None:
    if owner.distributor_id is None:
        return None
    return Order.objects.filter(seller_id=owner.distributor_id, customer__isnull=False).order_by("pk")

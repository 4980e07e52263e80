"""Who sees which order, and how much of it.

The buyer sees everything. The distributor who is credited sees the orders of their own customers, with the
customer's name. Nobody else's order is found at all.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, F, OuterRef, QuerySet, Sum
from django.utils.translation import gettext, gettext_lazy

from sales.models import Order, OrderLine, Return, ReturnLine
from sales.queries.terms import company_day

AT_ONCE = 5_000
SORTS = {
    "placed": ("placed_at", "pk"),
    "-placed": ("-placed_at", "-pk"),
    "total": ("total", "pk"),
    "-total": ("-total", "-pk"),
    "number": ("number",),
    "-number": ("-number",),
}


# What an order is for, as its buyer reads it afterwards.
PURPOSES = {Order.Purpose.OWN_USE: gettext_lazy("for your own use")}
OrderRows: TypeAlias = QuerySet[Order]


class NotVisible(LookupError):
    """There is no such order for this viewer, whether or not it exists."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: a distributor, a customer, a guest who holds the link to one order, or none of them."""

    distributor_id: int | None = None
    customer_id: int | None = None
    guest_order_id: int | None = None

    def orders(self) -> QuerySet[Order]:
        if self.distributor_id is not None:
            return Order.objects.filter(seller_id=self.distributor_id)
        if self.customer_id is not None:
            return Order.objects.filter(customer_id=self.customer_id)
        if self.guest_order_id is not None:
            return Order.objects.filter(pk=self.guest_order_id, guest__isnull=False)
        return Order.objects.none()

    def bought(self) -> QuerySet[Order]:
        """Those of their own, not of their customers."""
        if self.distributor_id is not None:
            return self.orders().filter(customer__isnull=True)
        return self.orders()

    def has_bought(self, order: Order) -> bool:
        """Whether one of `orders` is their own; a distributor sees those of their customers as well."""
        return self.distributor_id is None or order.customer_id is None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; an empty value narrows nothing."""

    state: str = ""  # one of Order.State, or "returned"
    month: date | None = None  # its first day, on the company's calendar
    buyer: str = ""  # "me" or "customers"
    sort: str = "-placed"


@dataclass(frozen=True, slots=True)
class ListedOrder:
    """An order in a list: money in minor units, volumes in hundredths of a point, as it was placed."""

    number: str
    placed_at: datetime
    state: str
    state_label: str
    returned: str  # "", "part" or "whole"
    customer_name: str  # "" when a distributor bought
    purpose_label: str
    total: int
    currency: str
    qualifying: int
    commissionable: int


@dataclass(frozen=True, slots=True)
class SeenLine:
    position: int
    product_name: str
    quantity: int
    quantity_back: int
    price: int
    qualifying: int
    commissionable: int


@dataclass(frozen=True, slots=True)
class SeenReturn:
    number: str
    returned_at: datetime
    booked_at: datetime
    reason: str
    refund: int


@dataclass(frozen=True, slots=True)
class SeenOrder:
    """One order with its lines, as its viewer may see it."""

    pk: int
    head: ListedOrder
    is_buyer: bool
    paid_at: datetime | None
    booked_at: datetime | None
    shipped_at: datetime | None
    cancelled_at: datetime | None
    lines: tuple[SeenLine, ...]
    returns: tuple[SeenReturn, ...]
    is_imported: bool

    @property
    def counts_later(self) -> bool:
        """The books had been shut when the payment was marked."""
        return self.paid_at is not None and self.paid_at != self.booked_at


@dataclass(frozen=True, slots=True)
class LineInfo:
    """What a statement says about an order line. Empty where the viewer may not know it."""

    order_number: str
    position: int
    product_name: str
    buyer_label: str
    placed_on: date
    booked_at: datetime | None
    by_customer: bool
    seller_id: int


def booked_in(*, numbers: Collection[str], start: datetime, end: datetime) -> set[str]:
    """Those of these order numbers that counted in [start, end)."""
    rows = Order.objects.filter(number__in=list(numbers), booked_at__gte=start, booked_at__lt=end)
    return set(rows.values_list("number", flat=True))


def of_viewer(*, viewer: Viewer, filters: Filters) -> QuerySet[Order]:
    """The orders a viewer sees, narrowed and sorted. Pass a page of them to `listed`."""
    found = viewer.orders()
    if filters.state == "returned":
        found = found.filter(Exists(Return.objects.filter(order=OuterRef("pk"))))
    elif filters.state:
        found = found.filter(state=filters.state)
    if filters.month:
        starts_at, ends_at = _month(filters.month)
        found = found.filter(placed_at__gte=starts_at, placed_at__lt=ends_at)
    if filters.buyer:
        found = found.filter(customer__isnull=filters.buyer == "me")
    return found.order_by(*SORTS.get(filters.sort, SORTS["-placed"]))


def months(*, viewer: Viewer) -> list[date]:
    """The months in which a viewer's orders were placed, latest first, by their first days."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    found = viewer.orders().order_by().datetimes("placed_at", "month", order="DESC", tzinfo=zone)
    return [moment.date() for moment in found]


def listed(*, orders: Iterable[Order]) -> list[ListedOrder]:
    """The orders as a list shows them, in three queries however many there are."""
    rows = list(orders)
    names, sums, back = _customer_names(rows), _volumes(rows), _pieces_back(rows)
    return [_listed(order, names, sums, back) for order in rows]


def visible(*, viewer: Viewer, number: str) -> SeenOrder:
    """One order for its viewer. Raises NotVisible."""
    order = viewer.orders().filter(number=number).first()
    if order is None:
        raise NotVisible(number)
    lines = OrderLine.objects.filter(order=order).annotate(back=Sum("returned__quantity"))
    rows = lines.values_list(
        "position", "product__name", "quantity", "back", "price", "qualifying", "commissionable"
    ).order_by("position")
    returns = order.returns.order_by("returned_at", "pk")
    return SeenOrder(
        pk=order.pk,
        head=listed(orders=[order])[0],
        is_buyer=viewer.has_bought(order),
        paid_at=order.paid_at,
        booked_at=order.booked_at,
        shipped_at=order.shipped_at,
        cancelled_at=order.cancelled_at,
        lines=tuple(SeenLine(*row[:3], row[3] or 0, *row[4:]) for row in rows),
        returns=tuple(SeenReturn(r.number, r.returned_at, r.booked_at, r.reason, r.refund) for r in returns),
        is_imported=order.source == Order.Source.IMPORT,
    )


@dataclass(frozen=True, slots=True)
class OrderHead:
    """What is asked of an order before it is known who may hear of it."""

    pk: int
    number: str
    seller_id: int
    is_cancelled: bool
    placed_at: datetime
    paid_at: datetime | None
    booked_at: datetime | None
    line_ids: tuple[int, ...]
    came_back: tuple[datetime, ...]  # when returns of it counted
    is_whole_back: bool


def head(*, number: str) -> OrderHead | None:
    """The order of this number, whoever asks: callers decide who may hear of it."""
    order = Order.objects.filter(number=number.replace("\x00", "")).first()
    if order is None:
        return None
    lines = dict(OrderLine.objects.filter(order=order).order_by("position").values_list("pk", "quantity"))
    returns = order.returns.order_by("pk").values_list("booked_at", flat=True)
    return OrderHead(
        pk=order.pk,
        number=order.number,
        seller_id=order.seller_id,
        is_cancelled=order.state == Order.State.CANCELLED,
        placed_at=order.placed_at,
        paid_at=order.paid_at,
        booked_at=order.booked_at,
        line_ids=tuple(lines),
        came_back=tuple(returns),
        is_whole_back=_pieces_back([order]).get(order.pk, 0) == sum(lines.values()),
    )


@dataclass(frozen=True, slots=True)
class StandingLine:
    """What of an order line has not come back."""

    order_line_id: int
    position: int
    product_name: str
    quantity: int
    standing: int


def standing_lines(*, order_id: int) -> list[StandingLine]:
    """The lines of an order with how many pieces of each can still come back."""
    lines = OrderLine.objects.filter(order_id=order_id).annotate(back=Sum("returned__quantity"))
    rows = lines.order_by("position").values_list("pk", "position", "product__name", "quantity", "back")
    return [StandingLine(*row[:4], row[3] - (row[4] or 0)) for row in rows]


def describe(
    *, order_line_ids: Collection[int], viewer_id: int | None = None, staff: bool = False
) -> dict[int, LineInfo]:
    """What a statement says about these order lines, by line.

    `viewer_id` is the distributor who reads. Of other people's orders products are left out, and their
    customers have no names; staff are told everything.
    """
    found: dict[int, LineInfo] = {}
    wanted = list(order_line_ids)
    for start in range(0, len(wanted), AT_ONCE):
        rows = OrderLine.objects.filter(pk__in=wanted[start : start + AT_ONCE]).order_by().values_list(
            "pk", "position", "order__number", "order__placed_at", "order__booked_at", "order__customer_id",
            "order__seller_id", "product__name", "order__customer__profile__given_name",
            "order__customer__profile__family_name", "order__seller__profile__given_name",
            "order__seller__profile__family_name",
        )  # fmt: skip
        for row in rows:
            found[row[0]] = _line_info(row, told=staff or row[6] == viewer_id)
    return found


def _line_info(row: tuple, told: bool) -> LineInfo:  # type: ignore[type-arg]
    _, position, number, placed_at, booked_at, customer_id, seller_id, product = row[:8]
    seller = _name(row[10], row[11])
    buyer = seller
    if customer_id is not None:
        buyer = _name(row[8], row[9]) if told else gettext("a customer of %(seller)s") % {"seller": seller}
    return LineInfo(
        order_number=number,
        position=position,
        product_name=product if told else "",
        buyer_label=buyer,
        placed_on=company_day(moment=placed_at),
        booked_at=booked_at,
        by_customer=customer_id is not None,
        seller_id=seller_id,
    )


def _name(given: str | None, family: str | None) -> str:
    return f"{given or ''} {family or ''}".strip()


def _month(first: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return datetime(first.year, first.month, 1, tzinfo=zone), datetime(
        after.year, after.month, 1, tzinfo=zone
    )


def _customer_names(orders: list[Order]) -> dict[int, str]:
    wanted = Order.objects.filter(pk__in=[o.pk for o in orders if o.customer_id], customer__isnull=False)
    names = wanted.order_by().values_list(
        "pk", "customer__profile__given_name", "customer__profile__family_name"
    )
    return {pk: _name(given, family) for pk, given, family in names}


def _volumes(orders: list[Order]) -> dict[int, tuple[int, int, int]]:
    rows = OrderLine.objects.filter(order__in=[o.pk for o in orders]).order_by().values_list("order_id")
    sums = rows.annotate(Sum("qualifying"), Sum("commissionable"), Sum("quantity"))
    return {pk: (qualifying, commissionable, pieces) for pk, qualifying, commissionable, pieces in sums}


def _pieces_back(orders: list[Order]) -> dict[int, int]:
    rows = ReturnLine.objects.filter(returned__order__in=[o.pk for o in orders]).order_by()
    return dict(rows.values_list(F("returned__order_id")).annotate(Sum("quantity")))


def _listed(
    order: Order, names: dict[int, str], sums: dict[int, tuple[int, int, int]], back: dict[int, int]
) -> ListedOrder:
    qualifying, commissionable, pieces = sums.get(order.pk, (0, 0, 0))
    came_back = back.get(order.pk, 0)
    return ListedOrder(
        number=order.number,
        placed_at=order.placed_at,
        state=order.state,
        state_label=order.get_state_display(),
        returned="" if not came_back else "whole" if came_back == pieces else "part",
        customer_name=names.get(order.pk, ""),
        purpose_label=str(PURPOSES.get(Order.Purpose(order.purpose)) or order.get_purpose_display()),
        total=order.total,
        currency=order.currency,
        qualifying=qualifying,
        commissionable=commissionable,
    )

"""Returns that buyers ask for: until when they may, and what became of it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet, Sum

from sales.models import Order, ReturnLine, ReturnRequest, ReturnRequestLine
from sales.queries.shares import of_pieces
from sales.queries.terms import company_day

State = ReturnRequest.State
SORTS = {"oldest": ("asked_at", "pk"), "newest": ("-asked_at", "-pk"), "order": ("order__number", "pk")}


@dataclass(frozen=True, slots=True)
class AskedLine:
    name: str
    quantity: int
    bought: int
    price: int  # of the whole order line, in minor units
    refund: int  # what these pieces pay back, in minor units


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as its buyer and the company see it."""

    key: UUID
    order_number: str
    order_id: int
    buyer: str
    reason: str
    state: str
    state_word: str
    asked_at: datetime
    decided_at: datetime | None
    answer: str
    return_number: str
    currency: str
    goods: tuple[tuple[str, int], ...]  # each product with its pieces

    @property
    def pieces(self) -> int:
        return sum(quantity for _name, quantity in self.goods)


def last_day(*, order: Order) -> date | None:
    """The last day on which its buyer may ask to return something; None for an order that is not paid.

    It is counted from the day of shipping; while an order has not left, from the day it is looked at, so that the
    right never ends before the goods arrive.
    """
    if order.state not in (Order.State.PAID, Order.State.SHIPPED):
        return None
    if order.shipped_at is None:
        return date.max
    return company_day(moment=order.shipped_at) + timedelta(days=settings.RETURN_DAYS)


def last_day_of(*, order_id: int) -> date | None:
    """The same by key."""
    return last_day(order=Order.objects.get(pk=order_id))


def of_order(*, order_id: int) -> list[Asked]:
    """The requests about an order, latest first."""
    return rows(requests=_requests().filter(order_id=order_id).order_by("-asked_at", "-pk"))


def of_staff(*, state: str, sort: str) -> QuerySet[ReturnRequest]:
    """Requests in a state (all without one), for a page of them to be given to `rows`."""
    found = _requests()
    if state in State.values:
        found = found.filter(state=state)
    return found.order_by(*SORTS.get(sort, SORTS["oldest"]))


def waiting_count() -> int:
    """How many wait for the company, counted up to a hundred."""
    return ReturnRequest.objects.filter(state=State.WAITING)[:100].count()


def rows(*, requests: Iterable[ReturnRequest]) -> list[Asked]:
    """What was found, as values; one query for the goods of all."""
    found = list(requests)
    lines = ReturnRequestLine.objects.filter(request__in=[one.pk for one in found])
    goods: dict[int, list[tuple[str, int]]] = defaultdict(list)
    for request_id, name, quantity in lines.order_by("order_line__position").values_list(
        "request_id", "order_line__product__name", "quantity"
    ):
        goods[request_id].append((name, quantity))
    return [_asked(one, goods[one.pk]) for one in found]


def one(*, key: UUID) -> tuple[Asked, list[AskedLine]] | None:
    """A request with its lines."""
    found = _requests().filter(key=key).first()
    if found is None:
        return None
    lines = found.lines.select_related("order_line__product").order_by("order_line__position")
    before = _before(found)
    listed = [
        AskedLine(
            line.order_line.product.name,
            line.quantity,
            line.order_line.quantity,
            line.order_line.price,
            of_pieces(
                amount=line.order_line.price,
                pieces=line.quantity,
                before=before.get(line.order_line_id, 0),
                whole=line.order_line.quantity,
            ),
        )
        for line in lines
    ]
    return _asked(found, [(line.name, line.quantity) for line in listed]), listed


def _before(found: ReturnRequest) -> dict[int, int]:
    """How many pieces of each line had come back, until this request was booked if it was."""
    returned = ReturnLine.objects.filter(order_line__order_id=found.order_id)
    if found.returned_id is not None:
        returned = returned.filter(returned_id__lt=found.returned_id)
    return dict(returned.values_list("order_line_id").annotate(Sum("quantity")))


def _requests() -> QuerySet[ReturnRequest]:
    return ReturnRequest.objects.select_related(
        "order__customer__profile", "order__seller__profile", "returned"
    )


def _asked(found: ReturnRequest, goods: Iterable[tuple[str, int]]) -> Asked:
    order = found.order
    return Asked(
        key=found.key,
        order_number=order.number,
        order_id=order.pk,
        buyer=(order.customer or order.seller).profile.name,
        reason=found.reason,
        state=found.state,
        state_word=found.get_state_display(),
        asked_at=found.asked_at,
        decided_at=found.decided_at,
        answer=found.answer,
        return_number=found.returned.number if found.returned else "",
        currency=order.currency,
        goods=tuple(goods),
    )

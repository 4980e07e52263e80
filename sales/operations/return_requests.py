"""Returns that buyers ask for, and the company's answer."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from common.mail import KEY
from sales.models import Order, ReturnRequest, ReturnRequestLine
from sales.operations import returns
from sales.operations.returns import Back, ReturnRefused
from sales.queries import return_requests as queries
from sales.queries.orders import standing_lines

__all__ = ["Back", "CannotAsk", "NotThere", "ReturnRefused", "accept", "ask", "refuse", "withdraw"]

State = ReturnRequest.State


class CannotAsk(ValueError):
    """This return cannot be asked for; the sentence says why."""


class NotThere(LookupError):
    """No such request, or it does not wait any more."""


def ask(*, order_id: int, lines: Sequence[Back], reason: str, now: datetime, today: date) -> UUID:
    """A buyer asks to return these pieces; returns the request's key. The buyer gets a letter that says what and when.

    Raises CannotAsk: after the period, more than stands, nothing, or while another request waits.
    """
    with transaction.atomic():
        order = Order.objects.select_for_update().get(pk=order_id)
        last = queries.last_day(order=order)
        if last is None or today > last:
            raise CannotAsk(_("The time to return this order is over."))
        _must_stand(order_id, lines)
        try:
            with transaction.atomic():
                made = ReturnRequest.objects.create(order=order, reason=reason.strip()[:300], asked_at=now)
        except IntegrityError:
            raise CannotAsk(_("You have asked already; the company has not answered yet.")) from None
        ReturnRequestLine.objects.bulk_create(
            [
                ReturnRequestLine(request=made, order_line_id=one.order_line_id, quantity=one.quantity)
                for one in lines
            ]
        )
        _confirm(made, order)
    return made.key


def _must_stand(order_id: int, lines: Sequence[Back]) -> None:
    standing = {one.order_line_id: one.standing for one in standing_lines(order_id=order_id)}
    if not lines:
        raise CannotAsk(_("Say what you want to return."))
    for one in lines:
        if not 1 <= one.quantity <= standing.get(one.order_line_id, 0):
            raise CannotAsk(_("More is asked for than can still come back."))


def _confirm(made: ReturnRequest, order: Order) -> None:
    """What was asked for and when, on paper that the buyer keeps."""
    who = (order.customer or order.seller).profile
    if who.user is None:
        return
    lines = made.lines.select_related("order_line__product").order_by("order_line__position")
    context = {
        "name": who.name,
        "order": order.number,
        "asked_at": made.asked_at,
        "reason": made.reason,
        "lines": [(one.quantity, one.order_line.product.name) for one in lines],
        "link": settings.SITE_URL + reverse("order", args=[order.number]),
        "company": settings.COMPANY_NAME,
    }
    EmailMessage(
        subject=_("We have your request to return goods of order %(number)s") % {"number": order.number},
        body=render_to_string("sales/email/return_asked.txt", context),
        to=[who.user.email],
        headers={KEY: f"return-asked:{made.key}"},
    ).send()


def withdraw(*, order_id: int, now: datetime) -> bool:
    """The buyer keeps the goods after all. False when nothing waits."""
    waiting = ReturnRequest.objects.filter(order_id=order_id, state=State.WAITING)
    return bool(waiting.update(state=State.WITHDRAWN, decided_at=now))


def accept(*, key: UUID, answer: str, by: int, now: datetime) -> str:
    """Books the return, exactly what was asked for; returns its number. Raises NotThere, ReturnRefused."""
    with transaction.atomic():
        found = ReturnRequest.objects.filter(key=key, state=State.WAITING).first()
        if found is None:
            raise NotThere
        back = [Back(line.order_line_id, line.quantity) for line in found.lines.all()]
        booked = returns.book(order_id=found.order_id, lines=back, reason=found.reason, now=now, by=by)
        # Of two who press at once the second one's booking is undone with this.
        _decide(key, State.ACCEPTED, answer, by, now, returned_id=booked.pk)
    return booked.number


def refuse(*, key: UUID, answer: str, by: int, now: datetime) -> None:
    """No, and why; the buyer reads it. Raises NotThere."""
    _decide(key, State.REFUSED, answer, by, now)


def _decide(key: UUID, state: str, answer: str, by: int, now: datetime, **more: int) -> None:
    waiting = ReturnRequest.objects.filter(key=key, state=State.WAITING)
    if not waiting.update(state=state, answer=answer, decided_by_id=by, decided_at=now, **more):
        raise NotThere

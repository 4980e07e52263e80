"""Returns that buyers ask for, and the company's answer."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from sales.models import Order, ReturnRequest, ReturnRequestLine
from sales.operations import letters, returns
from sales.operations.returns import Back, ReturnRefused
from sales.queries import return_requests as queries
from sales.queries.orders import standing_lines

__all__ = ["Back", "CannotAsk", "NotThere", "ReturnRefused", "accept", "ask", "refuse", "withdraw"]

State = ReturnRequest.State
# What the books say of a buyer who gave none, as nobody has to.
NO_REASON = "The buyer gave no reason."


class CannotAsk(ValueError):
    """This return cannot be asked for; the sentence says why."""


class NotThere(LookupError):
    """No such request, or it does not wait any more."""


def ask(*, order_id: int, lines: Sequence[Back], reason: str, now: datetime, today: date) -> UUID:
    """A buyer asks to return these pieces; returns the request's key. The buyer gets a letter that says what and when.
    The reason may be empty.

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
    lines = made.lines.select_related("order_line__product").order_by("order_line__position")
    letters.to_buyer(
        order=order,
        subject=_("We have your request to return goods of order %(number)s") % {"number": order.number},
        template="sales/email/return_asked.txt",
        key=f"return-asked:{made.key}",
        asked_at=made.asked_at,
        reason=made.reason,
        lines=[(one.quantity, one.order_line.product.name) for one in lines],
    )


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
        reason = found.reason or NO_REASON
        booked = returns.book(order_id=found.order_id, lines=back, reason=reason, now=now, by=by)
        # Of two who press at once the second one's booking is undone with this.
        _decide(key, State.ACCEPTED, answer, by, now, returned_id=booked.pk)
    return booked.number


def refuse(*, key: UUID, answer: str, by: int, now: datetime) -> None:
    """No, and why; the buyer reads it. Raises NotThere."""
    _decide(key, State.REFUSED, answer, by, now)


def _decide(key: UUID, state: str, answer: str, by: int, now: datetime, **more: int) -> None:
    waiting = ReturnRequest.objects.filter(key=key, state=State.WAITING)
    with transaction.atomic():
        if not waiting.update(state=state, answer=answer, decided_by_id=by, decided_at=now, **more):
            raise NotThere
        _tell(ReturnRequest.objects.select_related("order").get(key=key))


def _tell(decided: ReturnRequest) -> None:
    """The company's answer, also to whoever has no page to look at every day."""
    letters.to_buyer(
        order=decided.order,
        subject=_("About the return you asked for of order %(number)s") % {"number": decided.order.number},
        template="sales/email/return_answered.txt",
        key=f"return-answered:{decided.key}",
        accepted=decided.state == State.ACCEPTED,
        answer=decided.answer,
        refund=decided.returned.refund if decided.returned else 0,
        currency=decided.order.currency,
    )

"""Two at once. Each race has a negative control: without its lock or key the same race goes wrong."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection, connections, models, transaction
from django.db.models import Sum

from sales.models import Books, Order, OrderLine, Return, ReturnLine
from sales.operations import books, orders, returns
from sales.operations.orders import Item
from sales.operations.returns import Back
from sales.queries import volume
from tests.sales import factories as make

pytestmark = pytest.mark.django_db(transaction=True)
LATER = make.NOON + timedelta(days=3)
LINE = make.OCTOBER[1]
# SQLite lets one writer in at a time whatever the code does: there the controls show the lock is not needed.
ONE_WRITER = connection.vendor == "sqlite"


def in_thread(call: Callable[[], Any]) -> threading.Thread:
    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


# --- payment against the shutting of the books ---
def pay_while_the_books_are_shut() -> tuple[Order, Any]:
    """A payment of 31 October is under way when the line is drawn; what counts in October is read at once."""
    order = make.order(make.distributor(), (make.product(), 1))
    under_way, go_on = threading.Event(), threading.Event()
    paid_at = LINE - timedelta(seconds=1)

    def pay() -> None:
        with transaction.atomic():
            orders.mark_paid(order_id=order.pk, paid_at=paid_at, by=None)
            under_way.set()
            go_on.wait(10)

    payer = in_thread(pay)
    assert under_way.wait(10)
    threading.Timer(0.5, go_on.set).start()
    books.shut(until=LINE)
    seen = volume.counted(starts_at=make.OCTOBER[0], ends_at=LINE)
    payer.join(20)
    order.refresh_from_db()
    return order, seen


def test_the_line_waits_for_a_payment_under_way() -> None:
    order, seen = pay_while_the_books_are_shut()
    assert order.booked_at < LINE
    assert list(seen.key) == [f"{order.number}/1"]


def test_without_the_hold_a_payment_slips_behind_the_line() -> None:
    with patch.object(books, "hold_open", lambda: books.NEVER_SHUT):
        order, seen = pay_while_the_books_are_shut()
    assert order.booked_at < LINE
    assert len(seen) == (1 if ONE_WRITER else 0)


def test_a_payment_waits_for_the_line_and_counts_after_it() -> None:
    order = make.order(make.distributor(), (make.product(), 1))
    drawn = threading.Event()

    def shut() -> None:
        with transaction.atomic():
            books.shut(until=LINE)
            drawn.set()
            time.sleep(0.3)

    closer = in_thread(shut)
    assert drawn.wait(10)
    orders.mark_paid(order_id=order.pk, paid_at=LINE - timedelta(seconds=1), by=None)
    closer.join(20)
    order.refresh_from_db()
    assert order.booked_at == LINE


def test_payments_do_not_wait_for_each_other() -> None:
    soap, ines = make.product(), make.distributor()
    placed = [make.order(ines, (soap, 1)) for _ in range(6)]
    answers = make.at_once(
        *(lambda pk=order.pk: orders.mark_paid(order_id=pk, paid_at=LATER, by=None) for order in placed)
    )
    assert answers == [True] * 6


def test_eight_payments_of_one_order_are_one() -> None:
    order = make.order(make.distributor(), (make.product(), 1))
    answers = make.at_once(*[lambda: orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)] * 8)
    assert sorted(answers) == [False] * 7 + [True]


def test_two_who_make_the_row_of_the_books_make_one() -> None:
    Books.objects.all().delete()
    answers = make.at_once(*[lambda: books.shut(until=LINE)] * 4)
    assert answers == [LINE] * 4
    assert Books.objects.count() == 1


# --- a form sent twice ---
def send_twice(token: str | None) -> list[Any]:
    asked = {
        "buyer": make.buyer(make.distributor()), "items": [Item(make.product().pk, 1)], "purpose": "own_use",
        "now": make.NOON, "submission": token,
    }  # fmt: skip
    return make.at_once(*[lambda: orders.place(**asked)] * 4)


def test_a_form_sent_four_times_at_once_is_one_order() -> None:
    answers = send_twice("token-1")
    assert len({order.pk for order in answers}) == 1
    assert (Order.objects.count(), OrderLine.objects.count()) == (1, 1)


def test_without_the_token_it_is_four_orders() -> None:
    send_twice(None)
    assert Order.objects.count() == 4


# --- two returns at once ---
def bring_back_twice() -> list[Any]:
    """Twice three of five pieces, at once: 120 per cent of the order."""
    order = make.order(make.distributor(), (make.product(), 5), paid_at=make.NOON)
    back = Back(order.lines.get().pk, 3)
    call = lambda: returns.book(order_id=order.pk, lines=[back], reason="Damaged", now=LATER)  # noqa: E731
    return make.at_once(call, call)


def test_two_returns_of_sixty_per_cent_are_one() -> None:
    answers = bring_back_twice()
    assert {type(answer) for answer in answers} == {Return, returns.MoreThanStands}
    assert ReturnLine.objects.aggregate(Sum("quantity"))["quantity__sum"] == 3


def test_without_the_row_lock_too_much_comes_back() -> None:
    slow = returns._returned_so_far

    def slowly(order: Order) -> dict[int, int]:
        before = slow(order)
        time.sleep(0.3)
        return before

    unlocked = patch.object(models.QuerySet, "select_for_update", lambda self, *a, **k: self.all())
    with unlocked, patch.object(returns, "_returned_so_far", slowly):
        bring_back_twice()
    assert ReturnLine.objects.aggregate(Sum("quantity"))["quantity__sum"] == (3 if ONE_WRITER else 6)

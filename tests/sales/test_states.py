"""From placed to paid to shipped, or cancelled: each step once, none from the wrong place."""

from datetime import timedelta

import pytest

from sales.models import Order
from sales.operations import books, orders
from tests.sales import factories as make

pytestmark = pytest.mark.django_db
LATER = make.NOON + timedelta(hours=2)


@pytest.fixture
def order() -> Order:
    return make.order(make.distributor(), (make.product(), 1))


def test_a_payment_counts_from_its_moment(order: Order) -> None:
    assert orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None, now=LATER)
    order.refresh_from_db()
    assert (order.state, order.paid_at, order.booked_at) == ("paid", LATER, LATER)


def test_a_second_payment_changes_nothing(order: Order) -> None:
    orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)
    assert not orders.mark_paid(order_id=order.pk, paid_at=LATER + timedelta(days=1), by=None)
    order.refresh_from_db()
    assert order.paid_at == LATER


def test_a_payment_marked_after_the_books_were_shut_counts_from_then_on(order: Order) -> None:
    shut = LATER + timedelta(days=20)
    books.shut(until=shut)
    orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)
    order.refresh_from_db()
    assert (order.paid_at, order.booked_at) == (LATER, shut)


def test_a_payment_cannot_lie_before_the_order(order: Order) -> None:
    with pytest.raises(orders.WrongMoment):
        orders.mark_paid(order_id=order.pk, paid_at=make.NOON - timedelta(microseconds=1), by=None)


def test_a_payment_cannot_lie_in_the_future(order: Order) -> None:
    with pytest.raises(orders.WrongMoment):
        orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None, now=make.NOON)


def test_who_marked_it_is_kept(order: Order, django_user_model: type) -> None:
    user = django_user_model.objects.create_user(email="staff@example.com")
    orders.mark_paid(order_id=order.pk, paid_at=LATER, by=user.pk)
    order.refresh_from_db()
    assert order.paid_by == user


def test_only_a_paid_order_is_shipped(order: Order) -> None:
    with pytest.raises(orders.WrongState):
        orders.ship(order_id=order.pk, now=LATER)
    orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)
    assert orders.ship(order_id=order.pk, now=LATER)
    assert not orders.ship(order_id=order.pk, now=LATER)


def test_an_unpaid_order_is_cancelled_once(order: Order) -> None:
    assert orders.cancel(order_id=order.pk, now=LATER)
    assert not orders.cancel(order_id=order.pk, now=LATER)
    with pytest.raises(orders.WrongState):
        orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)


def test_a_paid_order_is_not_cancelled(order: Order) -> None:
    orders.mark_paid(order_id=order.pk, paid_at=LATER, by=None)
    with pytest.raises(orders.WrongState):
        orders.cancel(order_id=order.pk, now=LATER)


def test_an_unknown_order_is_in_no_state() -> None:
    with pytest.raises(orders.WrongState):
        orders.mark_paid(order_id=99, paid_at=LATER, by=None)


def test_books_never_open_again() -> None:
    assert books.shut(until=LATER) == LATER
    assert books.shut(until=make.NOON) == LATER

"""What comes back gives back exactly its share, and no more than was bought."""

from datetime import timedelta

import pytest
from django.db.models import Sum
from hypothesis import given
from hypothesis import strategies as st

from sales.models import Order, ReturnLine
from sales.operations import books, returns
from sales.operations.returns import Back
from sales.queries import shares
from tests.sales import factories as make

LATER = make.NOON + timedelta(days=3)
database = pytest.mark.django_db


def paid(quantity: int, **prices: int) -> Order:
    return make.order(make.distributor(), (make.product(**prices), quantity), paid_at=make.NOON)


def bring_back(order: Order, quantity: int, reason: str = "Damaged") -> None:
    line = order.lines.get()
    returns.book(order_id=order.pk, lines=[Back(line.pk, quantity)], reason=reason, now=LATER)


@database
def test_a_part_gives_back_its_share() -> None:
    order = paid(3)
    bring_back(order, 1)
    line = ReturnLine.objects.get()
    assert (line.price, line.list_price, line.qualifying, line.commissionable) == (900, 1290, 800, 700)
    assert order.returns.get().refund == 900


@database
def test_three_thirds_of_a_cent_are_one_cent() -> None:
    order = paid(3)
    order.lines.update(price=1, commissionable=1)
    for _ in range(3):
        bring_back(order, 1)
    assert sorted(ReturnLine.objects.values_list("price", flat=True)) == [0, 0, 1]
    assert ReturnLine.objects.aggregate(Sum("commissionable"))["commissionable__sum"] == 1


@given(st.integers(0, 10**15), st.lists(st.integers(1, 999), min_size=1, max_size=6))
def test_parts_sum_to_the_whole(amount: int, parts: list[int]) -> None:
    whole, done, back = sum(parts), 0, 0
    for part in parts:
        step = shares.of_pieces(amount=amount, pieces=part, before=done, whole=whole)
        assert step >= 0
        done, back = done + part, back + step
    assert back == amount


@database
def test_more_than_stands_is_refused() -> None:
    order = paid(5)
    bring_back(order, 3)
    with pytest.raises(returns.MoreThanStands, match="2 can still come back"):
        bring_back(order, 3)
    assert order.returns.count() == 1


@database
@pytest.mark.parametrize("quantity", [0, -1, 1.5, True])
def test_odd_quantities_are_refused(quantity: object) -> None:
    order = paid(5)
    with pytest.raises(returns.ReturnRefused):
        bring_back(order, quantity)  # type: ignore[arg-type]


@database
def test_one_line_named_twice_counts_twice() -> None:
    order = paid(2)
    back = Back(order.lines.get().pk, 2)
    with pytest.raises(returns.MoreThanStands):
        returns.book(order_id=order.pk, lines=[back, back], reason="Damaged", now=LATER)


@database
def test_an_unpaid_order_is_not_returned() -> None:
    order = make.order(make.distributor(), (make.product(), 1))
    with pytest.raises(returns.ReturnRefused, match="paid"):
        bring_back(order, 1)


@database
def test_another_orders_line_is_refused() -> None:
    order = paid(1)
    with pytest.raises(returns.ReturnRefused):
        returns.book(order_id=order.pk, lines=[Back(10**6, 1)], reason="Damaged", now=LATER)


@database
def test_a_reason_is_asked_for() -> None:
    with pytest.raises(returns.ReturnRefused):
        bring_back(paid(1), 1, reason="  ")


@database
def test_a_return_belongs_to_the_open_period() -> None:
    order, shut = paid(1), LATER + timedelta(days=1)
    books.shut(until=shut)
    bring_back(order, 1)
    assert (order.returns.get().returned_at, order.returns.get().booked_at) == (LATER, shut)

"""The lines of a period: which count, net of what came back, and in which order."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from sales.models import Order
from sales.operations import orders, returns
from sales.operations.returns import Back
from sales.queries import volume
from tests.sales import factories as make

pytestmark = pytest.mark.django_db
IN_OCTOBER, IN_NOVEMBER = make.NOON, make.NOON + timedelta(days=30)


def october() -> volume.CountedLines:
    return volume.counted(starts_at=make.OCTOBER[0], ends_at=make.OCTOBER[1])


def november() -> volume.CountedLines:
    return volume.counted(starts_at=make.NOVEMBER[0], ends_at=make.NOVEMBER[1])


def bring_back(order: Order, quantity: int, now: datetime) -> str:
    return returns.book(
        order_id=order.pk, lines=[Back(order.lines.get(position=1).pk, quantity)], reason="Damaged", now=now
    ).number


def test_a_line_carries_what_was_copied() -> None:
    ines = make.distributor()
    order = make.order(make.customer(ines), (make.product(), 2), paid_at=IN_OCTOBER)
    lines = october()
    assert (lines.key[0], lines.seller_id[0], lines.by_customer[0]) == (f"{order.number}/1", ines.pk, True)
    amounts = [int(getattr(lines, name)[0]) for name in volume.AMOUNTS]
    assert amounts == [1600, 1400, 2580, 2580, 1800]
    assert lines.booked_at[0] == np.datetime64("2026-10-14T10:00:00")


def test_types_do_not_depend_on_the_rows() -> None:
    empty = october()
    assert empty.price.dtype == np.int64
    assert empty.booked_at.dtype == np.dtype("datetime64[us]")
    assert (empty.by_customer.dtype, empty.key.dtype.kind, len(empty)) == (np.bool_, "U", 0)


@pytest.mark.parametrize(
    ("paid_at", "counts"),
    [
        (datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC), (1, 0)),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), (0, 1)),
        # The night the clocks went back: 02:30 came twice, and each belongs to October once.
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), (1, 0)),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), (1, 0)),
    ],
)
def test_every_payment_belongs_to_one_period(paid_at: datetime, counts: tuple[int, int]) -> None:
    make.order(make.distributor(), (make.product(), 1), paid_at=paid_at)
    assert (len(october()), len(november())) == counts


def test_unpaid_and_cancelled_orders_do_not_count() -> None:
    ines, soap = make.distributor(), make.product()
    make.order(ines, (soap, 1))
    orders.cancel(order_id=make.order(ines, (soap, 1)).pk, now=IN_OCTOBER)
    assert len(october()) == 0


def test_a_return_in_the_same_month_is_taken_off_the_line() -> None:
    order = make.order(make.distributor(), (make.product(), 3), paid_at=IN_OCTOBER)
    bring_back(order, 1, IN_OCTOBER + timedelta(days=1))
    bring_back(order, 1, IN_OCTOBER + timedelta(days=2))
    lines = october()
    assert (lines.price.tolist(), lines.commissionable.tolist(), lines.reversal.tolist()) == (
        [900],
        [700],
        [False],
    )


def test_what_came_back_whole_in_the_same_month_never_counted() -> None:
    order = make.order(make.distributor(), (make.product(), 2), paid_at=IN_OCTOBER)
    bring_back(order, 2, IN_OCTOBER + timedelta(days=1))
    assert len(october()) == 0


def test_a_later_return_is_a_negative_line_of_its_month() -> None:
    order = make.order(make.distributor(), (make.product(), 3), paid_at=IN_OCTOBER)
    number = bring_back(order, 2, IN_NOVEMBER)
    then, now = october(), november()
    assert then.price.tolist() == [2700]
    assert (now.key.tolist(), now.price.tolist(), now.reversal.tolist()) == ([f"{number}/1"], [-1800], [True])
    assert now.order_line_id[0] == then.order_line_id[0]


def test_every_cent_is_counted_once_over_the_months() -> None:
    ines, soap, balm = make.distributor(), make.product(), make.product("BALM", "Balm", retail_price=333)
    for days, back_after in ((0, 1), (3, 30), (5, 60)):
        order = make.order(ines, (soap, 3), (balm, 2), paid_at=IN_OCTOBER + timedelta(days=days))
        bring_back(order, 2, order.paid_at + timedelta(days=back_after))
    both = volume.counted(starts_at=make.OCTOBER[0], ends_at=make.NOVEMBER[1])
    assert october().price.sum() + november().price.sum() == both.price.sum()


def test_keys_are_sorted_bytewise() -> None:
    ines, soap = make.distributor(), make.product()
    for number in ("b", "É", "a", "Z", "10", "9"):
        Order.objects.filter(pk=make.order(ines, (soap, 1), paid_at=IN_OCTOBER).pk).update(number=number)
    keys = october().key.tolist()
    assert keys == sorted(keys, key=lambda key: key.encode())


def test_returns_since_say_what_came_back_so_far() -> None:
    order = make.order(make.distributor(), (make.product(), 5), paid_at=IN_OCTOBER)
    bring_back(order, 1, IN_OCTOBER + timedelta(days=1))
    bring_back(order, 2, IN_NOVEMBER)
    bring_back(order, 1, IN_NOVEMBER + timedelta(days=30))
    rows = volume.returned_since(starts_at=make.NOVEMBER[0], ends_at=make.NOVEMBER[1])
    assert (rows.key.tolist(), rows.price.tolist(), rows.price_back.tolist()) == (
        [f"{order.number}/1"],
        [4500],
        [2700],
    )
    assert rows.booked_at[0] == np.datetime64("2026-10-14T10:00:00")


def test_returns_of_the_same_period_need_no_correction() -> None:
    order = make.order(make.distributor(), (make.product(), 5), paid_at=IN_OCTOBER)
    bring_back(order, 1, IN_OCTOBER + timedelta(days=1))
    assert len(volume.returned_since(starts_at=make.OCTOBER[0], ends_at=make.OCTOBER[1])) == 0
    assert len(volume.returned_since(starts_at=make.NOVEMBER[0], ends_at=make.NOVEMBER[1])) == 0


def test_the_number_of_queries_does_not_grow(django_assert_num_queries: pytest.FixtureDef) -> None:
    ines, soap = make.distributor(), make.product()
    for _ in range(4):
        make.order(ines, (soap, 1), paid_at=IN_OCTOBER)
    with django_assert_num_queries(3):
        assert len(october()) == 4


def test_some_sellers_alone_are_what_they_are_among_all() -> None:
    ines, ana = make.distributor(), make.distributor()
    kept = make.order(ines, (make.product(), 2), paid_at=IN_OCTOBER)
    older = make.order(ines, (make.product(), 1), paid_at=IN_OCTOBER)
    make.order(ana, (make.product(), 1), paid_at=IN_OCTOBER)
    bring_back(kept, 1, IN_OCTOBER + timedelta(days=1))
    bring_back(older, 1, IN_NOVEMBER)
    for span, everybody in ((make.OCTOBER, october()), (make.NOVEMBER, november())):
        mine = volume.counted(starts_at=span[0], ends_at=span[1], seller_ids=[ines.pk])
        among = everybody.seller_id == ines.pk
        assert mine.key.tolist() == everybody.key[among].tolist()
        assert mine.qualifying.tolist() == everybody.qualifying[among].tolist()
    assert len(volume.counted(starts_at=make.OCTOBER[0], ends_at=make.OCTOBER[1], seller_ids=[])) == 0

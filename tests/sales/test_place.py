"""Placing an order copies everything, and trusts nothing it is told about money."""

from datetime import UTC, date, datetime

import pytest

from sales.models import Order, OrderLine
from sales.operations import orders, products
from sales.operations.orders import Buyer, Item
from tests.sales import factories as make

pytestmark = pytest.mark.django_db


def test_a_distributor_pays_the_distributors_price() -> None:
    order = make.order(make.distributor(), (make.product(), 3))
    line = order.lines.get()
    assert (order.total, line.price, line.list_price, line.distributor_price) == (2700, 2700, 3870, 2700)
    assert (line.qualifying, line.commissionable, order.customer_id) == (2400, 2100, None)


@pytest.mark.parametrize(("kind", "price"), [("retail", 1290), ("preferred", 1160)])
def test_a_customer_pays_their_price_and_credits_their_distributor(kind: str, price: int) -> None:
    seller = make.distributor()
    order = make.order(make.customer(seller, kind=kind), (make.product(), 1), purpose="resale")
    assert (order.total, order.seller_id, order.buyer_standing) == (price, seller.pk, kind)
    assert order.purpose == Order.Purpose.CUSTOMER


def test_terms_are_those_of_the_companys_day() -> None:
    soap = make.product()
    products.set_terms(
        product_id=soap.pk, terms=make.terms(valid_from=date(2026, 11, 1), distributor_price=950)
    )
    ines = make.distributor()
    # In Brussels 1 November begins at 23:00 UTC.
    before = make.order(ines, (soap, 1), placed_at=datetime(2026, 10, 31, 22, 59, 59, 999999, tzinfo=UTC))
    after = make.order(ines, (soap, 1), placed_at=datetime(2026, 10, 31, 23, 0, tzinfo=UTC))
    assert (before.total, after.total) == (900, 950)


def test_later_terms_leave_a_placed_order_alone() -> None:
    soap = make.product()
    order = make.order(make.distributor(), (soap, 1))
    products.set_terms(
        product_id=soap.pk, terms=make.terms(valid_from=date(2026, 10, 14), distributor_price=1)
    )
    assert OrderLine.objects.get(order=order).price == 900


@pytest.mark.parametrize("product_class", ["kit", "fee"])
def test_kits_and_fees_carry_no_volume(product_class: str) -> None:
    kit = make.product("KIT", product_class=product_class, qualifying=0, commissionable=0)
    # Even when a row got its volume behind the operation's back.
    kit.terms.update(qualifying=5000, commissionable=5000)
    line = make.order(make.distributor(), (kit, 1)).lines.get()
    assert (line.qualifying, line.commissionable, line.product_class) == (0, 0, product_class)


def test_a_recorded_override_lets_a_kit_carry_volume(django_user_model: type) -> None:
    user = django_user_model.objects.create_user(email="staff@example.com")
    kit = make.product("KIT", product_class="kit", override_reason="Contains soap", override_by_id=user.pk)
    assert make.order(make.distributor(), (kit, 2)).lines.get().commissionable == 1400


@pytest.mark.parametrize("quantity", [0, -1, 1000, 10**9, True, 1.5, "1", None])
def test_odd_quantities_are_refused(quantity: object) -> None:
    soap, ines = make.product(), make.distributor()
    with pytest.raises(orders.WrongQuantity):
        make.order(ines, (soap, quantity))  # type: ignore[arg-type]
    assert not Order.objects.exists()


def test_an_empty_order_is_refused() -> None:
    with pytest.raises(orders.OrderRefused):
        make.order(make.distributor())


def test_a_purpose_must_be_one_of_three() -> None:
    with pytest.raises(orders.OrderRefused):
        make.order(make.distributor(), (make.product(), 1), purpose="gift")


@pytest.mark.parametrize("numbers", [{}, {"distributor_id": 1, "customer_id": 2}])
def test_an_order_has_one_buyer(numbers: dict[str, int]) -> None:
    with pytest.raises(orders.UnknownBuyer):
        Buyer(**numbers)


def test_an_unknown_customer_cannot_buy() -> None:
    soap = make.product()
    with pytest.raises(orders.UnknownBuyer):
        orders.place(buyer=Buyer(customer_id=99), items=[Item(soap.pk, 1)], purpose="customer", now=make.NOON)


def test_what_is_not_offered_cannot_be_ordered_in_the_portal_but_by_staff() -> None:
    old, ines = make.product(offered=False), make.distributor()
    with pytest.raises(orders.NotOffered):
        make.order(ines, (old, 1))
    asked = {"buyer": make.buyer(ines), "items": [Item(old.pk, 1)], "purpose": "own_use", "now": make.NOON}
    assert orders.place(**asked, source="staff").total == 900


def test_a_product_without_terms_yet_is_not_offered() -> None:
    with pytest.raises(orders.NotOffered):
        make.order(make.distributor(), (make.product(valid_from=date(2027, 1, 1)), 1))


def test_the_same_form_twice_is_one_order() -> None:
    asked = {
        "buyer": make.buyer(make.distributor()), "items": [Item(make.product().pk, 1)], "purpose": "own_use",
        "now": make.NOON, "submission": "token-1",
    }  # fmt: skip
    assert orders.place(**asked) == orders.place(**asked)
    assert OrderLine.objects.count() == 1


def test_a_strangers_token_shows_nothing() -> None:
    soap = Item(make.product().pk, 1)
    asked = {"items": [soap], "purpose": "own_use", "now": make.NOON, "submission": "token-1"}
    orders.place(buyer=make.buyer(make.distributor()), **asked)
    with pytest.raises(orders.OrderRefused):
        orders.place(buyer=make.buyer(make.distributor()), **asked)


def test_numbers_are_given_in_turn() -> None:
    soap, ines = make.product(), make.distributor()
    first, second = make.order(ines, (soap, 1)), make.order(ines, (soap, 1))
    assert int(second.number[1:]) == int(first.number[1:]) + 1

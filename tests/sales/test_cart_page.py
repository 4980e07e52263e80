"""The cart becomes one order, whatever is pressed twice."""

import pytest
from django.test import Client
from django.urls import reverse

from sales.models import Cart, CartLine, Order
from sales.operations import carts, orders
from tests.cast import Cast
from tests.sales import factories as make
from tests.sales.test_catalogue_page import ODD, add


@pytest.fixture
def eva(cast: Cast) -> Client:
    client = cast.client("eva")
    add(client, make.product().pk, "2")
    return client


def token() -> str:
    return Cart.objects.get().token


def order(client: Client, **changes: str):
    return client.post(reverse("cart-order"), {"token": token(), "purpose": "own_use", **changes})


def test_an_order_is_placed_and_shown(eva: Client, cast: Cast) -> None:
    answer = order(eva)
    made = Order.objects.get()
    assert answer["Location"] == reverse("order", args=[made.number])
    assert (made.total, made.purpose, made.seller_id, made.source) == (1800, "own_use", cast.eva.pk, "portal")


def test_the_cart_is_empty_afterwards_and_has_a_new_token(eva: Client) -> None:
    before = token()
    order(eva)
    assert not CartLine.objects.exists()
    assert token() != before


def test_a_double_click_is_one_order(eva: Client) -> None:
    same = token()
    first, second = order(eva, token=same), order(eva, token=same)
    assert first["Location"] == second["Location"]
    assert Order.objects.count() == 1


def test_an_old_form_does_not_order_a_changed_cart(eva: Client) -> None:
    old = token()
    add(eva, make.product("BALM", "Balm").pk, "5")
    answer = eva.post(reverse("cart-order"), {"token": old, "purpose": "own_use"}, follow=True)
    assert b"Your cart has changed" in answer.content
    assert not Order.objects.exists()


def test_another_persons_token_orders_nothing(eva: Client, cast: Cast) -> None:
    same = token()
    order(eva, token=same)
    answer = cast.client("finn").post(reverse("cart-order"), {"token": same, "purpose": "own_use"})
    assert answer["Location"] == reverse("cart")
    assert Order.objects.count() == 1


@pytest.mark.parametrize("purpose", ["", "gift", "customer\x00"])
def test_a_distributor_says_what_it_is_for(eva: Client, purpose: str) -> None:
    answer = order(eva, purpose=purpose)
    assert answer.status_code == 400
    assert b"purpose-error" in answer.content
    assert not Order.objects.exists()


def test_a_customer_is_not_asked(cast: Cast) -> None:
    ivo = cast.client("ivo")
    add(ivo, make.product().pk)
    assert b"What is this order for" not in ivo.get(reverse("cart")).content
    ivo.post(reverse("cart-order"), {"token": token(), "purpose": "resale"})
    made = Order.objects.get()
    assert (made.purpose, made.buyer_standing, made.seller_id) == ("customer", "preferred", cast.eva.pk)


def test_a_customer_reads_what_a_guest_reads_before_ordering(eva: Client, cast: Cast) -> None:
    ivo = cast.client("ivo")
    add(ivo, make.product(sku="SOAP-2").pk)
    page = ivo.get("/cart/").content.decode()
    assert "Order with obligation to pay</button>" in page
    assert "days after shipping, without saying why" in page
    assert "counts from then" not in page
    assert "without saying why" not in eva.get("/cart/").content.decode()


def test_an_empty_cart_is_not_ordered(cast: Cast) -> None:
    client = cast.client("eva")
    assert b"Your cart is empty" in client.get(reverse("cart")).content
    answer = client.post(reverse("cart-order"), {"token": "x", "purpose": "own_use"}, follow=True)
    assert b"Your cart has changed" in answer.content


@pytest.mark.parametrize("given", ["", "x" * 65, "\x00"])
def test_an_odd_token_is_refused(eva: Client, given: str) -> None:
    assert order(eva, token=given).status_code == 400
    assert not Order.objects.exists()


def test_a_quantity_is_changed(eva: Client) -> None:
    line = CartLine.objects.get()
    eva.post(reverse("cart-change", args=[line.product_id]), {"quantity": "7"})
    line.refresh_from_db()
    assert line.quantity == 7


@pytest.mark.parametrize("quantity", ODD)
def test_an_odd_change_gets_an_error_beside_the_field(eva: Client, quantity: str) -> None:
    line = CartLine.objects.get()
    answer = eva.post(reverse("cart-change", args=[line.product_id]), {"quantity": quantity})
    line.refresh_from_db()
    assert (answer.status_code, line.quantity) == (400, 2)
    assert b"invalid-feedback" in answer.content


@pytest.mark.parametrize("product_id", [10**9, 10**17])
@pytest.mark.parametrize("name", ["cart-change", "cart-remove"])
def test_what_is_not_in_the_cart_stays_out(eva: Client, name: str, product_id: int) -> None:
    answer = eva.post(reverse(name, args=[product_id]), {"quantity": "7"})
    assert answer.status_code == 302
    assert CartLine.objects.get().quantity == 2


def test_a_product_is_removed(eva: Client) -> None:
    eva.post(reverse("cart-remove", args=[CartLine.objects.get().product_id]))
    assert not CartLine.objects.exists()


def test_what_is_not_offered_any_more_stops_the_order(eva: Client) -> None:
    soap = CartLine.objects.get().product
    soap.is_offered = False
    soap.save()
    assert b"Not offered any more" in eva.get(reverse("cart")).content
    assert (
        b"not offered"
        in eva.post(reverse("cart-order"), {"token": token(), "purpose": "own_use"}, follow=True).content
    )
    assert CartLine.objects.exists()


def test_twice_the_lines_need_no_more_queries(eva: Client, count_queries) -> None:
    few = count_queries(lambda: eva.get(reverse("cart")))
    add(eva, make.product("BALM", "Balm").pk)
    add(eva, make.product("OIL", "Oil").pk)
    assert count_queries(lambda: eva.get(reverse("cart"))) == few


@pytest.mark.django_db(transaction=True)
def test_four_presses_at_once_are_one_order() -> None:
    seller, soap = make.distributor(), make.product()
    from distributors.models import User

    user = User.objects.create_user(email="x@example.com")
    carts.add(user_id=user.pk, product_id=soap.pk, quantity=1, today=make.NOON.date())
    asked = {
        "user_id": user.pk, "buyer": make.buyer(seller), "token": token(),
        "purpose": "own_use", "now": make.NOON,
    }  # fmt: skip
    answers = make.at_once(*[lambda: carts.order(**asked)] * 4)
    assert {type(answer) for answer in answers} == {Order}
    assert Order.objects.count() == 1


def test_refusals_are_one_family() -> None:
    assert issubclass(carts.CartChanged, orders.OrderRefused)


def test_what_an_order_is_for_is_asked_on_top_and_beside_the_choices(eva: Client) -> None:
    page = order(eva, purpose="").content.decode()
    assert '<a href="#id_purpose">' in page
    assert 'id="id_purpose"' in page
    assert page.count("Say what this order is for.") == 2


def test_the_buyer_reads_their_purpose_as_theirs(eva: Client) -> None:
    assert b"Bought by you, for your own use." in eva.get(order(eva)["Location"]).content


def test_the_cart_says_where_the_order_goes(eva: Client, cast: Cast) -> None:
    cart = reverse("cart")
    assert b"We do not know where to send it yet." in eva.get(cart).content
    type(cast.eva.profile).objects.filter(pk=cast.eva.profile.pk).update(street="Long street 5", city="Gent")
    assert b"It goes to Long street 5, Gent." in eva.get(cart).content

"""The catalogue at one's own price, and putting things into the cart."""

import pytest
from django.test import Client
from django.urls import reverse

from sales.models import CartLine
from sales.operations import carts
from tests.cast import Cast
from tests.sales import factories as make

ODD = ["", "0", "-1", "1.5", "１", "1e9", "1000000000", "NaN", "1e3", "1000", "٣", "0x1", "a" * 300, "1\x00"]


@pytest.fixture
def eva(cast: Cast) -> Client:
    return cast.client("eva")


def add(client: Client, product_id: int, quantity: str = "1", **extra: str):
    return client.post(reverse("cart-add", args=[product_id]), {"quantity": quantity, **extra})


def test_a_distributor_sees_their_price_and_volumes(eva: Client) -> None:
    make.product()
    page = eva.get(reverse("catalogue")).content.decode()
    assert "€9.00" in page
    assert "€12.90" in page
    assert "8.00" in page


def test_a_customer_sees_their_price_and_no_volumes(cast: Cast) -> None:
    make.product()
    page = cast.client("ivo").get(reverse("catalogue")).content.decode()
    assert "€11.60" in page
    assert "€9.00" not in page
    assert "Commissionable" not in page


@pytest.mark.parametrize("who", ["root", "paula"])
def test_staff_do_not_buy(cast: Cast, who: str) -> None:
    assert cast.client(who).get(reverse("catalogue")).status_code == 404


@pytest.mark.parametrize("words", ["oat", "SOAP-1", "oat soap", "  OAT  "])
def test_words_find_products(eva: Client, words: str) -> None:
    make.product()
    make.product("BALM", "Rye balm")
    page = eva.get(reverse("catalogue"), {"q": words}).content.decode()
    assert "Oat soap" in page
    assert "Rye balm" not in page


@pytest.mark.parametrize(
    "query", ["q=%27%22%3C", "q=" + "x" * 500, "page=zz", "page=-4", "sort=__class__", "q=%25_%5C"]
)
def test_odd_questions_get_an_answer(eva: Client, query: str) -> None:
    make.product()
    assert eva.get(f"{reverse('catalogue')}?{query}").status_code == 200


def test_what_is_not_offered_is_not_shown(eva: Client) -> None:
    make.product(offered=False)
    assert "Oat soap" not in eva.get(reverse("catalogue")).content.decode()


def test_adding_twice_adds_up(eva: Client) -> None:
    soap = make.product()
    add(eva, soap.pk, "2")
    assert add(eva, soap.pk, "3").status_code == 302
    assert CartLine.objects.get().quantity == 5


@pytest.mark.parametrize("quantity", ODD)
def test_odd_quantities_get_an_error_beside_the_field(eva: Client, quantity: str) -> None:
    soap = make.product()
    answer = add(eva, soap.pk, quantity)
    assert answer.status_code == 400
    assert b"invalid-feedback" in answer.content
    assert not CartLine.objects.exists()


def test_a_line_does_not_grow_past_its_bound(eva: Client) -> None:
    soap = make.product()
    add(eva, soap.pk, "999")
    assert "1 to 999" in add(eva, soap.pk, "1").content.decode()
    assert CartLine.objects.get().quantity == 999


@pytest.mark.parametrize("product_id", [1, 10**9, 10**17])
def test_an_unknown_product_is_said_to_be_so(eva: Client, product_id: int) -> None:
    answer = add(eva, product_id)
    assert answer.status_code == 400
    assert b"not offered" in answer.content


def test_a_number_that_is_no_key_is_not_found(eva: Client) -> None:
    assert eva.post(f"/cart/{10**30}/add/", {"quantity": "1"}).status_code == 404


def test_a_price_in_the_form_is_ignored(eva: Client, cast: Cast) -> None:
    soap = make.product()
    add(eva, soap.pk, "1", price="1", total="1", currency="XXX")
    eva.get(reverse("cart"))
    assert b"9.00" in eva.get(reverse("cart")).content


def test_after_adding_the_page_opens_at_the_product_with_its_pieces(eva: Client) -> None:
    soap = make.product()
    assert "3 in your cart" not in eva.get(reverse("catalogue")).content.decode()
    answer = add(eva, soap.pk, "3")
    assert answer["Location"] == f"{reverse('catalogue')}#product-{soap.pk}"
    assert "3 in your cart" in eva.get(reverse("catalogue")).content.decode()


def test_the_search_survives_adding(eva: Client) -> None:
    soap = make.product()
    answer = eva.post(f"{reverse('cart-add', args=[soap.pk])}?q=oat", {"quantity": "1"})
    assert answer["Location"] == f"{reverse('catalogue')}?q=oat#product-{soap.pk}"


def test_a_get_adds_nothing(eva: Client) -> None:
    assert eva.get(reverse("cart-add", args=[make.product().pk])).status_code == 405


def test_a_cart_has_a_bound(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(carts, "MOST_LINES", 1)
    client = cast.client("eva")
    add(client, make.product().pk)
    assert b"at most 1 different" in add(client, make.product("BALM", "Balm").pk).content


def test_twice_the_products_need_no_more_queries(eva: Client, count_queries) -> None:
    for at in range(4):
        make.product(f"S{at}", f"Soap {at}")
    few = count_queries(lambda: eva.get(reverse("catalogue")))
    for at in range(4, 8):
        make.product(f"S{at}", f"Soap {at}")
    assert count_queries(lambda: eva.get(reverse("catalogue"))) == few


def test_kits_and_fees_are_for_distributors(eva: Client, cast: Cast) -> None:
    fee = make.product("FEE", "Yearly fee", product_class="fee", qualifying=0, commissionable=0)
    customer = cast.client("ivo")
    assert b"Yearly fee" in eva.get(reverse("catalogue")).content
    assert b"Yearly fee" not in customer.get(reverse("catalogue")).content
    add(customer, fee.pk)
    assert b"Not offered any more" in customer.get(reverse("cart")).content

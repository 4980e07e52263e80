"""The company's side: orders and returns by forms and actions, terms by rule, nothing by hand."""

from datetime import date, timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sales.models import Books, Cart, Customer, Order, OrderLine, Product, ProductTerms, Return
from sales.operations import orders
from tests.cast import Cast
from tests.sales import factories as make

ADD = "/admin/sales/order/add/"
EVERY = [Books, Cart, Customer, Order, Product, Return]


@pytest.fixture
def root(cast: Cast) -> Client:
    return cast.client("root")


@pytest.fixture
def order(cast: Cast) -> Order:
    return make.order(cast.eva, (make.product(), 5))


def paid(order: Order) -> Order:
    orders.mark_paid(order_id=order.pk, paid_at=order.placed_at, by=None)
    order.refresh_from_db()
    return order


def entry(soap: Product, **changes: str) -> dict[str, str]:
    return {
        "token": "t1", "kind": "distributor", "number": "1005", "purpose": "own_use",
        "lines-TOTAL_FORMS": "2", "lines-INITIAL_FORMS": "0",
        "lines-0-product": str(soap.pk), "lines-0-quantity": "3",
        "lines-1-product": "", "lines-1-quantity": "",
    } | changes  # fmt: skip


def act(client: Client, name: str, *chosen: Order):
    data = {"action": name, "_selected_action": [order.pk for order in chosen]}
    return client.post(reverse("admin:sales_order_changelist"), data, follow=True)


# --- recording ---
def test_staff_record_an_order(root: Client, cast: Cast) -> None:
    assert root.get(ADD).status_code == 200
    answer = root.post(ADD, entry(make.product()))
    made = Order.objects.get()
    assert answer["Location"] == reverse("admin:sales_order_change", args=[made.pk])
    assert (made.seller_id, made.source, made.total) == (cast.eva.pk, "staff", 2700)


def test_staff_record_an_order_of_a_customer(root: Client) -> None:
    root.post(ADD, entry(make.product(), kind="customer", number="70001"))
    assert (Order.objects.get().buyer_standing, Order.objects.get().purpose) == ("preferred", "customer")


def test_a_form_sent_twice_is_one_order(root: Client) -> None:
    data = entry(make.product())
    assert root.post(ADD, data)["Location"] == root.post(ADD, data)["Location"]
    assert Order.objects.count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"number": "9999"},
        {"number": "1005\x00"},
        {"kind": "customer"},
        {"kind": "x"},
        {"purpose": "x"},
        {"token": ""},
        {"lines-0-quantity": "１"},
        {"lines-0-quantity": "1e9"},
        {"lines-0-quantity": "NaN"},
        {"lines-0-quantity": ""},
        {"lines-0-product": ""},
        {"lines-0-product": "x"},
        {"lines-0-product": "9" * 30},
        {"lines-0-product": "", "lines-0-quantity": ""},
        {"lines-TOTAL_FORMS": "x"},
        {"lines-TOTAL_FORMS": "99999999"},
    ],
)
def test_an_odd_entry_gets_its_error_and_writes_nothing(root: Client, changes: dict[str, str]) -> None:
    assert root.post(ADD, entry(make.product(), **changes)).status_code == 400
    assert not Order.objects.exists()


# --- carrying on ---
def test_paid_shipped_and_who_did_it(root: Client, cast: Cast, order: Order) -> None:
    act(root, "mark_paid", order)
    act(root, "ship", order)
    order.refresh_from_db()
    assert (order.state, order.paid_by) == ("shipped", cast.users["root"])


def test_what_cannot_be_done_is_said_and_the_rest_is_done(root: Client, order: Order) -> None:
    other = paid(make.order(order.seller, (make.product(), 1)))
    answer = act(root, "cancel", order, other)
    assert f"{other.number}: A paid order is not cancelled" in answer.content.decode()
    order.refresh_from_db()
    assert order.state == "cancelled"


def test_a_payment_before_the_order_is_said(root: Client, order: Order) -> None:
    Order.objects.update(placed_at=timezone.now() + timedelta(days=1))
    assert b"before the order" in act(root, "mark_paid", order).content


def test_without_the_right_nothing_can_be_done(cast: Cast, order: Order) -> None:
    cast.users["rolf"].user_permissions.set(Permission.objects.filter(codename="view_order"))
    rolf = cast.client("rolf")
    assert rolf.get(reverse("admin:sales_order_change", args=[order.pk])).status_code == 200
    act(rolf, "mark_paid", order)
    order.refresh_from_db()
    assert order.state == "placed"
    assert rolf.get(ADD).status_code == 403
    assert rolf.get(reverse("admin:sales_order_return", args=[order.pk])).status_code == 403


# --- returns ---
def give_back(client: Client, order: Order, **data: str):
    return client.post(reverse("admin:sales_order_return", args=[order.pk]), {"reason": "Damaged", **data})


def test_staff_record_a_return(root: Client, cast: Cast, order: Order) -> None:
    page = root.get(reverse("admin:sales_order_return", args=[paid(order).pk]))
    assert b"5 of 5 can come back" in page.content
    give_back(root, order, line_1="2")
    back = Return.objects.get()
    assert (back.refund, back.reason, back.booked_by) == (1800, "Damaged", cast.users["root"])


@pytest.mark.parametrize(
    "data",
    [
        {"line_1": "6"},
        {"line_1": "-1"},
        {"line_1": "1.5"},
        {"line_1": "0"},
        {},
        {"line_1": "1", "reason": ""},
    ],
)
def test_an_odd_return_writes_nothing(root: Client, order: Order, data: dict[str, str]) -> None:
    assert give_back(root, paid(order), **data).status_code == 400
    assert not Return.objects.exists()


def test_an_unpaid_order_is_not_returned(root: Client, order: Order) -> None:
    assert b"Only a paid order can be returned" in give_back(root, order, line_1="1").content


@pytest.mark.parametrize("key", ["99", "9" * 40])
def test_a_return_of_an_unknown_order_is_not_found(root: Client, key: str) -> None:
    assert root.get(f"/admin/sales/order/{key}/return/").status_code in (302, 404)


def test_the_action_leads_to_the_form_of_one_order(root: Client, order: Order) -> None:
    answer = act(root, "record_return", paid(order))
    assert answer.request["PATH_INFO"] == reverse("admin:sales_order_return", args=[order.pk])
    other = make.order(order.seller, (make.product(), 1))
    assert b"Choose one order" in act(root, "record_return", order, other).content


# --- products and their terms ---
def product_form(**changes: str) -> dict[str, str]:
    return {
        "sku": "KIT-1", "name": "Starter kit", "description": "", "product_class": "kit", "is_offered": "on",
        "terms-2-TOTAL_FORMS": "0", "terms-2-INITIAL_FORMS": "0",
        "terms-TOTAL_FORMS": "1", "terms-INITIAL_FORMS": "0", "terms-0-valid_from": "2026-11-01",
        "terms-0-retail_price": "39.90", "terms-0-preferred_price": "39.90",
        "terms-0-distributor_price": "29.00",
        "terms-0-qualifying": "0", "terms-0-commissionable": "0", "terms-0-override_reason": "",
    } | changes  # fmt: skip


def test_staff_offer_a_kit(root: Client) -> None:
    assert root.post("/admin/sales/product/add/", product_form()).status_code == 302
    terms = ProductTerms.objects.get()
    assert (terms.retail_price, terms.distributor_price, terms.valid_from) == (3990, 2900, date(2026, 11, 1))


def test_a_kit_with_volume_is_refused_without_a_reason(root: Client) -> None:
    answer = root.post("/admin/sales/product/add/", product_form(**{"terms-0-commissionable": "10.00"}))
    assert b"Starter kits and fees carry no volume" in answer.content
    assert not Product.objects.exists()


def test_an_override_bears_the_name_of_who_gave_it(root: Client, cast: Cast) -> None:
    changes = {"terms-0-commissionable": "10.00", "terms-0-override_reason": "Holds six soaps"}
    root.post("/admin/sales/product/add/", product_form(**changes))
    terms = ProductTerms.objects.get()
    assert (terms.commissionable, terms.override_by) == (1000, cast.users["root"])


@pytest.mark.parametrize("amount", ["-1", "NaN", "Infinity", "1e99", "12.345", "x", "", "9" * 40, "1\x00"])
def test_odd_amounts_get_their_error(root: Client, amount: str) -> None:
    answer = root.post("/admin/sales/product/add/", product_form(**{"terms-0-retail_price": amount}))
    assert answer.status_code == 200
    assert b"errorlist" in answer.content
    assert not Product.objects.exists()


def test_terms_are_added_and_never_changed(root: Client) -> None:
    soap = make.product()
    address = reverse("admin:sales_product_change", args=[soap.pk])
    page = root.get(address).content
    assert b'name="terms-0-retail_price"' in page
    assert b'name="terms-2-0-retail_price"' not in page
    old = {"terms-2-0-id": str(soap.terms.get().pk), "terms-2-0-retail_price": "0.01"}
    root.post(address, product_form(**old) | {"terms-2-TOTAL_FORMS": "1", "terms-2-INITIAL_FORMS": "1"})
    assert list(soap.terms.order_by("valid_from").values_list("retail_price", flat=True)) == [1290, 3990]
    soap.refresh_from_db()
    assert (soap.sku, soap.product_class) == ("SOAP-1", "product")


def test_two_terms_on_one_day_are_refused(root: Client) -> None:
    soap = make.product()
    changes = {"terms-0-valid_from": "2025-01-01"}
    answer = root.post(reverse("admin:sales_product_change", args=[soap.pk]), product_form(**changes))
    assert answer.status_code == 200
    assert soap.terms.count() == 1


# --- what nobody does ---
@pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
def test_nothing_is_deleted_here(root: Client, order: Order, model: type, rf) -> None:
    page = admin.site.get_model_admin(model)
    request = rf.get("/")
    request.user = None
    assert not page.has_delete_permission(request)
    assert root.get(reverse(f"admin:sales_{model.__name__.lower()}_changelist")).status_code == 200


def test_an_order_is_not_edited(root: Client, order: Order) -> None:
    address = reverse("admin:sales_order_change", args=[order.pk])
    assert b'name="total"' not in root.get(address).content
    assert root.post(address, {"total": "1", "state": "paid"}).status_code == 403
    order.refresh_from_db()
    assert (order.total, order.state, OrderLine.objects.get().price) == (4500, "placed", 4500)


def test_twice_the_orders_need_no_more_queries(root: Client, order: Order, count_queries) -> None:
    address = reverse("admin:sales_order_changelist")
    few = count_queries(lambda: root.get(address))
    for _ in range(3):
        make.order(order.seller, (make.product(), 1))
    assert count_queries(lambda: root.get(address)) == few

"""An order from the catalogue to the upline's estimate."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sales.models import Order
from tests.journeys import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A burst of orders shares one refresh, and a worker has to start.
BEHIND = 180_000


@pytest.fixture
def open_month(cast):
    """Dan, Eva's sponsor, is active this month; his estimate is nothing so far."""
    _, balm = company.start(cast, back=0)
    company.may(cast, "rolf", "view_order", "change_order")
    company.buy(cast, "dan", product_id=balm, at=timezone.now())
    company.measure()


def choose(page, *, pieces):
    page.goto("/catalogue/")
    row = page.get_by_role("row").filter(has_text="Oat balm")
    row.get_by_label("Quantity of Oat balm").fill(pieces)
    row.get_by_role("button", name="Add to cart").click()
    return row


def order(page):
    """Choose two pieces and order them; returns the order's number as the page says it."""
    choose(page, pieces="2")
    page.get_by_role("link", name=re.compile("Cart, 1 product")).click()
    page.get_by_text("For my own use").click()
    page.get_by_role("button", name="Place the order").click()
    page.wait_for_url("**/orders/P*/")
    return page.url.rstrip("/").rpartition("/")[2]


def mark_paid(clerk, number):
    clerk.goto("/admin/sales/order/")
    clerk.get_by_role("row").filter(has_text=number).get_by_role("checkbox").check()
    clerk.locator("select[name=action]").select_option(label="Mark as paid now")
    clerk.get_by_role("button", name=re.compile("Go|Run")).click()
    expect(clerk.get_by_text(re.compile("1 orders? marked as paid"))).to_be_visible()


def test_a_paid_order_changes_the_estimate_of_the_upline(open_month, signed_in, backstage, look):
    dan, eva, rolf = signed_in("dan"), signed_in("eva"), signed_in("rolf")
    expect(dan.locator(".figures .figure-amount").first).to_have_text(re.compile(r"€\s?0\.00"))
    number = order(eva)
    expect(eva.get_by_text("Waits for payment").first).to_be_visible()
    look(eva, "order")
    backstage()
    mark_paid(rolf, number)
    assert Order.objects.get(number=number).state == Order.State.PAID
    until_shown(dan, re.compile(r"€\s?6\.48"))
    look(dan, "home", themes=("light", "dark"))


def until_shown(page, amount):
    """Load the first page again until the estimate is another."""
    figure = page.locator(".figures .figure-amount").first
    ends = timezone.now() + timedelta(milliseconds=BEHIND)
    while timezone.now() < ends:
        page.goto("/")
        if amount.search(figure.inner_text()):
            return
    expect(figure).to_have_text(amount)


def test_two_presses_make_one_order(open_month, signed_in):
    page = signed_in("eva")
    choose(page, pieces="1")
    page.goto("/cart/")
    page.get_by_text("For my own use").click()
    page.get_by_role("button", name="Place the order").dblclick()
    page.wait_for_url("**/orders/P*/")
    assert Order.objects.filter(source=Order.Source.PORTAL, seller__number="1005").count() == 1


def test_two_windows_with_one_cart_make_one_order(open_month, signed_in):
    first = signed_in("eva")
    choose(first, pieces="1")
    first.goto("/cart/")
    second = first.context.new_page()
    second.goto("/cart/")
    for page in (first, second):
        page.get_by_text("For my own use").click()
        page.get_by_role("button", name="Place the order").click()
        page.wait_for_url("**/orders/P*/")
    assert first.url == second.url
    assert Order.objects.filter(seller__number="1005").count() == 1


def test_a_wrong_quantity_is_said_beside_its_field(open_month, signed_in, look):
    page = signed_in("eva")
    page.goto("/catalogue/")
    field = page.get_by_label("Quantity of Oat balm")
    # As if the browser did not know what a number is.
    field.evaluate("one => { one.type = 'text'; one.form.noValidate = true; }")
    field.fill("many")
    page.get_by_role("button", name="Add to cart").click()
    field = page.get_by_label("Quantity of Oat balm")
    expect(field).to_have_attribute("aria-invalid", "true")
    look(page, "catalogue-wrong")
    assert Order.objects.filter(seller__number="1005").count() == 0


def test_a_customer_orders_without_a_word_of_points(open_month, signed_in, look):
    page = signed_in("ivo")
    choose(page, pieces="1")
    expect(page.get_by_text("Commissionable")).to_have_count(0)
    page.goto("/cart/")
    look(page, "cart-customer")
    page.get_by_role("button", name="Order with obligation to pay").click()
    page.wait_for_url("**/orders/P*/")
    assert Order.objects.get(customer__number="70001").seller.number == "1005"


def test_without_script_the_whole_way_works(open_month, signed_in):
    page = signed_in("eva", java_script_enabled=False)
    number = order(page)
    assert Order.objects.get(number=number).state == Order.State.PLACED

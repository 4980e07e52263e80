"""From the first page to the reason of an order that paid nothing, by keys alone; and the statement as a paper."""

import re

import pytest
from playwright.sync_api import expect

from sales.models import Order
from tests.furnishing import furnish

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_order_that_paid_nothing_tells_why(cast, signed_in):
    furnish(cast=cast)
    number = Order.objects.filter(seller=cast.finn).earliest("pk").number
    page = signed_in("ben")
    page.goto("/")
    page.get_by_role("link", name="Earnings", exact=True).first.focus()
    page.keyboard.press("Enter")
    page.get_by_label("Order number").focus()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Why it paid nothing")).to_be_visible()
    page.goto("/earnings/2026-10/")
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    with page.expect_download() as file:
        page.get_by_role("link", name="PDF").click()
    assert file.value.path().read_bytes().startswith(b"%PDF-")
    assert re.fullmatch(r"statement-2026-10\.pdf", file.value.suggested_filename)

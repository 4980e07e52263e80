"""An order that waits for its payment says how it is paid; one that does not says nothing of it."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client

from distributors.models import ReferralCode
from sales.models import Customer
from sales.operations import guests, orders
from tests.sales import factories as make

BANK = {"holder": "Meadow BV", "account": "BE68 5390 0754 7034", "code": "MEADBEBB"}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _account(settings):
    settings.COMPANY_BANK, settings.PAY_DAYS = BANK, 10
    with time_machine.travel(make.NOON, tick=False):
        yield


@pytest.fixture
def evas(cast):
    return make.order(cast.eva, (make.product(), 2))


def page(cast, who, order):
    return cast.client(who).get(f"/orders/{order.number}/").content.decode()


def until():
    day = make.NOON.date() + timedelta(days=10)
    return f"{day.day} {day:%B %Y}"


def test_the_page_names_the_account_the_reference_and_the_day(cast, evas):
    shown = page(cast, "eva", evas)
    for words in ("How to pay", "€18.00", *BANK.values(), evas.number, f"by {until()}"):
        assert words in shown


@pytest.mark.parametrize("deed", ["paid", "cancelled"])
def test_it_is_said_only_while_the_payment_is_waited_for(cast, evas, deed):
    if deed == "paid":
        orders.mark_paid(order_id=evas.pk, paid_at=make.NOON, by=None)
    else:
        orders.cancel(order_id=evas.pk, now=make.NOON)
    assert "How to pay" not in page(cast, "eva", evas)


def test_the_seller_of_a_customers_order_is_not_asked_to_pay_it(cast):
    order = make.order(Customer.objects.get(), (make.product(), 1))
    assert "How to pay" in page(cast, "ivo", order)
    assert "How to pay" not in page(cast, "eva", order)


def test_without_an_account_the_company_is_asked(cast, evas, settings):
    settings.COMPANY_BANK = {}
    assert f"Ask the company how to pay, and name the order’s number, {evas.number}." in page(
        cast, "eva", evas
    )
    client = cast.client("eva")
    client.post(f"/cart/{evas.lines.get().product_id}/add/", {"quantity": "1"})
    assert "You pay by bank transfer" not in client.get("/cart/").content.decode()


def test_a_guest_reads_the_same_in_the_letter_and_on_the_page(cast):
    details = guests.Details(
        given_name="Mara", family_name="Wouters", phone="", street="Coupure 12", postcode="9000", city="Ghent",
        country="BE",
    )  # fmt: skip
    number = guests.place(
        link_id=ReferralCode.objects.get(code="eva-code").pk,
        distributor_id=cast.eva.pk,
        details=details,
        email="mara@example.com",
        items=[guests.Item(make.product().pk, 2)],
        submission="one",
        now=make.NOON,
    )
    letter = mail.outbox[-1].body
    assert f"Please transfer €25.80 by {until()}." in letter
    assert (
        f"\nTo: Meadow BV\nAccount: BE68 5390 0754 7034\nBank code: MEADBEBB\nReference: {number}\n" in letter
    )
    shown = Client().get("/bought/" + letter.split("/bought/")[1].split("\n")[0]).content.decode()
    for words in ("How to pay", "BE68 5390 0754 7034", number, until()):
        assert words in shown


def test_the_cart_says_beforehand_within_how_many_days(cast, evas):
    client = cast.client("eva")
    client.post(f"/cart/{evas.lines.get().product_id}/add/", {"quantity": "1"})
    assert "You pay by bank transfer within 10 days" in client.get("/cart/").content.decode()

"""Buying from a distributor without a login: from the link to the return, and what nobody else finds."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core import mail, signing
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from common import limits
from common.operations import jobs
from distributors.models import Distributor, Profile, ReferralCode
from distributors.operations import profiles
from sales.models import Customer, GuestOrder, Invoice, Order, ReturnRequest
from sales.operations import guests as operations
from sales.operations import orders
from sales.operations.orders import NotOffered, OrderRefused
from sales.queries import activity, guests, links
from tests.portal.counting import queries
from tests.sales import factories as make

MARA = {
    "given_name": "Mara", "family_name": "Wouters", "email": "Mara@example.com", "street": "Coupure 12",
    "postcode": "9000", "city": "Ghent", "country": "BE", "phone": "", "website": "",
}  # fmt: skip
DETAILS = operations.Details(
    **{name: value for name, value in MARA.items() if name not in ("email", "website")}
)
LATER = make.NOON + timedelta(days=2)


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(make.NOON, tick=False):
        yield


@pytest.fixture
def soap(db):
    return make.product()


@pytest.fixture
def eva(cast) -> Distributor:
    return cast.eva


def place(eva, *items, email="mara@example.com", submission="one", details=DETAILS):
    number = operations.place(
        link_id=ReferralCode.objects.get(code="eva-code").pk,
        distributor_id=eva.pk,
        details=details,
        email=email,
        items=[operations.Item(product.pk, pieces) for product, pieces in items],
        submission=submission,
        now=make.NOON,
    )
    return Order.objects.get(number=number)


def choose(browser: Client, product, pieces=2):
    return browser.post(f"/buy/eva-code/{product.pk}/add/", {"quantity": str(pieces)})


def order(browser: Client, **changes):
    page = browser.get("/buy/eva-code/cart/")
    found = re.search(r'name="token" value="(\w+)"', page.content.decode())
    return browser.post("/buy/eva-code/cart/", {**MARA, "token": found[1] if found else "x", **changes})


def link_in(letter) -> str:
    return re.search(r"https?://[^/]+(/bought/\S+/)\n", letter.body)[1]


def test_from_the_link_to_the_return(eva, cast, soap, client):
    """The whole way without a login, with scripts off: the test's browser has none."""
    landing = client.get("/r/eva-code").content.decode()
    assert "/buy/eva-code/" in landing
    shop = client.get("/buy/eva-code/").content.decode()
    assert "Oat soap" in shop
    assert "€12.90" in shop
    choose(client, soap)
    placed = order(client)
    bought = Order.objects.get()
    assert (bought.total, bought.buyer_standing, bought.seller_id) == (2580, "retail", eva.pk)
    assert placed["Location"].startswith("/bought/")
    letter = mail.outbox[-1]
    assert letter.to == ["mara@example.com"]
    elsewhere, address = Client(), link_in(letter)
    assert "Bought by you from Eva Vermeer." in elsewhere.get(address).content.decode()
    orders.mark_paid(order_id=bought.pk, paid_at=LATER, by=None)
    orders.ship(order_id=bought.pk, now=LATER)
    while jobs.advance_due(now=LATER, owner="the test"):
        pass
    assert "on its way" in mail.outbox[-1].subject
    paper = Invoice.objects.get()
    assert paper.address == "Coupure 12\n9000 Ghent\nBE"
    page = elsewhere.get(address).content.decode()
    assert f"papers/{paper.number}/" in page
    assert b"Mara Wouters" in elsewhere.get(f"{address}papers/{paper.number}/").content
    assert elsewhere.get(f"{address}papers/{paper.number}/pdf/").content.startswith(b"%PDF-")


def test_a_guest_asks_to_return_and_is_answered_by_letter(eva, cast, soap):
    bought = place(eva, (soap, 2))
    orders.mark_paid(order_id=bought.pk, paid_at=make.NOON, by=None)
    browser, address = Client(), reverse("guest-order", args=[guests.token(order_number=bought.number)])
    browser.post(f"{address}return/", {"line_1": "1", "reason": "Wrong scent"})
    asked = ReturnRequest.objects.get()
    assert mail.outbox[-1].to == ["mara@example.com"]
    assert "/bought/" in mail.outbox[-1].body
    cast.client("paula").post(f"/staff/returns/{asked.key}/accept/", {"yes-answer": "Send it to Ghent."})
    assert "Send it to Ghent." in mail.outbox[-1].body
    assert "€12.90" in mail.outbox[-1].body
    assert "Partly returned" in browser.get(address).content.decode()


def test_a_guest_cancels_what_is_not_paid(eva, soap):
    bought = place(eva, (soap, 1))
    address = reverse("guest-order-cancel", args=[guests.token(order_number=bought.number)])
    assert Client().get(address).status_code == 200
    Client().post(address)
    bought.refresh_from_db()
    assert bought.state == "cancelled"


def test_the_difference_to_the_distributors_price_is_on_the_line(eva, soap):
    line = place(eva, (soap, 2)).lines.get()
    assert (line.price, line.list_price, line.distributor_price) == (2580, 2580, 1800)


def test_it_counts_as_customer_volume_of_the_distributor_and_for_the_link(eva, cast, soap):
    bought = place(eva, (soap, 1))
    code = ReferralCode.objects.get(code="eva-code")
    assert links.orders_by_link(link_ids=[code.pk]) == {}
    orders.mark_paid(order_id=bought.pk, paid_at=make.NOON, by=None)
    starts_at, ends_at = make.OCTOBER
    counts = activity.customer_order_counts(starts_at=starts_at, ends_at=ends_at, seller_ids=[eva.pk])
    assert counts == {eva.pk: 1}
    assert links.orders_by_link(link_ids=[code.pk]) == {code.pk: 1}
    assert "Mara Wouters" in cast.client("eva").get("/orders/").content.decode()


def test_the_seller_sees_no_address_and_no_paper(eva, cast, soap):
    bought = place(eva, (soap, 1))
    page = cast.client("eva").get(f"/orders/{bought.number}/").content.decode()
    assert "Bought by your customer Mara Wouters" in page
    for hidden in ("Coupure", "mara@example.com", "Cancel this order"):
        assert hidden not in page


# --- what nobody else finds ---
@pytest.mark.parametrize(
    "token",
    [
        "P000001",
        signing.dumps("P000001", salt="something else"),
        signing.dumps(["P000001"], salt=guests.SALT),
        "x" * 500,
    ],
    ids=["a number", "another salt", "another thing", "long"],
)
def test_only_a_signed_link_leads_to_an_order(eva, soap, client, token):
    place(eva, (soap, 1))
    assert client.get(f"/bought/{token}/").status_code == 404


def test_a_signed_link_leads_to_no_order_of_somebody_with_a_login(eva, cast, soap, client):
    ivos = make.order(cast.users["ivo"].profile.customer, (soap, 1))
    assert client.get(f"/bought/{guests.token(order_number=ivos.number)}/").status_code == 404


def test_a_link_shows_no_paper_of_another_order(eva, soap, client):
    mine, other = place(eva, (soap, 1)), place(eva, (soap, 1), submission="two")
    for one in (mine, other):
        orders.mark_paid(order_id=one.pk, paid_at=make.NOON, by=None)
    while jobs.advance_due(now=LATER, owner="the test"):
        pass
    paper = Invoice.objects.get(order=other).number
    address = reverse("guest-invoice", args=[guests.token(order_number=mine.number), paper])
    assert client.get(address).status_code == 404


def test_an_old_link_ends(eva, soap, client, monkeypatch):
    token = guests.token(order_number=place(eva, (soap, 1)).number)
    monkeypatch.setattr(guests, "KEPT_SECONDS", -1)
    assert client.get(f"/bought/{token}/").status_code == 404


def test_an_erased_guest_has_no_page_and_no_address(eva, soap, client):
    bought = place(eva, (soap, 1))
    profiles.erase(profile_id=bought.customer.profile_id, now=LATER)
    assert client.get(f"/bought/{guests.token(order_number=bought.number)}/").status_code == 404
    assert not Profile.objects.filter(contact_email="mara@example.com").exists()


def test_a_command_erases_a_guest_once_nothing_is_open(eva, soap):
    bought = place(eva, (soap, 1))
    number = bought.customer.number
    with pytest.raises(CommandError, match="open order"):
        call_command("erase_customer", number, "--yes")
    orders.cancel(order_id=bought.pk, now=LATER)
    call_command("erase_customer", number, "--yes")
    assert not Profile.objects.filter(contact_email="mara@example.com").exists()
    with pytest.raises(CommandError, match="erased before"):
        call_command("erase_customer", number, "--yes")


def test_the_page_is_for_no_cache_and_no_search_engine(eva, soap, client):
    answer = client.get(f"/bought/{guests.token(order_number=place(eva, (soap, 1)).number)}/")
    assert "no-store" in answer.headers["Cache-Control"]
    assert b'content="noindex"' in answer.content


# --- whose order it is ---
def test_the_same_form_twice_is_one_order(eva, soap, client):
    choose(client, soap)
    token = re.search(r'name="token" value="(\w+)"', client.get("/buy/eva-code/cart/").content.decode())[1]
    first, again = (client.post("/buy/eva-code/cart/", {**MARA, "token": token}) for _ in range(2))
    assert (Order.objects.count(), Customer.objects.filter(kind="retail").count()) == (1, 1)
    assert first["Location"].startswith("/bought/")
    assert again["Location"].startswith("/bought/")


@pytest.mark.django_db(transaction=True)
def test_two_submits_at_once_are_one_order(eva, soap):
    answers = make.at_once(*[lambda: place(eva, (soap, 1)).number] * 2)
    assert answers[0] == answers[1]
    assert (Order.objects.count(), GuestOrder.objects.count()) == (1, 1)
    assert Customer.objects.filter(kind="retail").count() == 1


def test_who_comes_again_with_the_same_details_is_the_same_customer(eva, soap):
    first, again = place(eva, (soap, 1)), place(eva, (soap, 1), submission="two")
    assert first.customer_id == again.customer_id


def test_nobody_changes_anothers_address_by_writing_their_mail_address(eva, soap):
    """The address is not proved: with other details it is another customer, and the first parcel goes where it was."""
    first = place(eva, (soap, 1))
    elsewhere = operations.Details(**{**vars_of(DETAILS), "street": "Elsewhere 1"})
    other = place(eva, (soap, 1), submission="two", details=elsewhere)
    assert first.customer_id != other.customer_id
    assert Profile.objects.get(customer=first.customer).street == "Coupure 12"


def vars_of(details):
    return {name: getattr(details, name) for name in details.__dataclass_fields__}


def test_a_member_written_down_as_a_guest_gains_and_loses_nothing(eva, cast, soap, client):
    choose(client, soap)
    answer = order(client, email="ivo@example.com")
    assert answer["Location"].startswith("/bought/")
    assert Order.objects.get().customer.profile.user is None


# --- what may be bought, and through whom ---
def test_kits_and_fees_are_not_for_guests(eva, soap, client):
    kit = make.product("KIT", "Starter kit", product_class="kit", qualifying=0, commissionable=0)
    assert b"Starter kit" not in client.get("/buy/eva-code/").content
    assert choose(client, kit).status_code == 400
    with pytest.raises(NotOffered):
        place(eva, (kit, 1))


def test_an_empty_basket_orders_nothing(eva, soap, client):
    assert b"Your cart is empty" in client.get("/buy/eva-code/cart/").content
    with pytest.raises(OrderRefused):
        place(eva)


def test_what_is_not_offered_any_more_is_taken_out_first(eva, soap, client):
    choose(client, soap)
    soap.is_offered = False
    soap.save()
    assert b"Not offered any more" in client.get("/buy/eva-code/cart/").content
    client.post(f"/buy/eva-code/{soap.pk}/remove/")
    assert b"Your cart is empty" in client.get("/buy/eva-code/cart/").content


def test_the_basket_changes_and_its_old_form_orders_nothing(eva, soap, client):
    choose(client, soap)
    token = re.search(r'name="token" value="(\w+)"', client.get("/buy/eva-code/cart/").content.decode())[1]
    client.post(f"/buy/eva-code/{soap.pk}/change/", {"quantity": "5"})
    client.post("/buy/eva-code/cart/", {**MARA, "token": token})
    assert not Order.objects.exists()
    order(client)
    assert Order.objects.get().lines.get().quantity == 5


@pytest.mark.parametrize("code", ["nobody", "hana-code", "éé"])
def test_a_wrong_code_ends_where_every_wrong_code_ends(cast, soap, client, code):
    answer = client.get(f"/buy/{code}/", follow=True)
    assert b"does not lead to anybody" in answer.content


@pytest.mark.parametrize(("who", "where"), [("ivo", "/catalogue/"), ("dan", "/catalogue/"), ("paula", "/")])
def test_who_is_signed_in_buys_in_the_catalogue(cast, soap, who, where):
    assert cast.client(who).get("/buy/eva-code/")["Location"] == where


def test_a_form_with_mistakes_says_them_and_keeps_what_was_written(eva, soap, client):
    choose(client, soap)
    answer = order(client, street="", email="no address")
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Please look at these fields again:" in page
    assert 'value="Wouters"' in page


def test_the_country_of_the_seller_stands_chosen_where_the_company_sells_there(eva, soap, client):
    choose(client, soap)
    assert '<option value="BE" selected>' in client.get("/buy/eva-code/cart/").content.decode()
    Profile.objects.filter(distributor=eva).update(country="JP")
    assert '<option value="" selected>' in client.get("/buy/eva-code/cart/").content.decode()


def test_a_machine_orders_nothing(eva, soap, client):
    choose(client, soap)
    order(client, website="https://example.com")
    assert not Order.objects.exists()


# --- limits ---
def test_letters_to_one_address_have_a_limit(eva, soap, monkeypatch):
    monkeypatch.setitem(limits.RATES, "guest-order", "100/m/ip,2/h/key")
    answers = []
    for _ in range(3):
        browser = Client()
        choose(browser, soap)
        answers.append(order(browser).status_code)
    assert answers == [302, 302, 429]


def test_orders_from_one_place_and_links_tried_have_a_limit(eva, soap, client, monkeypatch):
    monkeypatch.setitem(limits.RATES, "guest-link", "2/m/ip")
    answers = [client.get("/bought/nothing/").status_code for _ in range(3)]
    assert answers == [404, 404, 429]


def test_twice_the_products_need_no_more_queries(eva, client):
    def some(start):
        for at in range(start, start + 3):
            choose(client, make.product(f"S-{at}", f"Soap {at}"))

    def pages():
        client.get("/buy/eva-code/")
        client.get("/buy/eva-code/cart/")

    some(0)
    few = queries(pages)
    some(3)
    assert queries(pages) == few


def test_a_hostile_name_is_text(eva, soap, client):
    choose(client, soap)
    address = order(client, given_name="<b>{nb}", family_name="=HYPERLINK(1)")["Location"]
    page = client.get(address).content.decode()
    assert "<b>{nb}" not in page

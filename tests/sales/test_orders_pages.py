"""Who finds which order, and what a list can do."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from distributors.models import Profile
from sales.models import Customer, Order
from sales.operations import orders as operations
from sales.operations import returns
from sales.operations.returns import Back
from sales.queries import activity, orders
from tests.cast import Cast
from tests.sales import factories as make

LATER = make.NOON + timedelta(days=1)


@pytest.fixture
def ivo(cast: Cast) -> Customer:
    return Customer.objects.get()


@pytest.fixture
def evas(cast: Cast) -> Order:
    return make.order(cast.eva, (make.product(), 2))


@pytest.fixture
def ivos(ivo: Customer) -> Order:
    return make.order(ivo, (make.product(), 1))


def get(client: Client, order: Order, name: str = "order"):
    return client.get(reverse(name, args=[order.number]))


def test_the_buyer_sees_lines_and_volumes(cast: Cast, evas: Order) -> None:
    page = get(cast.client("eva"), evas).content.decode()
    for words in ("Oat soap", "€18.00", "16.00", "14.00", "marked by the company"):
        assert words in page


def test_the_buyer_is_asked_where_it_is_to_go_until_it_is_said(cast: Cast, evas: Order) -> None:
    assert b"We do not know where to send it yet" in get(cast.client("eva"), evas).content
    Profile.objects.filter(pk=cast.eva.profile_id).update(street="Kouter 7")
    assert b"where to send it" not in get(cast.client("eva"), evas).content


def test_what_was_sent_or_cancelled_asks_for_no_address(cast: Cast, evas: Order, ivos: Order) -> None:
    operations.cancel(order_id=evas.pk, now=LATER)
    assert b"where to send it" not in get(cast.client("eva"), evas).content
    assert b"where to send it" not in get(cast.client("eva"), ivos).content


def test_the_seller_sees_their_customers_name(cast: Cast, ivos: Order) -> None:
    assert b"Bought by your customer Ivo Claes" in get(cast.client("eva"), ivos).content


def test_what_narrows_the_list_is_folded_until_it_does(cast: Cast, evas: Order) -> None:
    folded = '<details class="card-body list-filters">'
    assert folded in cast.client("eva").get("/orders/").content.decode()
    narrowed = cast.client("eva").get("/orders/?state=placed").content.decode()
    assert folded.replace(">", " open>") in narrowed


def test_a_customer_sees_no_volumes(cast: Cast, ivos: Order) -> None:
    page = get(cast.client("ivo"), ivos).content.decode()
    assert "€11.60" in page
    assert "Commissionable" not in page


@pytest.mark.parametrize("who", ["ana", "ben", "dan", "finn", "gus", "ivo", "root"])
def test_nobody_else_finds_an_order(cast: Cast, evas: Order, who: str) -> None:
    client = cast.client(who)
    assert get(client, evas).status_code == 404
    assert get(client, evas, "order-cancel").status_code == 404


@pytest.mark.parametrize("number", ["P999999", "x" * 2000, "é", "a/b/c", "'", "10%25"])
def test_an_unknown_number_is_not_found(cast: Cast, number: str) -> None:
    assert cast.client("eva").get(f"/orders/{number}/").status_code == 404


def test_a_visitor_is_led_to_sign_in(client: Client, evas: Order) -> None:
    assert get(client, evas)["Location"].startswith(reverse("account_login"))


def test_a_number_may_hold_a_slash(cast: Cast, evas: Order) -> None:
    Order.objects.update(number="2026/10/7")
    evas.refresh_from_db()
    assert get(cast.client("eva"), evas).status_code == 200
    assert get(cast.client("eva"), evas, "order-cancel").status_code == 200


def test_the_buyer_cancels_an_unpaid_order(cast: Cast, evas: Order) -> None:
    cast.client("eva").post(reverse("order-cancel", args=[evas.number]))
    evas.refresh_from_db()
    assert evas.state == "cancelled"


def test_a_paid_order_stays(cast: Cast, evas: Order) -> None:
    eva = cast.client("eva")
    operations.mark_paid(order_id=evas.pk, paid_at=LATER, by=None)
    answer = eva.post(reverse("order-cancel", args=[evas.number]), follow=True)
    assert b"not cancelled but returned" in answer.content


def test_the_seller_does_not_cancel_for_a_customer(cast: Cast, ivos: Order) -> None:
    assert cast.client("eva").post(reverse("order-cancel", args=[ivos.number])).status_code == 404
    ivos.refresh_from_db()
    assert ivos.state == "placed"


def test_what_came_back_is_told(cast: Cast, evas: Order) -> None:
    operations.mark_paid(order_id=evas.pk, paid_at=LATER, by=None)
    back = [Back(evas.lines.get().pk, 1)]
    returns.book(order_id=evas.pk, lines=back, reason="Broken lid", now=LATER)
    page = get(cast.client("eva"), evas).content.decode()
    assert "Broken lid" in page
    assert "Partly returned" in page


# --- the list ---
def listed(client: Client, **query: str) -> list[str]:
    answer = client.get(reverse("orders"), query)
    return [row.number for row in answer.context["rows"]]


def test_the_list_holds_ones_own_and_ones_customers_orders(cast: Cast, evas: Order, ivos: Order) -> None:
    assert set(listed(cast.client("eva"))) == {evas.number, ivos.number}
    assert listed(cast.client("ivo")) == [ivos.number]
    assert listed(cast.client("dan")) == []


def test_the_list_narrows(cast: Cast, evas: Order, ivos: Order) -> None:
    operations.mark_paid(order_id=evas.pk, paid_at=LATER, by=None)
    Order.objects.filter(pk=ivos.pk).update(placed_at=datetime(2026, 9, 30, 21, 59, tzinfo=UTC))
    eva = cast.client("eva")
    assert listed(eva, state="paid") == [evas.number]
    assert listed(eva, buyer="customers") == [ivos.number]
    assert listed(eva, buyer="me") == [evas.number]
    assert listed(eva, month="2026-09") == [ivos.number]
    assert listed(eva, state="returned") == []


def test_the_list_sorts(cast: Cast, evas: Order, ivos: Order) -> None:
    eva = cast.client("eva")
    assert listed(eva, sort="total") == [ivos.number, evas.number]
    assert listed(eva, sort="-total") == [evas.number, ivos.number]


@pytest.mark.parametrize(
    "query", [{"state": "lost"}, {"month": "2026-13"}, {"sort": "seller__profile__phone"}]
)
def test_an_odd_filter_gets_an_error_beside_it(cast: Cast, evas: Order, query: dict[str, str]) -> None:
    answer = cast.client("eva").get(reverse("orders"), query)
    assert answer.status_code == 400
    assert b"invalid-feedback" in answer.content


def test_the_list_has_pages(cast: Cast) -> None:
    soap = make.product()
    for _ in range(27):
        make.order(cast.eva, (soap, 1))
    eva = cast.client("eva")
    assert len(listed(eva)) == 25
    assert len(listed(eva, page="2")) == 2
    assert len(listed(eva, page="999999999999999999999")) == 2


def test_twice_the_orders_need_no_more_queries(cast: Cast, ivo: Customer, count_queries) -> None:
    soap, eva = make.product(), cast.client("eva")

    def some() -> None:
        for _ in range(3):
            make.order(cast.eva, (soap, 1))
            make.order(ivo, (soap, 2))

    some()
    few = count_queries(lambda: eva.get(reverse("orders")))
    some()
    assert count_queries(lambda: eva.get(reverse("orders"))) == few


# --- the file ---
def exported(client: Client, **query: str) -> list[dict[str, str]]:
    answer = client.get(reverse("orders-export"), query)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_holds_the_list(cast: Cast, evas: Order, ivos: Order) -> None:
    rows = exported(cast.client("eva"), sort="total")
    assert [row["total"] for row in rows] == ["11.60", "18.00"]
    assert rows[0]["customer"] == "Ivo Claes"
    assert rows[1]["commissionable_volume"] == "14.00"


def test_a_customers_file_has_no_volumes(cast: Cast, ivos: Order) -> None:
    assert "commissionable_volume" not in exported(cast.client("ivo"))[0]


@pytest.mark.parametrize("name", ["=HYPERLINK(1)", "+1", "-1", "@x", "\tx"])
def test_a_name_is_never_a_formula(cast: Cast, ivo: Customer, ivos: Order, name: str) -> None:
    type(ivo.profile).objects.filter(pk=ivo.profile_id).update(given_name=name, family_name="")
    assert exported(cast.client("eva"))[0]["customer"] in (f"'{name}", name.strip())


# --- what statements are told ---
def test_a_statement_names_ones_own_customers_only(cast: Cast, ivos: Order) -> None:
    line = ivos.lines.get().pk
    own = orders.describe(order_line_ids=[line], viewer_id=cast.eva.pk)[line]
    others = orders.describe(order_line_ids=[line], viewer_id=cast.dan.pk)[line]
    assert (own.buyer_label, own.product_name) == ("Ivo Claes", "Oat soap")
    assert (others.buyer_label, others.product_name) == ("a customer of Eva Vermeer", "")


def test_without_a_viewer_nothing_is_told(cast: Cast, evas: Order) -> None:
    line = evas.lines.get().pk
    assert orders.describe(order_line_ids=[line])[line].product_name == ""
    assert orders.describe(order_line_ids=[line], staff=True)[line].product_name == "Oat soap"


def test_activity_counts_customers_once(cast: Cast, ivo: Customer) -> None:
    soap = make.product()
    for _ in range(2):
        make.order(ivo, (soap, 1), paid_at=LATER)
    make.order(cast.eva, (soap, 1), paid_at=LATER)
    starts_at, ends_at = make.OCTOBER
    counts = activity.customer_order_counts(
        starts_at=starts_at, ends_at=ends_at, seller_ids=[cast.eva.pk, cast.dan.pk]
    )
    assert counts == {cast.eva.pk: 1}
    assert activity.last_order_on(seller_ids=[cast.eva.pk, cast.dan.pk]) == {cast.eva.pk: LATER.date()}

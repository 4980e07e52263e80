"""Earnings: from the list of months down to the order line, and nobody else's."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.models import Run, StatementItem
from commissions.operations import estimates
from commissions.queries import levels
from tests.commissions.conftest import at, draft, finish, work
from tests.portal.counting import queries
from tests.remembered import remembered


@pytest.fixture
@remembered
def final(october, cast):
    finish(cast, draft())
    return october


def text(response):
    return response.content.decode()


def test_the_list_before_any_month(cast):
    assert "No month has been measured yet" in text(cast.client("eva").get("/earnings/"))


def test_the_list_tags_final_and_estimate(final, cast):
    estimates.refresh(now=at(11, 4))
    page = text(cast.client("eva").get("/earnings/"))
    assert re.search(r"October 2026</a>.*?Final", page, re.DOTALL)
    assert re.search(r"November 2026</a>.*?Estimate", page, re.DOTALL)


def test_a_statement_adds_up(final, cast):
    amounts = StatementItem.objects.filter(distributor=cast.ben, run__state="final").values_list(
        "amount", flat=True
    )
    page = text(cast.client("ben").get("/earnings/2026-10/"))
    total = f"{sum(amounts) // 100:,}.{sum(amounts) % 100:02d}"
    assert page.count(total) >= 2


def test_a_statement_says_of_an_item_what_opening_it_says(final, cast):
    run = Run.objects.get(state="final")
    for person in (cast.ana, cast.ben, cast.eva):
        inside = levels.of_statement(person_id=person.pk, run_id=run.pk)
        assert inside.orders
        for (bonus, _), item in inside.items.items():
            asked = levels.Asked(person_id=person.pk, run_id=run.pk, bonus=bonus)
            assert list(item.levels) == levels.of_item(asked=asked)
            assert item.orders == levels.orders_of(asked=asked).total


def test_a_statement_that_corrects_nothing_does_not_look_among_everybodys_lines(final, cast):
    client = cast.client("ben")
    with CaptureQueriesContext(connection) as seen:
        client.get("/earnings/2026-10/")
    joined = 'JOIN "commissions_line"'
    assert any("commissions_line" in one["sql"] for one in seen)
    assert not [one["sql"] for one in seen if joined in one["sql"]]


def test_a_statement_without_items_leads_to_the_reason(final, cast):
    page = text(cast.client("finn").get("/earnings/2026-10/"))
    assert "No order of October has paid you anything." in page


def test_what_paid_nothing_has_reasons(final, cast):
    page = text(cast.client("finn").get("/earnings/2026-10/nothing/"))
    assert "Nobody in your team ordered." in page


def test_an_item_opens_to_levels_for_htmx(final, cast):
    page = text(cast.client("ben").get("/earnings/2026-10/level_pay/", headers={"hx-request": "true"}))
    assert "Level 1" in page
    assert "<html" not in page


def test_an_item_is_a_page_without_script(final, cast):
    assert "<html" in text(cast.client("ben").get("/earnings/2026-10/level_pay/"))


def test_a_level_opens_to_orders_with_the_reason(final, cast):
    page = text(cast.client("ben").get("/earnings/2026-10/level_pay/1/"))
    assert "Cleo Vermeer bought on" in page
    assert "Line 1" in page


def test_other_peoples_orders_show_points_not_products(final, cast):
    page = text(cast.client("ben").get("/earnings/2026-10/level_pay/1/"))
    assert "Rye soap" not in page


def test_own_orders_show_products(final, cast):
    page = text(cast.client("eva").get("/earnings/2026-10/retail_profit/"))
    assert "Rye soap" in page


def test_other_peoples_customers_have_no_names(final, cast):
    page = text(cast.client("dan").get("/earnings/2026-10/level_pay/1/"))
    assert "Claes" not in page
    assert "a customer of Eva Vermeer" in page


@pytest.mark.parametrize(
    "address",
    ["1999-01/", "x/", "2026-13/", "2026-10/nonsense/", "2026-10/level_pay/99/", "2026-10/level_pay/?corrects=2026-09",
     "2026-10/level_pay/99999999999999999999/"],
)  # fmt: skip
def test_what_does_not_exist_is_404(final, cast, address):
    assert cast.client("ben").get(f"/earnings/{address}").status_code == 404


def test_customers_and_staff_have_no_earnings(final, cast):
    assert cast.client("ivo").get("/earnings/").status_code == 404
    assert cast.client("paula").get("/earnings/2026-10/").status_code == 404


def test_queries_do_not_grow_with_orders(october, cast):
    estimates.refresh(now=at(10, 15))
    client = cast.client("ben")
    address = "/earnings/2026-10/level_pay/1/"
    before = queries(lambda: client.get(address))
    for day in range(16, 26):
        october.sell("cleo", 2, at(10, day))
    estimates.refresh(now=at(10, 27))
    assert queries(lambda: client.get(address)) == before


def test_orders_come_a_page_at_a_time(october, cast):
    for day in range(1, 28):
        october.sell("cleo", 1, at(10, day))
    estimates.refresh(now=at(10, 28))
    page = text(cast.client("ben").get("/earnings/2026-10/level_pay/1/"))
    assert "3 more orders" in page or "4 more orders" in page
    assert cast.client("ben").get("/earnings/2026-10/level_pay/1/?page=2").status_code == 200


def test_a_correction_is_a_row_of_its_own_and_links_what_it_corrects(final, cast):
    from sales.models import Order

    order = Order.objects.filter(seller=cast.cleo).first()
    final.take_back(order, 2, at(11, 10))
    estimates.refresh(now=at(11, 11))
    page = text(cast.client("ben").get("/earnings/2026-11/"))
    assert "Correction to October 2026" in page
    detail = text(cast.client("ben").get("/earnings/2026-11/level_pay/?corrects=2026-10"))
    assert 'href="/earnings/2026-10/"' in detail
    assert "\N{MINUS SIGN}" in detail


def test_the_payable_balance_is_the_ledgers(final, cast):
    work(at(11, 4))
    page = text(cast.client("ben").get("/earnings/"))
    assert "Payable to you" in page


def test_orders_that_paid_nothing_are_told_with_their_reason(final, cast):
    # Ben, a Builder, is not paid on level 4, where Finn sold; a Leader is.
    page = text(cast.client("ben").get("/earnings/2026-10/nothing/"))
    assert "is not paid on level 4. A Leader is." in page


def test_what_paid_nothing_asks_no_more_for_more_orders(october, cast):
    estimates.refresh(now=at(10, 15))
    client = cast.client("ben")
    before = queries(lambda: client.get("/earnings/2026-10/nothing/"))
    for day in range(16, 26):
        october.sell("cleo", 2, at(10, day))
    estimates.refresh(now=at(10, 27))
    assert queries(lambda: client.get("/earnings/2026-10/nothing/")) == before


def test_the_page_of_a_level_says_which_and_what_it_came_to(final, cast):
    page = text(cast.client("ben").get("/earnings/2026-10/level_pay/2/"))
    run = Run.objects.get(state="final")
    asked = levels.Asked(person_id=cast.ben.pk, run_id=run.pk, bonus="level_pay")
    amount = {one.level: one.amount for one in levels.of_item(asked=asked)}[2]
    assert re.search(r"<h1[^>]*>Level pay, Level 2", page)
    assert f"</span>{amount // 100:,}.{amount % 100:02d}" in page
    assert re.search(r'href="/earnings/2026-10/level_pay/"><svg.*?</svg> Level pay, October 2026', page)

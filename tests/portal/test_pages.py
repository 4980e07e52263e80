"""The first pages: home, plan, disclosure, the company's overview."""

import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commissions.models import Run
from commissions.operations import estimates
from commissions.queries import shown
from common.operations import jobs
from common.templatetags.portal import volume
from distributors.models import Profile
from mlmportal.views import job_words
from sales.models import Customer
from sales.operations import orders, products
from tests.commissions.conftest import at, draft, finish, october, plan, shop  # noqa: F401
from tests.furnishing import buy
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db


@pytest.fixture
def estimated(october):  # noqa: F811
    estimates.refresh(now=at(10, 20))
    return october


def test_home_of_somebody_with_a_team(estimated, cast):
    page = cast.client("ben").get("/").content.decode()
    assert "The way to Leader" in page
    assert "Eva Vermeer" in page


def test_home_reads_the_runs_that_are_shown_once(estimated, cast):
    client = cast.client("ben")
    with CaptureQueriesContext(connection) as seen:
        client.get("/")
    assert sum('FROM "commissions_run"' in one["sql"] for one in seen.captured_queries) == 1


def test_the_run_that_is_shown_is_the_final_one_else_the_newest_estimate(estimated, cast):
    estimates.refresh(now=at(10, 21))
    newest = Run.objects.filter(state=Run.State.ESTIMATE).order_by("-number").first()
    assert [(run.period.key, run.pk) for run in shown.runs()] == [("2026-10", newest.pk)]
    assert shown.of_period(key="2026-09") is None
    final = finish(cast, draft())
    assert shown.of_period(key="2026-10").pk == final.pk


def test_home_of_a_newcomer_without_a_team(estimated, cast):
    page = cast.client("finn").get("/").content.decode()
    assert "You can earn retail profit without a team" in page


def first_steps(cast, name: str) -> str:
    page = cast.client(name).get("/").content.decode()
    return page.partition('id="steps-title"')[2].partition("</section>")[0]


def a_kit() -> int:
    terms = products.Terms(
        valid_from=date(2025, 1, 1),
        retail_price=4_900,
        preferred_price=4_900,
        distributor_price=4_900,
        qualifying=0,
        commissionable=0,
    )
    return products.offer(sku="KIT", name="Starter kit", product_class="kit", terms=terms)


def test_home_of_somebody_without_an_order_says_what_to_do_first(shop, cast):  # noqa: F811
    steps = first_steps(cast, "finn")
    assert steps.count("is-done") == 1
    assert "Give your address" in steps
    assert "you do not need to buy for yourself" in steps
    assert "once" not in steps  # no kit is offered
    Profile.objects.filter(user=cast.users["finn"]).update(street="Kouter 7", city="Gent")
    steps = first_steps(cast, "finn")
    assert steps.count("is-done") == 2
    assert "Give your address" not in steps


def test_a_starter_kit_is_named_with_its_price_and_is_no_beginning(shop, cast):  # noqa: F811
    kit = a_kit()
    assert "€49.00 once" in first_steps(cast, "finn")
    assert "Nobody earns from it" in first_steps(cast, "finn")
    buy(distributor_id=cast.finn.pk, product_id=kit, pieces=1, at=at(10, 21))
    assert "You have ordered it." in first_steps(cast, "finn")


@pytest.mark.parametrize("who", ["distributor", "customer"])
def test_the_first_order_of_goods_ends_the_first_steps(shop, cast, who):  # noqa: F811
    buyer = (
        orders.Buyer(distributor_id=cast.eva.pk)
        if who == "distributor"
        else orders.Buyer(customer_id=Customer.objects.get(distributor=cast.eva).pk)
    )
    assert first_steps(cast, "eva")
    placed = orders.place(
        buyer=buyer,
        items=[orders.Item(product_id=shop.product_id, quantity=1)],
        purpose="own_use" if who == "distributor" else "customer",
        now=at(10, 21),
    )
    assert not first_steps(cast, "eva")
    orders.cancel(order_id=placed.pk, now=at(10, 22))
    assert first_steps(cast, "eva")


def test_home_before_any_month(cast):
    page = cast.client("eva").get("/").content.decode()
    assert "There are no figures for you in this month yet" in page


def test_home_says_what_is_missing_to_be_active(estimated, cast):
    estimated.sell("hana", 1, at(10, 21))
    page = cast.client("gus").get("/").content.decode()
    assert "Active in October" in page


def test_home_shows_the_estimate_with_its_tag_and_orders(estimated, cast):
    page = cast.client("ben").get("/").content.decode()
    assert "October so far" in page
    assert "paid orders. It may rise" in page


def test_home_says_what_waits_for_its_payment(estimated, cast):
    page = cast.client("gus").get("/").content.decode()
    assert "waits for payment" not in page
    order = orders.place(
        buyer=orders.Buyer(distributor_id=cast.gus.pk),
        items=[orders.Item(product_id=estimated.product_id, quantity=2)],
        purpose="own_use",
        now=at(10, 21),
    )
    page = cast.client("gus").get("/").content.decode()
    assert f"1 order with {volume(order.lines.get().qualifying, 'PV')} waits for payment" in page


def test_home_of_a_customer_names_their_distributor(estimated, cast):
    page = cast.client("ivo").get("/").content.decode()
    assert "Eva Vermeer is your distributor." in page


def test_home_of_staff_is_the_overview(cast):
    assert cast.client("paula").get("/").url == "/staff/"


def test_visitors_are_led_to_sign_in(cast):
    assert Client().get("/").url.startswith("/accounts/login/")


def test_home_asks_no_more_for_a_larger_team(estimated, cast):
    from tests.cast import join

    client = cast.client("ana")
    before = queries(lambda: client.get("/"))
    for at_ in range(8):
        join(cast=cast, name=f"new{at_}", under="gus", number=str(2001 + at_))
    assert queries(lambda: client.get("/")) == before


def test_a_hostile_name_is_text(estimated, cast):
    profile = cast.eva.profile
    profile.given_name = "<script>alert(1)</script>"
    profile.save()
    page = cast.client("ben").get("/").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_charts_have_a_table_by_link(estimated, cast):
    page = cast.client("ben").get("/?earnings=table").content.decode()
    assert '<svg class="chart"' in page  # the other chart stays a chart
    assert "Sum</th>" in page


def test_the_plan_is_for_everybody(plan):  # noqa: F811
    page = Client().get("/plan/").content.decode()
    assert "Legs with a Builder or higher" in page
    assert "8\N{NO-BREAK SPACE}%" in page


def test_without_a_plan_the_page_says_so(db):
    assert "No plan is in force yet" in Client().get("/plan/").content.decode()


def test_the_overview_names_what_waits(october, cast):  # noqa: F811
    draft()
    page = cast.client("paula").get("/staff/").content.decode()
    assert "A draft waits to be looked at." in page


def test_staff_without_rights_see_no_totals(october, cast):  # noqa: F811
    run = finish(cast, draft())
    page = cast.client("rolf").get("/staff/").content.decode()
    assert str(run.total // 100) not in page


def test_where_a_telephone_hides_the_head_of_a_table_the_amounts_say_their_currency(furnished, cast):
    page = cast.client("quinn").get("/staff/months/").content.decode()
    assert page.count('data-unit="EUR"') == 2


def test_the_overview_names_what_was_asked_for(furnished, cast):
    page = cast.client("quinn").get("/staff/").content.decode()
    for link in ("questions", "returns", "pages", "moves", "adjustments"):
        assert f'<a href="/staff/{link}/">' in page
    assert "Nothing waits" not in page


def test_the_overview_keeps_to_what_its_reader_may_decide(furnished, cast):
    assert 'href="/staff/pages/"' not in cast.client("paula").get("/staff/").content.decode()
    assert 'href="/staff/pages/"' in cast.client("quinn").get("/staff/").content.decode()


def test_work_that_is_due_is_named_and_what_is_planned_is_not(cast):
    now = timezone.now()
    jobs.enqueue(kind="outbox", subject="mail", due_at=now, now=now)
    jobs.enqueue(kind="forget-invitation", subject="1", due_at=now + timedelta(days=90), now=now)
    page = cast.client("paula").get("/staff/").content.decode()
    assert "Sending letters" in page
    assert "Forgetting the address" not in page


def test_every_kind_of_work_has_its_words():
    assert set(jobs._handlers) == set(job_words.TEXTS)


@pytest.mark.parametrize(
    ("who", "path"), [("eva", "/plan/"), ("eva", "/disclosure/"), ("ivo", "/disclosure/")]
)
def test_what_the_side_bar_leads_to_keeps_it(furnished, cast, who, path):
    page = cast.client(who).get(path).text
    assert re.search(rf'<a\b[^>]*href="{path}"[^>]*aria-current="page"', page)
    assert page.count("<h1") == 1
    assert 'class="public-head"' in Client().get(path).text

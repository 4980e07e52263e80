"""Single orders that paid nothing, a page at a time: the same orders and reasons as all of them at once, for teams of
every size, and nobody's whom the reader may not see today."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.models import Line
from commissions.operations import estimates, summing
from commissions.queries import earner_orders, unpaid, unpaid_orders
from distributors.tree import move
from sales.models import Order
from tests.cast import join
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries
from tests.remembered import remembered

PEOPLE = ("ana", "ben", "cleo", "dan", "eva", "finn", "gus", "hana")


@pytest.fixture
@remembered
def final(october, cast):
    for name, day in (("finn", 11), ("eva", 12), ("finn", 12), ("cleo", 15), ("gus", 16)):
        october.sell(name, 2, at(10, day))
    finish(cast, draft())
    return october


@pytest.fixture
def great(monkeypatch):
    """Everybody's team is a great one, and everybody's lines are many."""
    monkeypatch.setattr(summing, "MANY_PEOPLE", 0)
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    monkeypatch.setattr(earner_orders, "FEWEST", 0)
    monkeypatch.setattr(unpaid, "LARGEST_TEAM", 0)


def pages(person, key="2026-10", elsewhere=False):
    after, found = "", []
    while True:
        page = unpaid_orders.page(person_id=person.pk, key=key, elsewhere=elsewhere, after=after)
        found.append(page)
        after = page.after
        if not after:
            return found


def one_by_one(person, elsewhere):
    """Every order of the list with its bonuses and reasons, in the order of the pages."""
    return [
        (order.number, {(one.bonus, one.why) for one in order.reasons})
        for page in pages(person, elsewhere=elsewhere)
        for order in page.orders
    ]


def at_once(person, elsewhere):
    found = {}
    for group in unpaid.groups(person_id=person.pk, key="2026-10"):
        for number in group.numbers if group.paid_elsewhere == elsewhere else ():
            found.setdefault(number, set()).add((group.bonus, group.why))
    return found


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize("name", PEOPLE)
def test_one_by_one_they_are_those_that_are_told_at_once(final, cast, monkeypatch, name, elsewhere):
    monkeypatch.setattr(unpaid_orders, "PAGE", 2)
    monkeypatch.setattr(unpaid_orders, "LOOKED_AT", 3)
    monkeypatch.setattr(unpaid_orders, "AT_ONCE", 2)
    told = one_by_one(cast.people[name], elsewhere)
    assert dict(told) == at_once(cast.people[name], elsewhere)
    assert len(dict(told)) == len(told)
    booked = dict(Order.objects.values_list("number", "booked_at"))
    assert [booked[number] for number, _ in told] == sorted((booked[one] for one, _ in told), reverse=True)


def test_of_somebody_with_many_lines_the_same_is_told(october, cast, great):
    estimates.refresh(now=at(10, 20))
    by_page = {name: one_by_one(cast.people[name], True) for name in PEOPLE}
    summing.drop(run_id=Line.objects.first().run_id)
    assert {name: one_by_one(cast.people[name], True) for name in PEOPLE} == by_page
    assert by_page["ben"]


def test_how_many_paid_nothing_is_counted(final, cast):
    page = pages(cast.ben)[0]
    assert page.total == Order.objects.exclude(seller=cast.ana).count()
    paid = Line.objects.filter(distributor=cast.ben).values("order_line__order").distinct().count()
    assert page.unpaid == page.total - paid > 0


def test_few_people_are_between_the_orders_of_a_page(final, cast, monkeypatch):
    """A page ends early rather than walk the way to more people; who stands deeper than that is not walked to."""
    whole = one_by_one(cast.ana, False)
    monkeypatch.setattr(unpaid_orders, "MOST_BETWEEN", 5)
    assert one_by_one(cast.ana, False) == whole
    assert len(pages(cast.ana)) >= len(pages(cast.ana, elsewhere=True))
    monkeypatch.setattr(unpaid_orders, "MOST_BETWEEN", 4)
    far = [number for number, _ in whole if Order.objects.get(number=number).seller_id == cast.finn.pk]
    assert one_by_one(cast.ana, False) == [one for one in whole if one[0] not in far]
    assert sum(page.too_deep for page in pages(cast.ana)) == len(far) > 0


@pytest.mark.parametrize("name", ["ben", "cleo"])
def test_whoever_left_the_team_since_is_not_named(final, cast, name):
    number = Order.objects.filter(seller=cast.finn).first().number
    person = cast.people[name]
    assert number in dict(one_by_one(person, False)) | at_once(person, False)
    move(distributor_id=cast.eva.pk, sponsor_id=cast.ana.pk, effective_at=at(11, 5))
    told = {*dict(one_by_one(person, False)), *at_once(person, False)}
    sellers = set(Order.objects.filter(number__in=told).values_list("seller_id", flat=True))
    assert not sellers & {cast.eva.pk, cast.finn.pk}
    page = cast.client(name).get("/earnings/2026-10/nothing/").content.decode()
    assert number not in page


def test_what_came_after_the_estimate_is_not_told_of(october, cast):
    estimates.refresh(now=at(10, 20))
    before = one_by_one(cast.ana, False)
    order = october.sell("finn", 1, at(10, 20) + timedelta(minutes=1))
    assert one_by_one(cast.ana, False) == before
    estimates.refresh(now=at(10, 21))
    assert order.number in dict(one_by_one(cast.ana, False))


def test_an_order_that_came_back_whole_is_not_told_of(october, cast):
    order = october.sell("finn", 2, at(10, 15))
    part = october.sell("finn", 2, at(10, 15))
    october.take_back(order, 2, at(10, 16))
    october.take_back(part, 1, at(10, 16))
    estimates.refresh(now=at(10, 20))
    told = dict(one_by_one(cast.ana, False))
    assert order.number not in told
    assert part.number in told
    assert pages(cast.ana)[0].total == Order.objects.count() - 1


def test_the_page_of_a_great_team_lists_orders_with_their_reasons(october, cast, great, monkeypatch):
    estimates.refresh(now=at(10, 20))
    monkeypatch.setattr(unpaid_orders, "PAGE", 1)
    october.sell("finn", 2, at(10, 12))
    estimates.refresh(now=at(10, 21))
    client = cast.client("ben")
    page = client.get("/earnings/2026-10/nothing/").content.decode()
    (newest,), (older,) = (one.orders for one in pages(cast.ben)[:2])
    assert Order.objects.get(number=newest.number).seller_id == cast.finn.pk
    assert newest.number in page
    assert older.number not in page
    assert "is not paid on level 4. A Leader is." in page
    assert "4 levels below you" in page
    following = re.search(r'href="(/earnings/2026-10/nothing/\?by=order&amp;after=[^"]+)"', page)[1]
    for headers in ({}, {"HX-Request": "true"}):
        further = client.get(following.replace("&amp;", "&"), headers=headers).content.decode()
        assert older.number in further
        assert newest.number not in further
        assert ("<html" in further) == (not headers)


@pytest.mark.parametrize("after", ["x", "1-", "-1", "9" * 30 + "-1", "1-2-3", "٣-٣", "0-0"])
def test_an_odd_address_is_a_page(final, cast, after):
    page = cast.client("ben").get("/earnings/2026-10/nothing/", {"by": "order", "after": after})
    assert page.status_code == 200


def test_a_small_team_may_be_read_either_way(final, cast):
    client = cast.client("ben")
    page = client.get("/earnings/2026-10/nothing/").content.decode()
    assert 'href="/earnings/2026-10/nothing/?by=order"' in page
    page = client.get("/earnings/2026-10/nothing/?by=order").content.decode()
    assert 'href="/earnings/2026-10/nothing/"' in page
    assert "4 levels below you" in page


def test_it_asks_no_more_for_more_orders_and_people(october, cast, great):
    estimates.refresh(now=at(10, 20))
    client = cast.client("ben")
    before = queries(lambda: client.get("/earnings/2026-10/nothing/"))
    for day in range(10, 16):
        join(cast=cast, name=f"new{day}", under="finn", number=f"30{day}", joined_at=at(10, 2))
        october.sell(f"new{day}", 1, at(10, day))
        october.sell("finn", 1, at(10, day))
    estimates.refresh(now=at(10, 21))
    assert queries(lambda: client.get("/earnings/2026-10/nothing/")) == before


def test_the_lines_of_somebody_are_not_read_for_a_page(final, cast, monkeypatch):
    """Of half a million lines those of the page's orders alone are asked for."""
    monkeypatch.setattr(unpaid_orders, "LOOKED_AT", 1)
    unpaid_orders.page(person_id=cast.ben.pk, key="2026-10", elsewhere=True)
    with CaptureQueriesContext(connection) as asked:
        unpaid_orders.page(person_id=cast.ben.pk, key="2026-10", elsewhere=True)
    lines = [one["sql"] for one in asked if 'FROM "commissions_line"' in one["sql"]]
    assert lines
    assert all("order_line_id" in one for one in lines)


def test_of_a_plan_with_positions_orders_are_not_told_one_by_one(october, cast, monkeypatch):
    estimates.refresh(now=at(10, 20))
    monkeypatch.setattr(unpaid, "run_of", lambda *, key: None)
    page = cast.client("ben").get("/earnings/2026-10/nothing/").content.decode()
    assert "single orders are not listed" in page

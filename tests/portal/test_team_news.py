"""What happened in a team since its upline last looked."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from distributors.operations import looks, notices
from distributors.queries import sponsor_tree
from mlmportal.views import team_news
from sales.models import Customer
from sales.operations import orders, returns
from tests import cast as company
from tests.furnishing import buy, product

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def ivo():
    return Customer.objects.get(profile__given_name="Ivo").pk


def told(cast, name, since=None, now=NOON):
    person = cast.people[name]
    team = sponsor_tree.downline(distributor_id=person.pk)
    return team_news.rows(person_id=person.pk, user_id=cast.users[name].pk, team=team, now=now, since=since)


def test_everything_is_told_newest_first_and_what_is_new_is_marked(cast):
    balm = product()
    hour = timedelta(hours=1)
    mine = buy(customer_id=ivo(), product_id=balm, pieces=1, at=NOON - 5 * hour)
    theirs = buy(distributor_id=cast.finn.pk, product_id=balm, pieces=2, at=NOON - 4 * hour)
    line = orders.Order.objects.get(pk=theirs).lines.get()
    returns.book(
        order_id=theirs,
        lines=[returns.Back(order_line_id=line.pk, quantity=1)],
        reason="Torn",
        now=NOON - 3 * hour,
    )
    company.join(cast=cast, name="jo", under="finn", number="1009", joined_at=NOON - 2 * hour)
    near = [notices.News(person_id=cast.finn.pk, reference="2026-11 Builder")]
    notices.tell_those_above(news=near, direct="near", deeper="near_deeper", key="near", now=NOON - hour)
    found = told(cast, "eva", since=NOON - 150 * timedelta(minutes=1))
    assert [one["title"] for one in found][:4] == [
        "Finn Vermeer is close to Builder in November 2026",
        "Jo Vermeer joined",
        "Finn Vermeer’s order was returned",
        "Ivo Claes ordered",
    ]
    assert [one["is_new"] for one in found][:4] == [True, True, False, False]
    assert orders.Order.objects.get(pk=mine).number in found[3]["link"]


def test_nobody_elses_customers_and_no_strangers_are_told_of(cast):
    balm = product()
    buy(customer_id=ivo(), product_id=balm, pieces=1, at=NOON)
    strange = buy(distributor_id=cast.gus.pk, product_id=balm, pieces=1, at=NOON)
    line = orders.Order.objects.get(pk=strange).lines.get()
    returns.book(
        order_id=strange, lines=[returns.Back(order_line_id=line.pk, quantity=1)], reason="Torn", now=NOON
    )
    assert [one["title"] for one in told(cast, "dan") if "joined" not in one["title"]] == []


def test_a_visit_is_what_follows_within_half_an_hour(cast):
    user = cast.users["eva"].pk
    assert looks.note(user_id=user, now=NOON) is None
    assert looks.note(user_id=user, now=NOON + timedelta(minutes=29)) is None
    evening = NOON + timedelta(hours=6)
    assert looks.note(user_id=user, now=evening) == NOON
    assert looks.note(user_id=user, now=evening + timedelta(minutes=5)) == NOON


def test_the_queries_do_not_grow(cast):
    def asked():
        with CaptureQueriesContext(connection) as seen:
            told(cast, "eva")
        return len(seen)

    balm = product()
    buy(customer_id=ivo(), product_id=balm, pieces=1, at=NOON)
    company.join(cast=cast, name="jo", under="finn", number="1009", joined_at=NOON)
    few = asked()
    for number in range(6):
        buy(customer_id=ivo(), product_id=balm, pieces=1, at=NOON)
        company.join(cast=cast, name=f"jo{number}", under="finn", number=f"20{number}", joined_at=NOON)
    assert asked() == few

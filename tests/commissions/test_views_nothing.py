"""What paid nothing: told from what a run stored, and equal to what the engine says on all its facts."""

import re
from collections import defaultdict

import pytest

from commissions.core import explain
from commissions.core import run as engine
from commissions.models import Run
from commissions.operations import estimates
from commissions.queries import facts, plans, unpaid
from sales.models import Order
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries
from tests.remembered import remembered


@pytest.fixture
@remembered
def final(october, cast):
    return finish(cast, draft())


def told_by_the_engine(run, person):
    """Orders by bonus and reason, from the engine's facts of everybody."""
    plan = plans.parsed(version=run.plan)
    loaded = facts.load(period=run.period, plan=plan)
    result = engine.run(plan=plan, facts=loaded.facts)
    at_ = loaded.person_ids.tolist().index(person.pk)
    orders = defaultdict(set)
    for reason in explain.why_not(plan, loaded.facts, result, at_):
        if reason.source < 0 or reason.why in explain.NOT_ABOUT:
            continue
        key = loaded.facts.lines.key[reason.source].rpartition("/")[0]
        orders[plan.bonuses[reason.bonus].name, reason.why].add(key)
    return {reason: len(keys) for reason, keys in orders.items()}


def told_by_the_page(run, person):
    orders = defaultdict(int)
    for group in unpaid.groups(person_id=person.pk, key=run.period.key):
        orders[group.bonus, group.why] += group.orders
    return dict(orders)


@pytest.mark.parametrize("name", ["ana", "ben", "cleo", "dan", "eva", "finn", "gus", "hana"])
def test_the_stored_month_tells_what_the_engine_tells(final, cast, name):
    person = cast.people[name]
    assert told_by_the_page(final, person) == told_by_the_engine(final, person)


def test_a_returned_order_is_not_told_twice(october, cast):
    order = october.sell("finn", 2, at(10, 15))
    october.take_back(order, 2, at(10, 16))
    estimates.refresh(now=at(10, 20))
    run = Run.objects.get(state="estimate")
    assert told_by_the_page(run, cast.ben) == told_by_the_engine(run, cast.ben)


def test_a_month_without_figures_tells_nothing(cast):
    assert unpaid.groups(person_id=cast.eva.pk, key="2026-10") is None


def test_the_month_must_be_ones_own(final, cast):
    assert cast.client("ivo").get("/earnings/2026-10/nothing/").status_code == 404


def test_orders_are_named_with_who_bought_and_when(final, cast):
    page = cast.client("ben").get("/earnings/2026-10/nothing/").content.decode()
    order = Order.objects.get(seller=cast.finn)
    link = f'<a href="/earnings/order/?number={order.number}">{order.number}</a>'
    assert f"{link} <span>{cast.finn.profile.name}, {order.booked_at.day} October</span>" in page
    assert "order on level 4, under Level pay" in page


def test_orders_that_another_bonus_paid_stand_apart(final, cast):
    run = Run.objects.get(state="final")
    paid = set(
        run.lines.filter(distributor=cast.ben, corrects__isnull=True).values_list(
            "order_line__order__number", flat=True
        )
    )
    groups = unpaid.groups(person_id=cast.ben.pk, key="2026-10")
    assert {one.paid_elsewhere for one in groups} == {True, False}
    for group in groups:
        assert all((number in paid) == group.paid_elsewhere for number in group.numbers)
    client = cast.client("ben")
    for path, elsewhere in (("", False), ("?orders=elsewhere", True), ("?orders=odd", False)):
        page = client.get(f"/earnings/2026-10/nothing/{path}").content.decode()
        named = {number for one in groups if one.paid_elsewhere == elsewhere for number in one.numbers}
        shown = set(re.findall(r"\?number=([^\"]+)\"", page))
        assert shown == named
        word = "Paid under another bonus" if elsewhere else "Paid you nothing at all"
        assert f'aria-current="true">{word} <span class="num">{len(named)}</span>' in page


def test_naming_the_orders_asks_no_more_for_more_of_them(october, cast):
    estimates.refresh(now=at(10, 20))
    client = cast.client("ben")
    before = queries(lambda: client.get("/earnings/2026-10/nothing/"))
    for day in range(10, 16):
        october.sell("finn", 1, at(10, day))
    estimates.refresh(now=at(10, 21))
    assert queries(lambda: client.get("/earnings/2026-10/nothing/")) == before

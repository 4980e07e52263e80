"""The orders of an item of somebody with very many: a slice of what is kept is the page that is added up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.models import Run, StatementItem
from commissions.operations import summing
from commissions.queries import earner_orders, levels, plans
from tests.commissions.conftest import at, draft, finish

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(monkeypatch):
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    monkeypatch.setattr(earner_orders, "FEWEST", 0)
    monkeypatch.setattr(levels, "PAGE", 2)


@pytest.fixture
def final(october, cast, many):
    for name, day in (("finn", 11), ("eva", 12), ("finn", 12), ("cleo", 15), ("gus", 16), ("eva", 17)):
        october.sell(name, day % 4 + 1, at(10, day))
    return finish(cast, draft())


def pages(asked, level):
    first = levels.orders_of(asked=asked, level=level)
    rest = range(2, -(-first.total // levels.PAGE) + 1)
    return [first, *(levels.orders_of(asked=asked, level=level, page=page) for page in rest)]


def every_item(run):
    items = StatementItem.objects.filter(run=run, corrects_period="")
    for person, bonus in items.values_list("distributor_id", "bonus"):
        asked = levels.Asked(person_id=person, run_id=run.pk, bonus=bonus)
        for level in (None, *(one.level for one in levels.of_item(asked=asked))):
            yield asked, level


def test_a_slice_is_the_page_that_is_added_up(final, monkeypatch):
    kept = [pages(*item) for item in every_item(final)]
    assert max(len(one) for one in kept) > 2
    monkeypatch.setattr(earner_orders, "FEWEST", 10_000)
    assert kept == [pages(*item) for item in every_item(final)]


def test_the_lines_of_an_item_are_not_added_up_for_a_page(final, cast):
    asked = levels.Asked(person_id=cast.ben.pk, run_id=final.pk, bonus="level_pay")
    levels.orders_of(asked=asked, level=1)
    with CaptureQueriesContext(connection) as seen:
        levels.orders_of(asked=asked, level=1)
    lines = [one["sql"] for one in seen if 'FROM "commissions_line"' in one["sql"]]
    assert lines
    assert all('"order_id" IN (' in one and "GROUP BY" not in one for one in lines)


def test_of_nobody_else_orders_are_kept(final, cast, monkeypatch):
    monkeypatch.setattr(earner_orders, "FEWEST", 10_000)
    assert earner_orders.of(run_id=final.pk, person_id=cast.ben.pk) is None
    assert earner_orders.greatest(run_id=final.pk, most=5) == []


def test_an_item_that_the_plan_does_not_know_is_added_up(final, cast):
    bonuses = {one.name for one in plans.of_run(run_id=final.pk).bonuses}
    assert "given_up" not in bonuses
    asked = {"run_id": final.pk, "person_id": cast.ben.pk, "level": None}
    assert earner_orders.of_item(bonus="given_up", **asked) is None
    assert (
        len(earner_orders.of_item(bonus="level_pay", **asked))
        == Run.objects.get(pk=final.pk)
        .lines.filter(distributor=cast.ben, bonus="level_pay")
        .values("order_line__order")
        .distinct()
        .count()
    )

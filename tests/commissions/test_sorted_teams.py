"""The table of a great team by name, last order and nearness: kept once for each run, the same as what is asked."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.operations import estimates, summing
from commissions.queries import members, sizes, team_table
from distributors.models import Distributor
from distributors.tree import move
from tests.cast import join
from tests.commissions.conftest import at, draft, finish, work

pytestmark = pytest.mark.django_db
LONG = ("name", "last", "near")


@pytest.fixture(autouse=True)
def great(monkeypatch):
    monkeypatch.setattr(summing, "MANY_PEOPLE", 0)


def ordered(person, month, sort, *, reverse=False):
    choice = team_table.Choice(sort=sort, reverse=reverse, with_near=True)
    found = team_table.select(viewer_id=person.pk, month=month, choice=choice)
    near = dict(zip(found.team.ids.tolist(), found.near.tolist(), strict=True))
    return [(one, near[one]) for one in found.team.ids[found.order].tolist()]


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("sort", LONG)
def test_it_is_the_order_that_is_asked_for(october, cast, monkeypatch, sort, reverse):
    back = october.sell("hana", 1, at(10, 12))
    october.take_back(back, 1, at(10, 13))
    finish(cast, draft())
    october.sell("gus", 1, at(11, 3))
    estimates.refresh(now=at(11, 4))
    move(distributor_id=cast.dan.pk, sponsor_id=cast.gus.pk, effective_at=at(11, 5))
    people, months = list(Distributor.objects.all()), members.months()
    kept = [ordered(person, month, sort, reverse=reverse) for person in people for month in months]
    monkeypatch.setattr(sizes, "is_great", lambda **_: False)
    assert kept == [ordered(person, month, sort, reverse=reverse) for person in people for month in months]
    assert len(kept[0]) == 7


@pytest.mark.parametrize("sort", LONG)
def test_nobody_of_the_team_is_read_for_it(october, cast, sort):
    estimates.refresh(now=at(10, 20))
    work(at(10, 20))
    month = members.months()[0]
    with CaptureQueriesContext(connection) as asked:
        ordered(cast.ana, month, sort)
    read = ("commissions_snapshot", "sales_order", "distributors_profile", "lft")
    assert not [one["sql"] for one in asked if any(word in one["sql"] for word in read)]


@pytest.mark.parametrize("sort", LONG)
@pytest.mark.parametrize("reverse", [False, True])
def test_who_joined_since_comes_last_until_the_next_estimate(october, cast, sort, reverse):
    estimates.refresh(now=at(10, 20))
    join(cast=cast, name="abel", under="dan", number="2001", joined_at=at(10, 21))
    order = [one for one, _ in ordered(cast.ana, members.months()[0], sort, reverse=reverse)]
    assert order[-1] == cast.people["abel"].pk
    assert len(order) == 8


@pytest.mark.parametrize("sort", ["name", "last"])
def test_beside_the_table_stands_who_joined_since(october, cast, monkeypatch, sort):
    estimates.refresh(now=at(10, 20))
    address, said = f"/team/?view=table&sort={sort}", "1 person joined after this order was made"
    assert said not in cast.client("ana").get(address).content.decode()
    join(cast=cast, name="abel", under="dan", number="2001", joined_at=at(10, 21))
    assert said in cast.client("ana").get(address).content.decode()
    assert said not in cast.client("ana").get("/team/?view=table&sort=gv").content.decode()
    monkeypatch.setattr(sizes, "is_great", lambda **_: False)
    assert said not in cast.client("ana").get(address).content.decode()


def test_what_is_kept_is_by_person(october, cast):
    """A kept order is of everybody of the run: whoever reads it, a name has one place."""
    estimates.refresh(now=at(10, 20))
    month = members.months()[0]
    whole = [one for one, _ in ordered(cast.ana, month, "name")]
    part = [one for one, _ in ordered(cast.cleo, month, "name")]
    assert len(part) == 3
    assert part == [one for one in whole if one in part]

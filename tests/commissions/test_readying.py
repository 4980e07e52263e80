"""What great teams are cut out of lies ready before anybody sees the run; where it does not, pages gather it."""

from collections import Counter

import pytest
from django.db import OperationalError

from commissions.models import LevelSum, Run
from commissions.operations import estimates, readying, summing, tidying
from commissions.queries import (
    earner_orders,
    everyone,
    kept,
    members,
    run_orders,
    team_numbers,
    unpaid_orders,
)
from common.models import Job
from common.operations import shelf
from distributors.queries import sponsor_tree
from tests.cast import join
from tests.commissions.conftest import at, draft, finish, work
from tests.commissions.test_great_teams import same

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(monkeypatch, settings, tmp_path):
    """Everybody's team is great, and everybody's lines are many; the shelf is empty."""
    settings.VAR = tmp_path
    monkeypatch.setattr(summing, "MANY_PEOPLE", 0)
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    monkeypatch.setattr(earner_orders, "FEWEST", 0)
    monkeypatch.setattr(shelf, "_opened", {})
    return tmp_path / "arrays" / "runs"


@pytest.fixture
def nobody_gathers(monkeypatch):
    """From when it is called on, as in a process that has just begun: whoever gathers anything fails."""

    def begin():
        monkeypatch.setattr(shelf, "_opened", {})
        for module in (everyone, run_orders, earner_orders):
            monkeypatch.setattr(module, "_gather", fails)

    def fails(*_, **__):
        raise AssertionError("somebody waited for it")

    return begin


def reads(cast, key):
    month = next(one for one in members.months() if one.key == key)
    team = team_numbers.load(viewer_id=cast.ana.pk, month=month)
    orders = unpaid_orders.page(person_id=cast.ben.pk, key=key, elsewhere=True)
    return len(team), len(orders.orders)


def test_the_first_reader_of_an_estimate_waits_for_nothing(october, cast, folder, nobody_gathers):
    estimates.refresh(now=at(10, 20))
    work(at(10, 20))
    nobody_gathers()
    assert reads(cast, "2026-10") == (7, 3)


def test_nor_the_first_reader_of_a_month_that_was_approved(october, cast, folder, nobody_gathers):
    finish(cast, draft())
    nobody_gathers()
    assert reads(cast, "2026-10") == (7, 3)


def test_it_is_what_would_be_gathered(october, cast, folder):
    finish(cast, draft())
    estimates.refresh(now=at(11, 4))
    join(cast=cast, name="jo", under="dan", number="2001", joined_at=at(11, 5))
    estimates.refresh(now=at(11, 6))
    for month in members.months():
        same(month)


def test_without_it_the_page_gathers(october, cast, folder, monkeypatch):
    monkeypatch.setattr(readying, "gathered", lambda **_: {})
    estimates.refresh(now=at(10, 20))
    assert not folder.exists()
    assert reads(cast, "2026-10") == (7, 3)


def test_an_estimate_is_not_lost_over_it(october, cast, folder, monkeypatch):
    def hangs_up():
        raise OperationalError("the server closed the connection")

    with monkeypatch.context() as broken:
        broken.setattr(sponsor_tree, "everybody_today", hangs_up)
        assert estimates.refresh(now=at(10, 20)) is not None
    assert reads(cast, "2026-10") == (7, 3)


def test_what_is_gone_takes_no_room(october, cast, folder, django_capture_on_commit_callbacks):
    """Of each run that is there everybody, the orders and two ways to sort; beside them what belongs to no run."""
    for day in range(20, 25):
        with django_capture_on_commit_callbacks(execute=True):
            estimates.refresh(now=at(10, day))
        work(at(10, day))
    kinds = Counter(one.name.split("-")[0] for one in folder.iterdir() if one.is_dir())
    assert kinds["everyone"] == kinds["orders"] == kinds["named"] == Run.objects.count() == 2
    assert set(kinds) == {"everyone", "orders", "named", "last", "names"}


def test_a_run_never_takes_what_was_gathered_for_another_of_its_key(october, cast, folder):
    run = estimates.refresh(now=at(10, 20))
    what = run_orders.what_of(run_id=run.pk)
    before = kept.name_once(what=what)
    readying.point(run=run, names={})
    assert kept.name_once(what=what) != before


def test_an_estimate_that_came_to_nothing_points_nowhere(october, cast, folder, monkeypatch):
    def fails(name):
        if name == "estimate.replacing":
            raise OSError(name)

    first = estimates.refresh(now=at(10, 20))
    october.sell("finn", 3, at(10, 20))
    monkeypatch.setattr(estimates, "failpoint", fails)
    with pytest.raises(OSError, match=r"estimate\.replacing"):
        estimates.refresh(now=at(10, 21))
    assert Run.objects.get(state="estimate") == first
    same(members.months()[0])


def test_where_no_team_is_great_nothing_is_made_ready(october, cast, settings, tmp_path):
    settings.VAR = tmp_path
    estimates.refresh(now=at(10, 20))
    finish(cast, draft())
    assert not Job.objects.filter(kind=readying.JOB).exists()
    assert not (tmp_path / "arrays").exists()


def test_a_run_that_is_gone_needs_nothing(october, cast, folder):
    run = estimates.refresh(now=at(10, 20))
    tidying.drop(estimates=Run.objects.filter(pk=run.pk))
    assert readying.make_ready(run_id=run.pk) is False


def test_those_who_earn_most_are_made_ready(october, cast, folder, monkeypatch):
    monkeypatch.setattr(readying, "EARNERS", 2)
    run = estimates.refresh(now=at(10, 20))
    work(at(10, 20))
    counts = dict(LevelSum.objects.filter(run=run, bonus="").values_list("distributor_id", "orders"))
    ready = [one.name for one in (folder.parent / "people").iterdir() if one.is_dir()]
    people = [int(name.split("-")[3]) for name in ready]
    assert len(people) == 2
    assert sorted(counts[one] for one in people) == sorted(counts.values())[-2:]


@pytest.mark.parametrize("many", [0, 10**6], ids=["great", "small"])
def test_a_cache_without_its_table_costs_no_estimate(october, cast, folder, settings, monkeypatch, many):
    monkeypatch.setattr(summing, "MANY_PEOPLE", many)
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "no_such_table"}
    }
    for hour in (20, 21):  # the second takes the place of the first
        estimates.refresh(now=at(10, 20, hour))
    assert Run.objects.get(state="estimate").computed_at == at(10, 20, 21)

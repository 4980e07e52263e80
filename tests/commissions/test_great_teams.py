"""A great team cut out of everybody of a run is the team that is read from the tables, whatever happened since."""

import random

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from commissions.models import TeamSum
from commissions.operations import estimates, summing
from commissions.queries import everyone, members, team_numbers
from common.operations import shelf
from distributors.models import Distributor
from distributors.tree import SponsorIsBelow, move
from tests.cast import join
from tests.commissions.conftest import at, draft, finish

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def great(monkeypatch):
    monkeypatch.setattr(summing, "MANY_PEOPLE", 0)


def told(team):
    """The team by key: every array of it, with the leg's head as a key."""
    head = np.where(team.head >= 0, team.ids[team.head], -1)
    both_know = [name for name in type(team).__slots__ if name not in ("place", "near")]
    columns = [head if name == "head" else getattr(team, name) for name in both_know]
    return {row[0]: row for row in zip(*(column.tolist() for column in columns), strict=True)}


def same(month):
    """Both ways say the same of everybody's team."""
    for person in Distributor.objects.all():
        read = team_numbers._asked(person.pk, month)
        assert told(team_numbers.load(viewer_id=person.pk, month=month)) == told(read)


def happens(cast, chance, day):
    """Somebody joins, or moves with everybody below."""
    names = list(cast.people)
    if chance.random() < 0.5:
        name = f"new{len(names)}"
        join(
            cast=cast,
            name=name,
            under=chance.choice(names),
            number=str(3000 + len(names)),
            joined_at=at(11, day),
        )
        return
    who, under = (cast.people[name] for name in chance.sample(names[1:], 2))
    try:
        move(distributor_id=who.pk, sponsor_id=under.pk, effective_at=at(11, day))
    except SponsorIsBelow:
        return


@pytest.mark.parametrize("seed", range(4))
def test_whoever_came_or_moved_since_stands_where_they_stand_today(october, cast, seed):
    chance = random.Random(seed)
    finish(cast, draft())
    estimates.refresh(now=at(11, 4))
    for day in range(5, 9):
        for month in members.months():
            same(month)
        happens(cast, chance, day)
        happens(cast, chance, day)
    for month in members.months():
        assert TeamSum.objects.filter(run_id=month.run_id).exists()
        same(month)


def test_whoever_came_back_has_not_moved(october, cast):
    estimates.refresh(now=at(10, 20))
    month = members.months()[0]
    assert not len(everyone.of_month(month=month).moved)
    move(distributor_id=cast.dan.pk, sponsor_id=cast.gus.pk, effective_at=at(10, 21))
    assert everyone.of_month(month=month).moved.tolist() == [cast.dan.pk]
    move(distributor_id=cast.dan.pk, sponsor_id=cast.cleo.pk, effective_at=at(10, 22))
    assert not len(everyone.of_month(month=month).moved)


def test_many_changes_are_gathered_anew(october, cast, monkeypatch):
    estimates.refresh(now=at(10, 20))
    month = members.months()[0]
    same(month)
    monkeypatch.setattr(everyone, "MANY_CHANGES", 0)
    monkeypatch.setattr("distributors.queries.sponsor_tree.UNFINISHED", 0)
    join(cast=cast, name="jo", under="dan", number="2001", joined_at=at(10, 21))
    same(month)
    assert everyone.of_month(month=month).moved.tolist() == [cast.people["jo"].pk]


def test_a_great_team_is_not_read_row_by_row(october, cast):
    estimates.refresh(now=at(10, 20))
    month = members.months()[0]
    team_numbers.load(viewer_id=cast.ana.pk, month=month)
    with CaptureQueriesContext(connection) as asked:
        team_numbers.load(viewer_id=cast.ana.pk, month=month)
    assert not [one["sql"] for one in asked if "commissions_snapshot" in one["sql"]]


def test_the_shelf_keeps_what_was_looked_at_last(monkeypatch, settings, tmp_path):
    settings.VAR = tmp_path
    monkeypatch.setattr(shelf, "ROOMS", {"runs": 2})
    monkeypatch.setattr(shelf, "_opened", {})
    gathered = []

    def gather(name):
        gathered.append(name)
        return {"values": np.arange(3)}

    for name in ("one", "two", "one", "three"):
        assert shelf.look(name=name, gather=lambda name=name: gather(name))["values"].tolist() == [0, 1, 2]
    assert gathered == ["one", "two", "three"]
    assert sorted(one.name for one in (tmp_path / "arrays" / "runs").iterdir() if one.is_dir()) == [
        "one",
        "three",
    ]

"""What a run writes down of great teams and long statements is what adding up would give."""

import numpy as np
import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from commissions.models import LevelSum, Run, TeamSum
from commissions.operations import computing, estimates, guards, summing
from commissions.queries import guards as guarding
from commissions.queries import levels, members, sizes
from tests.commissions.conftest import at, draft, finish


@pytest.fixture
def summed(monkeypatch):
    """Everybody's sums are written down, not only those of the great."""
    monkeypatch.setattr(summing, "MANY_PEOPLE", 0)
    monkeypatch.setattr(summing, "MANY_LINES", 0)
    monkeypatch.setattr(sizes, "AT_ONCE", 0)


def told(person, run):
    """Everything that pages say from sums."""
    inside = levels.of_statement(person_id=person.pk, run_id=run.pk)
    asked = [levels.Asked(person_id=person.pk, run_id=run.pk, bonus=bonus) for bonus, _ in inside.items]
    return (
        inside,
        [levels.of_item(asked=one) for one in asked],
        [levels.orders_of(asked=one).total for one in asked],
        [levels.orders_of(asked=one, level=levels.of_item(asked=one)[0].level).total for one in asked],
        levels.order_count(person_id=person.pk, run_id=run.pk),
        sizes.of_month(person_id=person.pk, month=members.months()[0]),
        sizes.people_below(ids=[person.pk]),
    )


@pytest.mark.parametrize("name", ["ana", "ben", "cleo", "dan", "eva"])
def test_sums_say_what_adding_up_says(october, cast, summed, name):
    estimates.refresh(now=at(10, 20))
    run, person = Run.objects.get(state="estimate"), cast.people[name]
    assert TeamSum.objects.filter(run=run).exists()
    assert LevelSum.objects.filter(run=run, level=None).exists()
    before = told(person, run)
    summing.drop(run_id=run.pk)
    assert told(person, run) == before


def test_numbers_are_found_alike_with_room_for_each_and_without(monkeypatch):
    values = np.array([7, 3, 7, 0, 90])
    for room in (summing.ROOM, 90):
        monkeypatch.setattr(summing, "ROOM", room)
        different, to = summing._numbered(values)
        assert different.tolist() == [0, 3, 7, 90]
        assert to.tolist() == [2, 1, 2, 0, 3]


def test_small_teams_and_short_statements_leave_nothing(october, cast):
    draft()
    assert not TeamSum.objects.exists()
    assert not LevelSum.objects.exists()


def test_a_draft_takes_its_sums_with_it(october, cast, summed):
    run = draft()
    assert TeamSum.objects.filter(run=run).exists()
    computing.drop(thinned=[run.pk])
    assert not TeamSum.objects.filter(run=run).exists()
    assert not LevelSum.objects.filter(run=run).exists()


def test_a_long_statement_is_read_without_its_lines(october, cast, summed):
    finish(cast, draft())
    client = cast.client("ben")
    with CaptureQueriesContext(connection) as seen:
        client.get("/earnings/2026-10/")
    assert not [one["sql"] for one in seen if 'FROM "commissions_line"' in one["sql"]]


def test_a_team_younger_than_every_run_is_counted(october, cast, summed):
    assert sizes.people_below(ids=[cast.gus.pk, cast.ben.pk])[cast.ben.pk] > 1


@pytest.mark.parametrize("table", guarding.SUMS)
@pytest.mark.parametrize("change", ["UPDATE {} SET distributor_id = distributor_id", "DELETE FROM {}"])
def test_what_a_final_month_adds_up_to_is_final(october, cast, summed, table, change):
    """A page of somebody with thousands of lines shows the sums: they are no less paid by than the lines."""
    finish(cast, draft())
    with pytest.raises(DatabaseError, match="final"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))
    guards.lift()
    with connection.cursor() as cursor:
        cursor.execute(change.format(table))
        assert cursor.rowcount

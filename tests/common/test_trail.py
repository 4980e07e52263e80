"""The audit trail: what is written follows the last, and whatever is done to it afterwards is found out."""

import pytest
from django.db import DatabaseError, connection, transaction

from commissions.operations import guards
from common import trail
from common.models import TrailEntry
from common.operations import trail as writing
from common.queries import trail as reading
from common.queries.trail import Head
from common.trail import NOTHING, Saying, What
from tests.commissions.conftest import at

pytestmark = pytest.mark.django_db
NOW = at(11, 2)


def saying(n=1, **given):
    known = {"what": What.STATUS, "kind": "distributor", "key": str(1000 + n), "at": NOW, "who": 7}
    return Saying(**{**known, "facts": {"before": "good", "after": "suspended"}, **given})


def write(*numbers):
    with transaction.atomic():
        writing.write(*(saying(n) for n in numbers))


def write_and_fail(number):
    with writing.at_the_end():
        write(number)
        raise ZeroDivisionError


@pytest.fixture
def three():
    """The trail begins, and three things are told in it; its guards lifted, as somebody would who owns the tables."""
    TrailEntry.objects.exists() or writing.begin(taken_over=[], now=NOW)
    write(1, 2)
    write(3)
    guards.lift()
    return list(TrailEntry.objects.order_by("-number")[:3][::-1])


def sql(statement, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount


def test_entries_are_numbered_and_each_follows_the_one_before(three):
    every = list(TrailEntry.objects.order_by("number"))
    assert [one.number for one in every] == list(range(1, len(every) + 1))
    assert [one.previous for one in every] == [NOTHING, *(one.hash for one in every[:-1])]
    assert reading.broken() is None
    assert reading.head() == Head(number=three[-1].number, hash=three[-1].hash)


def test_an_entry_is_written_with_what_it_tells_or_not_at_all():
    before = reading.head()
    with pytest.raises(ZeroDivisionError):
        write_and_fail(1)
    with transaction.atomic():
        write(1)
        transaction.set_rollback(True)
    assert reading.head() == before


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_nothing_is_written():
    with pytest.raises(writing.NotInATransaction):
        writing.write(saying())


def test_what_is_told_under_way_is_written_at_the_end():
    before = reading.head().number
    with writing.at_the_end():
        write(1)
        with pytest.raises(ZeroDivisionError):
            write_and_fail(2)
        with writing.at_the_end():
            write(3)
        assert reading.head().number == before
    told = TrailEntry.objects.filter(number__gt=before).order_by("number")
    assert list(told.values_list("key", flat=True)) == ["1001", "1003"]


@pytest.mark.parametrize(
    "change",
    [
        "at = '2026-11-02 08:00:00'", "what = 'run.approved'", "who = 8", "who = NULL", "kind = 'login'", "key = '1'",
        "facts = '{}'", "signed_with = '0'", "previous = '0'", "hash = '0'", "number = number + 10",
    ],
)  # fmt: skip
def test_an_entry_that_was_changed_is_the_first_that_is_broken(three, change):
    second = three[1].number
    sql(f"UPDATE common_trailentry SET {change} WHERE number = %s", second)
    assert reading.broken().number == second
    assert reading.broken(after=Head(number=three[0].number, hash=three[0].hash)).number == second


def test_an_entry_that_is_gone_is_missed_where_it_stood(three):
    sql("DELETE FROM common_trailentry WHERE number = %s", three[1].number)
    assert str(reading.broken()) == f"entry {three[1].number} of the audit trail is missing"


def test_a_cut_tail_is_noticed_by_who_knows_the_head(three):
    head = reading.head()
    assert reading.has(head=head)
    sql("DELETE FROM common_trailentry WHERE number = %s", head.number)
    assert reading.broken() is None  # of what is left nothing is wrong
    assert not reading.has(head=head)


def test_who_does_not_have_the_key_cannot_write_it_anew(three, settings):
    """Changed, and every hash after it made again, with whatever key somebody could find."""
    rows = list(TrailEntry.objects.order_by("number"))
    settings.AUDIT_KEYS = ["a guess"]
    sql("DELETE FROM common_trailentry WHERE number >= %s", three[0].number)
    write(4, 5, 6)
    settings.AUDIT_KEYS = ["the key", "a guess"]
    assert reading.broken().number == 1
    assert len(rows) == TrailEntry.objects.count()


def test_an_old_key_still_verifies_and_does_not_seal_any_more(three, settings):
    settings.AUDIT_KEYS = ["a new one", *settings.AUDIT_KEYS]
    write(4)
    assert reading.broken() is None
    assert TrailEntry.objects.values("signed_with").distinct().count() == 2
    settings.AUDIT_KEYS = settings.AUDIT_KEYS[1:]
    write(5)  # by who has found the old one
    settings.AUDIT_KEYS = ["a new one", *settings.AUDIT_KEYS]
    assert "had been replaced" in str(reading.broken())
    settings.AUDIT_KEYS = ["a new one"]
    assert reading.broken().number == 1


def test_a_key_is_shown_by_a_fingerprint_that_gives_nothing_away(settings):
    ((fingerprint, key),) = trail.keys()
    assert fingerprint not in (key.hex(), settings.AUDIT_KEYS[0])
    assert len(fingerprint) == 16


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE common_trailentry SET who = 8", "DELETE FROM common_trailentry",
        "UPDATE common_trailentry SET number = number + 100",
    ],
)  # fmt: skip
def test_the_database_refuses_to_change_it(statement):
    write(1)
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        sql(statement)


def test_the_database_refuses_to_empty_or_replace_it():
    write(1)
    again = (
        "TRUNCATE common_trailentry"
        if connection.vendor == "postgresql"
        else "INSERT OR REPLACE INTO common_trailentry SELECT * FROM common_trailentry"
    )
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        sql(again)


@pytest.mark.on_sqlite  # it alone knows REPLACE
@pytest.mark.parametrize("column", ["number", "previous", "hash"])
def test_nothing_takes_the_place_of_an_entry(column):
    """REPLACE deletes what is in its way, and asks nobody where recursive_triggers is not set."""
    write(1)
    columns = [name if name == column else {"number": "99", "who": "who"}.get(name, f"{name} || 'x'")
               for name in reading.COLUMNS]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA recursive_triggers = OFF")
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            sql(
                f"INSERT OR REPLACE INTO common_trailentry ({', '.join(reading.COLUMNS)}) "
                f"SELECT {', '.join(columns)} FROM common_trailentry"
            )
        cursor.execute("PRAGMA recursive_triggers = ON")


def test_without_the_guards_it_gives_way():
    """The control."""
    write(1)
    guards.lift()
    sql("UPDATE common_trailentry SET who = 8")
    guards.install()


@pytest.mark.parametrize("facts", [{"rate": 0.1}, {"when": NOW}, {"of": [1.5]}])
def test_facts_are_what_has_one_way_to_be_written(facts):
    with pytest.raises(TypeError):
        trail.canonical(facts=facts)


def test_what_people_write_does_not_come_in():
    with pytest.raises(ValueError, match="not a text"):
        trail.canonical(facts={"reason": "a long story " * 10})
    with pytest.raises(ValueError, match="more than one line"), transaction.atomic():
        writing.write(saying(key="1\n2"))


def test_facts_are_the_same_bytes_whatever_their_order():
    facts = {"b": [1, None, True], "a": {"z": "é", "y": 2}}
    assert trail.canonical(facts=facts) == r'{"a":{"y":2,"z":"\u00e9"},"b":[1,null,true]}'


def test_a_trail_begins_once_with_what_stands():
    guards.lift()
    TrailEntry.objects.all().delete()
    guards.install()
    assert writing.begin(taken_over=[saying(1), saying(2)], now=NOW)
    assert not writing.begin(taken_over=[], now=NOW)
    assert TrailEntry.objects.get(number=1).facts == '{"taken_over":2}'
    assert (reading.head().number, reading.broken()) == (3, None)
    assert [one.key for one in reading.told(whats=[What.STATUS])] == ["1001", "1002"]

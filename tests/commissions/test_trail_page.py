"""Where the audit trail is read: on its page, by the command, and in the letter that takes its head outside."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from commissions.operations import anchoring, guards, schedule
from common.models import Job, Letter, TrailEntry
from common.operations import trail as writing
from common.queries import trail as reading
from common.trail import Saying, What
from tests.commissions.conftest import at, draft, finish
from tests.portal.counting import queries

pytestmark = pytest.mark.django_db
PAGE = "/staff/books/trail/"


def write(count, who=None, **facts):
    said = [
        Saying(what=What.STATUS, kind="distributor", key=str(n), at=at(11, 2), who=who, facts=facts)
        for n in range(1, count + 1)
    ]
    with transaction.atomic():
        writing.write(*said)


def page(cast, query=""):
    return cast.client("paula").get(f"{PAGE}?{query}").content.decode()


# --- the page ---------------------------------------------------------------------------------------------------------
def test_a_month_is_read_with_who_answered_for_it(october, cast):
    finish(cast, draft())
    shown = page(cast, "about=2026-10/close/1")
    assert shown.index("Run and period final") < shown.index("Run approved") < shown.index("Run reviewed")
    assert "Quinn" in shown
    assert "hash that was approved" in shown
    assert "Line drawn" not in shown.split("<table")[1]
    month = page(cast, "about=2026-10").split("<table")[1]
    assert "Line drawn" in month
    assert "Run approved" in month
    assert "No entry fits" in page(cast, "about=2026-1")


def test_it_is_narrowed_by_what_and_up_to_which_entry(cast):
    write(3)
    last = reading.head().number
    assert "No entry fits" in page(cast, "what=run.approved")
    shown = page(cast, f"what=status.changed&up_to={last - 1}")
    assert f"Facts of entry {last - 1}" in shown
    assert f"Facts of entry {last}" not in shown


@pytest.mark.parametrize(
    "query", ["what=nonsense", "up_to=x", "up_to=0", "up_to=99999999999999999999", "page=x"]
)
def test_what_cannot_be_understood_leaves_nothing_out(cast, query):
    write(2)
    assert f"Facts of entry {reading.head().number}" in page(cast, query)


def test_more_entries_ask_no_more_questions(cast):
    client = cast.client("paula")
    write(5, who=cast.users["paula"].pk)
    few = queries(lambda: client.get(PAGE))
    write(30, who=cast.users["quinn"].pk)
    assert queries(lambda: client.get(PAGE)) == few


def test_a_spoilt_entry_is_shown_as_it_is(cast):
    write(1)
    guards.lift()
    TrailEntry.objects.filter(number=reading.head().number).update(facts="<b>all to me</b>", kind="odd")
    assert "&lt;b&gt;all to me&lt;/b&gt;" in page(cast)


def test_rights_are_read_side_by_side(cast):
    write(1, before={"rights": []}, after={"rights": ["commissions.approve_run"], "staff": True})
    shown = page(cast)
    assert "before: rights" in shown
    assert "commissions.approve_run" in shown


def test_the_books_lead_there(cast):
    assert PAGE in cast.client("paula").get("/staff/books/").content.decode()


# --- the command ------------------------------------------------------------------------------------------------------
def command(*arguments):
    out = StringIO()
    call_command("audit_trail", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_says_where_it_stands(cast):
    write(3)
    head = reading.head()
    said = command()
    assert said.splitlines()[0] == f"{head.number}:{head.hash}"
    assert f"whole: {head.number} entries" in said
    assert command("--holds", f"{head.number}:{head.hash}") == said


def test_the_command_ends_with_1_at_the_first_entry_that_is_broken(cast):
    write(3)
    guards.lift()
    TrailEntry.objects.filter(number__gt=reading.head().number - 2).update(who=99)
    with pytest.raises(CommandError, match=f"entry {reading.head().number - 1} "):
        command()


def test_the_command_misses_what_was_kept_outside(cast):
    write(3)
    head = reading.head()
    guards.lift()
    TrailEntry.objects.filter(number=head.number).delete()
    assert "whole" in command()
    with pytest.raises(CommandError, match=f"Entry {head.number} is gone"):
        command("--holds", f"{head.number}:{head.hash}")


@pytest.mark.parametrize("kept", ["1", "x:" + "0" * 64, "1:abc"])
def test_what_is_no_head_is_refused(kept):
    with pytest.raises(CommandError, match="a head is"):
        command("--holds", kept)


def test_an_auditor_gets_what_is_hashed(cast):
    write(2, amount=5)
    last = reading.head().number
    rows = [json.loads(line) for line in command("--json", "--since", str(last - 1)).splitlines()]
    assert [row["number"] for row in rows] == [last - 1, last]
    assert rows[1]["previous"] == rows[0]["hash"]
    assert rows[1]["facts"] == '{"amount":5}'
    assert rows[1]["at"] == "2026-11-02T12:00:00.000000+00:00"
    assert f"{last} 2026-11-02" in command("--since", str(last))


# --- the letter -------------------------------------------------------------------------------------------------------
def sent(cast, day, hour=9):
    schedule.tick(now=at(11, day, hour), owner="a test")
    return Letter.objects.filter(key__startswith="trail:").count()


def test_who_may_approve_gets_the_head_once_a_day_where_anything_was_added(cast):
    write(1)
    assert sent(cast, 2, hour=5) == 0  # seven in Brussels is six
    assert sent(cast, 2) == 2  # Quinn, and who may do everything
    assert sent(cast, 2, hour=10) == 2
    assert sent(cast, 3) == 2
    write(1)
    assert sent(cast, 4) == 4
    assert Job.objects.filter(kind=anchoring.JOB).count() == 3


def test_the_letter_says_how_to_compare(cast):
    write(1)
    anchoring.send(subject="2026-11-02", now=at(11, 2), progress=lambda *_: None)
    head = reading.head()
    letter = Letter.objects.filter(key__startswith="trail:").first()
    assert f"manage.py audit_trail --holds {head.number}:{head.hash}" in letter.content["body"]
    assert {one.content["to"][0] for one in Letter.objects.filter(key__startswith="trail:")} == {
        cast.users["quinn"].email,
        cast.users["root"].email,
    }

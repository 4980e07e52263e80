"""Mail is a row in the business's transaction, sent by a job, tried again, and the same thing once."""

import smtplib
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives, send_mail
from django.db import transaction
from django.test import Client

from common import mail as bridge
from common.models import Job, Letter
from common.operations import failpoints, jobs, outbox
from common.queries.outbox import stuck
from tests.portal.test_accounts_join import DETAILS, DISTRIBUTOR

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
LETTER = {
    "subject": "Hello", "body": "Words", "from_email": "portal@example.com", "to": ["eva@example.com"], "cc": [],
    "bcc": [], "reply_to": [], "headers": {},
}  # fmt: skip


@pytest.fixture(autouse=True)
def _as_in_production(settings, time_machine):
    """Mail goes to the outbox, and from there into the list that tests read."""
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    settings.MAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    time_machine.move_to(NOW, tick=False)


def work(now=NOW):
    while jobs.advance_due(now=now, owner="a test"):
        pass


def test_a_mail_becomes_a_row_and_the_row_a_mail():
    send_mail("Hello", "Words", "portal@example.com", ["eva@example.com"], html_message="<p>Words</p>")
    assert mail.outbox == []
    work()
    (sent,) = mail.outbox
    assert (sent.subject, sent.body, sent.to, sent.alternatives[0][0]) == (
        "Hello", "Words", ["eva@example.com"], "<p>Words</p>",
    )  # fmt: skip
    letter = Letter.objects.get()
    assert (letter.state, letter.content) == ("sent", {})


def test_what_is_rolled_back_is_never_sent():
    with transaction.atomic():
        send_mail("Hello", "Words", None, ["eva@example.com"])
        transaction.set_rollback(True)
    work()
    assert mail.outbox == []


def test_the_same_key_is_one_letter():
    for _ in range(2):
        EmailMessage(
            "Hello", "Words", to=["eva@example.com"], headers={bridge.KEY: "notice:2026-10:1005"}
        ).send()
    work()
    assert len(mail.outbox) == 1
    assert bridge.KEY not in mail.outbox[0].extra_headers


def test_without_the_key_it_would_be_two():
    """The control."""
    for _ in range(2):
        EmailMessage("Hello", "Words", to=["eva@example.com"]).send()
    work()
    assert len(mail.outbox) == 2


def test_working_again_sends_nothing_again():
    send_mail("Hello", "Words", None, ["eva@example.com"])
    work()
    outbox.deliver(subject="mail", now=LATER, progress=lambda *_: None)
    assert len(mail.outbox) == 1


def test_a_server_that_is_away_is_tried_again_after_pauses_that_grow(monkeypatch):
    tries = []

    def away(key, content):
        tries.append(key)
        raise smtplib.SMTPServerDisconnected("away")

    monkeypatch.setattr(outbox, "_senders", [away])
    outbox.enqueue(key="a", content=LETTER, now=NOW)
    pauses, now = [], NOW
    for _ in range(5):
        outbox.deliver(subject="mail", now=now, progress=lambda *_: None)
        due = Letter.objects.get().due_at
        pauses.append(round((due - now).total_seconds()))
        now = due
    assert pauses == [30, 60, 120, 240, 480]
    assert "away" in Letter.objects.get().error
    monkeypatch.setattr(outbox, "_senders", [bridge.send])
    outbox.request(now=now)
    work(now)
    assert [len(tries), len(mail.outbox)] == [5, 1]


def test_it_is_given_up_at_last(monkeypatch):
    monkeypatch.setattr(outbox, "_senders", [])
    outbox.enqueue(key="a", content=LETTER, now=NOW)
    now = NOW
    for _ in range(outbox.MOST_ATTEMPTS):
        outbox.deliver(subject="mail", now=now, progress=lambda *_: None)
        now += timedelta(hours=3)
    letter = Letter.objects.get()
    assert (letter.state, letter.attempts) == ("failed", outbox.MOST_ATTEMPTS)
    outbox.deliver(subject="mail", now=now, progress=lambda *_: None)
    assert Letter.objects.get().attempts == outbox.MOST_ATTEMPTS


def test_one_letter_that_cannot_be_sent_keeps_no_other_waiting():
    outbox.enqueue(key="bad", content={}, now=NOW)
    outbox.enqueue(key="good", content=LETTER, now=NOW)
    work()
    assert len(mail.outbox) == 1


def test_while_one_tries_nobody_else_does(monkeypatch):
    """A second worker in the middle of the first one's try finds nothing to send."""

    def meanwhile(key, content):
        outbox.deliver(subject="mail", now=NOW, progress=lambda *_: None)
        bridge.send(key, content)

    monkeypatch.setattr(outbox, "_senders", [meanwhile])
    outbox.enqueue(key="a", content=LETTER, now=NOW)
    outbox.deliver(subject="mail", now=NOW, progress=lambda *_: None)
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_leaves_it_to_the_next_under_the_same_name(monkeypatch):
    monkeypatch.setenv("FAILPOINT", "outbox.sent:raise")
    outbox.enqueue(key="a", content=LETTER, now=NOW)
    with pytest.raises(failpoints.Broken):
        outbox.deliver(subject="mail", now=NOW, progress=lambda *_: None)
    monkeypatch.delenv("FAILPOINT")
    outbox.deliver(subject="mail", now=NOW + outbox.HOLD, progress=lambda *_: None)
    first, second = (sent.extra_headers["Message-ID"] for sent in mail.outbox)
    assert first == second
    assert Letter.objects.get().state == "sent"


def test_the_clock_finds_what_no_job_asks_for():
    outbox.enqueue(key="a", content=LETTER, now=NOW)
    Job.objects.all().delete()
    outbox.request(now=NOW)
    work()
    assert len(mail.outbox) == 1


def test_a_letter_has_no_attachments():
    message = EmailMultiAlternatives("Hello", "Words", to=["eva@example.com"])
    message.attach("file.txt", "words", "text/plain")
    with pytest.raises(ValueError, match="attachments"):
        message.send()


def test_joining_writes_the_letter_and_the_account_together(cast):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    client.post(DISTRIBUTOR, DETAILS)
    assert Letter.objects.get().content["to"] == ["mara@example.com"]
    work()
    assert "confirm-email" in mail.outbox[0].body


def test_many_letters_that_go_out_one_after_the_other_are_not_stuck():
    early = NOW - timedelta(minutes=10)
    for key in ("sent", "waits"):
        outbox.enqueue(key=key, content=LETTER, now=early)
    assert stuck(before=NOW - timedelta(minutes=5)) == (2, 0)
    Letter.objects.filter(key="sent").update(state="sent", finished_at=NOW)
    assert stuck(before=NOW - timedelta(minutes=5)) == (0, 0)
    Letter.objects.filter(key="waits").update(attempts=1)
    assert stuck(before=NOW - timedelta(minutes=5)) == (1, 0)

"""Invitations by mail: sent, opened, joined, refused for good."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client

from common.models import Job
from common.operations import jobs
from distributors.models import Enrolment, Invitation, InvitationRefusal
from distributors.operations import invitations
from distributors.queries import invitations as queries_of
from tests.distributors.test_enrolment import NOW, TODAY
from tests.portal.counting import queries
from tests.portal.test_accounts_join import CUSTOMER, DETAILS, confirm

MARA = "mara@example.com"


@pytest.fixture
def invited(cast):
    return invitations.send(sponsor_id=cast.eva.pk, email=MARA, now=NOW, today=TODAY)


def state(cast):
    found = queries_of.of_sponsor(sponsor_id=cast.eva.pk)
    return queries_of.rows(invitations=found)[0].state


def send_many(cast, how_many, *, sponsor="eva"):
    for at in range(how_many):
        invitations.send(sponsor_id=cast.people[sponsor].pk, email=f"p{at}@example.com", now=NOW, today=TODAY)


def test_the_letter_names_who_invites_what_is_earned_and_the_way_out(cast):
    cast.client("eva").post("/sharing/invitations/", {"email": "Mara@Example.com"})
    letter = mail.outbox[-1]
    assert letter.to == [MARA]
    assert letter.subject == "Eva Vermeer invites you to Linden & Rye"
    assert "61 of every 100 distributors were paid nothing" in letter.body
    assert f"/invited/{Invitation.objects.get().key}/refuse/" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_from_the_letter_to_a_place_and_the_sender_sees_each_step(cast, invited):
    assert state(cast) == "sent"
    client = Client()
    page = client.get(f"/invited/{invited}/", follow=True)
    assert b"Eva Vermeer invites you" in page.content
    assert state(cast) == "opened"
    assert f'value="{MARA}"' in client.get(CUSTOMER).content.decode()
    client.post(CUSTOMER, DETAILS)
    assert state(cast) == "signed_up"
    confirm(client)
    assert state(cast) == "joined"


def test_a_sign_up_with_somebody_else_is_not_the_inviters(cast, invited):
    client = Client()
    client.get(f"/invited/{invited}/")
    client.post("/join/sponsor/", {"code": "gus-code"})
    client.post(CUSTOMER, DETAILS)
    assert Enrolment.objects.get().sponsor_id == cast.gus.pk
    assert state(cast) == "opened"


def test_a_look_ahead_opens_nothing(cast, invited):
    Client().get(f"/invited/{invited}/", headers={"sec-fetch-dest": "image"})
    Client().head(f"/invited/{invited}/")
    assert state(cast) == "sent"


def test_refused_for_good_by_anybodys_letter(cast, invited):
    other = invitations.send(sponsor_id=cast.gus.pk, email=MARA, now=NOW, today=TODAY)
    assert b"get no more invitations" in Client().post(f"/invited/{other}/refuse/").content
    assert state(cast) == "refused"
    assert set(Invitation.objects.values_list("email", flat=True)) == {""}
    page = cast.client("dan").post("/sharing/invitations/", {"email": MARA})
    assert (page.status_code, b"wants no invitations" in page.content) == (409, True)
    assert f'value="{MARA}"' in page.content.decode()
    assert len(mail.outbox) == 2


def test_a_mail_program_refuses_without_a_page(cast, invited):
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post(f"/invited/{invited}/refuse/", {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, InvitationRefusal.objects.count()) == (200, 1)


def test_opening_the_page_refuses_nothing(cast, invited):
    assert Client().get(f"/invited/{invited}/refuse/").status_code == 200
    assert not InvitationRefusal.objects.exists()


def test_refusing_works_after_the_address_is_forgotten(cast, invited):
    Invitation.objects.update(email="")
    assert invitations.refuse(key=invited, now=NOW)
    with pytest.raises(invitations.CannotInvite):
        invitations.send(sponsor_id=cast.dan.pk, email=MARA, now=NOW, today=TODAY)


def test_one_letter_for_each_address(cast, invited):
    with pytest.raises(invitations.CannotInvite, match="before"):
        invitations.send(sponsor_id=cast.eva.pk, email="MARA@example.com ", now=NOW, today=TODAY)


def test_twenty_a_day_and_no_more(cast):
    send_many(cast, 20)
    page = cast.client("eva").post("/sharing/invitations/", {"email": MARA})
    assert Invitation.objects.count() == 21  # another day has begun since the test's
    with pytest.raises(invitations.CannotInvite, match="tomorrow"):
        invitations.send(sponsor_id=cast.eva.pk, email="more@example.com", now=NOW, today=TODAY)
    assert page.status_code == 302


def test_the_database_holds_the_days_number_against_two_at_once(cast, invited):
    """Without the guard two that counted nineteen at the same moment would make twenty-one."""
    first = Invitation.objects.get()
    for ordinal in (1, 21):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(
                sponsor=cast.eva, key=f"k{ordinal}", digest=f"d{ordinal}", sent_on=first.sent_on,
                ordinal=ordinal, sent_at=NOW,
            )  # fmt: skip


def test_the_address_is_forgotten_after_three_months(cast, invited):
    job = Job.objects.get(kind=invitations.FORGET)
    assert job.due_at == NOW + timedelta(days=90)
    jobs.advance_due(now=NOW + timedelta(days=89), owner="the test")
    assert Invitation.objects.get().email == MARA
    jobs.advance_due(now=NOW + timedelta(days=90), owner="the test")
    assert Invitation.objects.get().email == ""
    assert b"forgotten after three months" in cast.client("eva").get("/sharing/invitations/").content


def test_what_rolls_back_sends_nothing(cast, monkeypatch):
    monkeypatch.setattr(jobs, "enqueue", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        invitations.send(sponsor_id=cast.eva.pk, email=MARA, now=NOW, today=TODAY)
    assert not Invitation.objects.exists()


def test_only_ones_own_are_listed(cast, invited):
    assert MARA.encode() in cast.client("eva").get("/sharing/invitations/").content
    assert MARA.encode() not in cast.client("dan").get("/sharing/invitations/").content


def test_the_list_is_narrowed_and_asks_no_more_for_more(cast, invited):
    client = cast.client("eva")
    before = queries(lambda: client.get("/sharing/invitations/"))
    send_many(cast, 5)
    assert queries(lambda: client.get("/sharing/invitations/")) == before
    assert b"No invitation is in this state" in client.get("/sharing/invitations/?state=joined").content


def test_an_unknown_key_is_not_there(cast):
    for path in ("/invited/nobody/", "/invited/nobody/refuse/"):
        assert Client().get(path).status_code == 404


def test_a_hostile_name_makes_no_header(cast):
    profile = cast.eva.profile
    profile.given_name = "Eva\r\nBcc: x@example.com"
    profile.save()
    key = invitations.send(sponsor_id=cast.eva.pk, email=MARA, now=NOW, today=TODAY)
    assert key
    assert not re.search(r"[\r\n]", mail.outbox[-1].subject)

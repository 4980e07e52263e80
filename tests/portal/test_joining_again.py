"""A lost connection while signing up: nothing written is lost, and nobody is made twice."""

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client

from distributors.models import Enrolment, User
from distributors.operations import enrolment
from distributors.views import draft
from tests.distributors.test_enrolment import MARA, NOW, TODAY
from tests.portal.test_accounts_join import CUSTOMER, DETAILS, DISTRIBUTOR, confirm
from tests.sales.factories import at_once

WRITTEN = {name: DETAILS[name] for name in ("given_name", "family_name", "email", "birth_date")}


@pytest.fixture
def reader(cast):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    return client


def form_of(client, path=DISTRIBUTOR):
    """The details with the token the page carries."""
    token = client.get(path).context["form"]["submission"].value()
    return {**DETAILS, "submission": token}


def test_what_is_written_comes_back_but_for_the_password(cast, reader):
    answer = reader.post("/join/draft/", {**WRITTEN, "password": "a few words to remember"})
    assert (answer.status_code, b"except for the password" in answer.content) == (200, True)
    page = reader.get(DISTRIBUTOR).content.decode()
    for name in WRITTEN:
        assert f'value="{WRITTEN[name]}"' in page
    assert "a few words" not in page
    assert "a few words" not in str(dict(reader.session))


def test_a_form_that_came_back_is_kept_without_a_script_too(cast, reader):
    reader.post(DISTRIBUTOR, {**DETAILS, "password": "short"})
    assert 'value="Mara"' in reader.get(DISTRIBUTOR).content.decode()


def test_a_draft_is_forgotten_after_eight_hours_and_after_signing_up(cast, reader, monkeypatch):
    reader.post("/join/draft/", WRITTEN)
    with monkeypatch.context() as later:
        real = draft.time.time
        later.setattr(draft.time, "time", lambda: real() + 9 * 3600)
        assert 'value="Mara"' not in reader.get(DISTRIBUTOR).content.decode()
    reader.post("/join/draft/", WRITTEN)
    reader.post(DISTRIBUTOR, form_of(reader))
    assert draft.DRAFT not in reader.session


def test_nobody_without_a_link_keeps_a_draft(cast):
    assert Client().post("/join/draft/", WRITTEN).status_code == 404
    assert cast.client("eva").post("/join/draft/", WRITTEN).status_code == 404


def test_sent_again_it_is_one_person_and_one_letter(cast, reader):
    form = form_of(reader)
    answers = [reader.post(DISTRIBUTOR, form) for _ in range(2)]
    assert {answer["Location"] for answer in answers} == {"/accounts/confirm-email/"}
    assert Enrolment.objects.filter(user__email="mara@example.com").count() == 1
    assert len(mail.outbox) == 1


def test_sent_again_by_a_browser_that_never_got_an_answer(cast, reader):
    """The cookies of the first answer were lost with it."""
    form, kept = form_of(reader), {name: morsel.value for name, morsel in reader.cookies.items()}
    reader.post(DISTRIBUTOR, form)
    again = Client()
    again.cookies.load(kept)
    assert again.post(DISTRIBUTOR, form)["Location"] == "/accounts/confirm-email/"
    assert again.get(DISTRIBUTOR)["Location"] == "/accounts/confirm-email/"
    assert len(mail.outbox) == 1


def test_without_the_token_the_newcomer_is_told_that_they_are_known(cast, reader):
    """The control: this is what a retry some minutes later looked like."""
    for _ in range(2):
        cache.clear()
        reader.get("/r/eva-code")
        reader.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
        reader.post(DISTRIBUTOR, DETAILS)
    assert "already" in mail.outbox[-1].subject


def test_a_token_signs_nobody_in(cast, reader):
    form = form_of(reader)
    reader.post(DISTRIBUTOR, form)
    confirm(reader)
    stranger = Client()
    stranger.get("/r/eva-code")
    answer = stranger.post(CUSTOMER, form)
    assert answer["Location"] == "/accounts/login/"
    assert "_auth_user_id" not in stranger.session


def test_another_person_on_the_same_telephone_signs_up_too(cast, reader):
    reader.post(DISTRIBUTOR, form_of(reader))
    reader.get("/r/eva-code")
    reader.post(CUSTOMER, {**form_of(reader, CUSTOMER), "email": "tom@example.com"})
    assert User.objects.filter(email__in=["mara@example.com", "tom@example.com"]).count() == 2


def test_a_strange_token_is_refused_beside_the_form(cast, reader):
    for token in ("x" * 65, "<script>", "' OR 1=1"):
        assert reader.post(DISTRIBUTOR, {**DETAILS, "submission": token}).status_code == 200
    assert not User.objects.filter(email="mara@example.com").exists()


@pytest.mark.django_db(transaction=True)
def test_two_that_arrive_at_once_make_one_person(cast):
    def sign_up():
        return enrolment.sign_up(
            kind="customer", applicant=MARA, referral_code="eva-code", accepted=None, now=NOW, today=TODAY,
            address=None, submission="the same token",
        )  # fmt: skip

    answers = at_once(sign_up, sign_up)
    made = Enrolment.objects.get(submission="the same token").user_id
    assert made in answers
    (other,) = [answer for answer in answers if answer != made]
    assert isinstance(other, enrolment.AlreadySignedUp)
    assert other.user_id == made


def test_every_step_says_why_it_asks(cast, reader):
    assert b"We ask first, because" in reader.get("/join/").content
    assert b"We ask this before anything about you" in reader.get("/join/distributor/").content
    page = reader.get(DISTRIBUTOR)
    assert b"nothing more" in page.content
    silent = [
        name for name, field in page.context["form"].fields.items()
        if not field.help_text and name not in ("submission", "website", "confirm_sponsor", "family_name")
    ]  # fmt: skip
    assert silent == []

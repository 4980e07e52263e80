"""From a referral link to a confirmed account, in a browser without JavaScript."""

import re

import pytest
from django.core import mail
from django.test import Client

from distributors.models import Distributor, Enrolment, User
from distributors.operations import standing
from distributors.tree import TreeBusy
from sales.models import Customer

DETAILS = {
    "given_name": "Mara",
    "family_name": "Lind",
    "email": "Mara@Example.com",
    "password": "a few words to remember",
    "birth_date": "1991-02-28",
    "country": "BE",
    "phone": "",
    "confirm_sponsor": "on",
}
DISTRIBUTOR, CUSTOMER = "/join/distributor/details/", "/join/customer/"
UNKNOWN = ["nobody", "hana-code", "x" * 10_000, "' OR 1=1 --", "😀", "eva-code.", "%2e%2e"]


@pytest.fixture
def visitor(cast):
    """Somebody who has opened Eva's link."""
    client = Client()
    client.get("/r/eva-code")
    return client


@pytest.fixture
def reader(visitor):
    """And has read and accepted what a distributor must."""
    visitor.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    return visitor


def confirm(client):
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body).group(1)
    client.get(path)
    return client.post(path)


def test_the_link_names_the_sponsor(cast):
    page = Client().get("/r/EVA-code")
    assert b"Eva Vermeer" in page.content
    assert page.status_code == 200


@pytest.mark.parametrize("code", UNKNOWN)
def test_other_codes_end_in_one_neutral_page(cast, code):
    page = Client().get(f"/r/{code}")
    assert page.status_code == 200
    assert b"does not lead to anybody" in page.content
    assert not page.cookies.get("referral")


def test_a_member_opening_a_link_is_named_nobody(cast):
    page = cast.client("finn").get("/r/eva-code")
    assert b"Eva Vermeer" not in page.content
    assert not page.cookies.get("referral")


def test_a_distributor_joins_under_the_one_who_invited(cast, reader):
    reader.post(DISTRIBUTOR, DETAILS)
    confirm(reader)
    person = Distributor.objects.get(profile__user__email="mara@example.com")
    assert person.sponsor_id == cast.eva.pk


def test_no_place_before_the_address_is_confirmed_and_none_by_opening_the_mail(cast, reader):
    reader.post(DISTRIBUTOR, DETAILS)
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body).group(1)
    assert reader.get(path).status_code == 200
    assert Distributor.objects.count() == 8


def test_a_newcomer_gives_the_address_without_showing_once_more_who_they_are(cast, reader):
    reader.post(DISTRIBUTOR, DETAILS)
    confirm(reader)
    assert reader.get("/profile/edit/").status_code == 200


def test_confirming_twice_says_it_is_done(cast, reader):
    reader.post(DISTRIBUTOR, DETAILS)
    confirm(reader)
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[0].body).group(1)
    assert b"has done its work" in Client().get(path).content
    assert Distributor.objects.count() == 9


def test_a_customer_joins_without_a_place(cast, visitor):
    visitor.post(CUSTOMER, DETAILS)
    confirm(visitor)
    customer = Customer.objects.get(profile__user__email="mara@example.com")
    assert (customer.distributor_id, customer.kind) == (cast.eva.pk, "preferred")
    assert Distributor.objects.count() == 8


def test_a_busy_tree_leaves_the_link_good_for_later(cast, reader, monkeypatch):
    def busy(**how):
        raise TreeBusy

    reader.post(DISTRIBUTOR, DETAILS)
    with monkeypatch.context() as patched:
        patched.setattr("distributors.operations.enrolment.take_place_inside", busy)
        assert confirm(reader).status_code == 503
    assert confirm(reader).status_code == 302
    assert Distributor.objects.count() == 9


def test_the_sponsor_is_never_taken_from_the_form(cast, reader):
    reader.post(
        DISTRIBUTOR, {**DETAILS, "sponsor": cast.gus.pk, "sponsor_id": cast.gus.pk, "code": "gus-code"}
    )
    assert Enrolment.objects.get().sponsor_id == cast.eva.pk


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "career_rank", "status", "number", "kind"])
def test_no_other_field_is_taken_either(cast, reader, field):
    reader.post(DISTRIBUTOR, {**DETAILS, field: "1"})
    user = User.objects.get(email="mara@example.com")
    assert (user.is_staff, user.is_superuser, user.enrolment.kind) == (False, False, "distributor")


def test_the_first_link_counts_until_the_visitor_says_otherwise(cast, visitor):
    page = visitor.get("/r/gus-code")
    assert b"Choose Gus Vermeer instead" in page.content
    visitor.post(CUSTOMER, DETAILS)
    assert Enrolment.objects.get().sponsor_id == cast.eva.pk


def test_a_visitor_may_say_otherwise(cast, visitor):
    visitor.post("/join/sponsor/", {"code": "https://portal.example/r/GUS-code"})
    visitor.post(CUSTOMER, DETAILS)
    assert Enrolment.objects.get().sponsor_id == cast.gus.pk


def test_an_image_elsewhere_plants_no_sponsor(cast):
    client = Client()
    client.get("/r/eva-code", headers={"sec-fetch-dest": "image"})
    assert client.get("/join/")["Location"] == "/join/sponsor/"


@pytest.mark.parametrize("value", ["eva-code", "ImV2YS1jb2RlIg:1xVcG7:wrong", "", "x" * 5_000])
def test_a_cookie_we_did_not_sign_names_nobody(cast, value):
    client = Client()
    client.cookies["referral"] = value
    assert client.get(CUSTOMER)["Location"] == "/join/sponsor/"


def test_a_cookie_of_another_purpose_names_nobody(cast):
    from django.core import signing

    client = Client()
    client.cookies["referral"] = signing.dumps("eva-code", salt="something else")
    assert client.get(CUSTOMER)["Location"] == "/join/sponsor/"


def test_a_sponsor_suspended_meanwhile_leads_back_to_a_choice(cast, reader):
    from datetime import UTC, datetime

    standing.change_status(
        distributor_id=cast.eva.pk,
        status="suspended",
        expected="good",
        reason="Complaint",
        by_id=None,
        now=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert reader.post(DISTRIBUTOR, DETAILS)["Location"] == "/join/sponsor/"
    assert not Enrolment.objects.exists()


def test_steps_cannot_be_skipped(cast, visitor):
    assert visitor.post(DISTRIBUTOR, DETAILS)["Location"] == "/join/distributor/"
    assert not Enrolment.objects.exists()


def test_the_market_of_who_invites_stands_chosen_until_another_was(cast, visitor):
    assert '<option value="BE" selected>' in visitor.get(CUSTOMER).content.decode()
    visitor.post("/join/draft/", {**DETAILS, "country": "NL"})
    assert '<option value="NL" selected>' in visitor.get(CUSTOMER).content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("confirm_sponsor", ""),
        ("birth_date", "2015-01-01"),
        ("birth_date", "1066-01-01"),
        ("birth_date", "yesterday"),
        ("password", "short"),
        ("password", "password123"),
        ("email", "not an address"),
        ("given_name", "\u202e\u200b"),
        ("given_name", "x" * 300),
        ("country", "ZZ"),
        ("phone", "call me"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_nothing_is_kept(cast, reader, field, value):
    page = reader.post(DISTRIBUTOR, {**DETAILS, field: value})
    assert page.status_code == 200
    # The password is asked for once more, since it is not sent back.
    assert page.context["form"].errors.keys() == {field, "password"}
    assert ("type it once more" in page.content.decode()) == (field != "password")
    assert DETAILS["password"] not in page.content.decode()
    assert not User.objects.filter(email="mara@example.com").exists()


@pytest.mark.parametrize(
    "name", ["=HYPERLINK(1)", "<script>alert(1)</script>", "Ma\u202era", "Zoë 王", "O’Brien-Łuk"]
)
def test_strange_names_are_stored_plain_and_shown_escaped(cast, reader, name):
    reader.post(DISTRIBUTOR, {**DETAILS, "given_name": name})
    confirm(reader)
    page = reader.get("/profile/").content.decode()
    assert "<script>alert" not in page
    assert "\u202e" not in Enrolment.objects.get().profile.given_name


def test_a_known_address_gets_the_same_answer_and_its_owner_a_mail(cast, reader):
    known = reader.post(DISTRIBUTOR, {**DETAILS, "email": "Eva@example.com"})
    assert (known.status_code, known["Location"]) == (302, "/accounts/confirm-email/")
    assert mail.outbox[-1].to == ["eva@example.com"]
    assert "already" in mail.outbox[-1].subject


def test_a_machine_that_fills_in_everything_gets_the_same_answer_and_no_account(cast, reader):
    answer = reader.post(DISTRIBUTOR, {**DETAILS, "website": "https://spam.example"})
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/confirm-email/")
    assert not User.objects.filter(email="mara@example.com").exists()


def test_twenty_sign_ups_a_minute_from_one_address_and_no_more(cast, reader):
    wrong = {**DETAILS, "password": "short"}
    for _ in range(20):
        assert reader.post(DISTRIBUTOR, wrong).status_code == 200
    assert reader.post(DISTRIBUTOR, wrong, headers={"x-forwarded-for": "198.51.100.9"}).status_code == 429


def test_thirty_codes_a_minute_from_one_address_and_no_more(cast):
    client = Client()
    for at in range(30):
        assert client.get(f"/r/guess{at}").status_code == 200
    assert client.get("/r/eva-code").status_code == 429


def test_allauths_own_sign_up_leads_to_ours(cast):
    assert Client().get("/accounts/signup/")["Location"] == "/join/"
    assert (
        Client().post("/accounts/signup/", {"email": "a@example.com", "password1": "x" * 12})["Location"]
        == "/join/"
    )
    assert not User.objects.filter(email="a@example.com").exists()


def test_a_mail_server_that_fails_loses_no_sign_up(cast, reader, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert reader.post(DISTRIBUTOR, DETAILS).status_code == 302
    assert Enrolment.objects.filter(user__email="mara@example.com").exists()

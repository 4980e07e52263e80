"""Signing in and staying in."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.adapter import get_adapter
from allauth.core import context
from django.core import mail
from django.test import Client

from distributors.models import Distributor, Profile
from distributors.operations import standing
from tests.cast import PASSWORD

LOGIN = "/accounts/login/"


def sign_in(client, email="eva@example.com", password=PASSWORD, **more):
    return client.post(LOGIN, {"login": email, "password": password}, **more)


def test_a_distributor_signs_in_with_the_address_in_any_letters(cast):
    client = Client()
    sign_in(client, "EVA@example.com")
    assert client.get("/profile/").status_code == 200


def test_the_session_changes_at_sign_in(cast):
    client = Client()
    client.get("/r/eva-code")
    client.post("/join/distributor/", {"read_disclosure": "on", "accept_agreement": "on"})
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before


def test_an_unconfirmed_address_does_not_get_in(cast):
    from allauth.account.models import EmailAddress

    EmailAddress.objects.filter(user=cast.users["eva"]).update(verified=False)
    client = Client()
    assert sign_in(client)["Location"] == "/accounts/confirm-email/"
    assert client.get("/profile/").status_code == 302


def test_wrong_passwords_are_limited(cast):
    client = Client()
    for _ in range(20):
        page = sign_in(client, password="wrong")
    assert b"Too many" in page.content or page.status_code == 429
    assert sign_in(client).status_code != 302


def test_a_spoofed_address_does_not_reset_the_limit(cast):
    client = Client()
    for at in range(20):
        sign_in(client, password="wrong", headers={"x-forwarded-for": f"198.51.100.{at}"})
    assert sign_in(client, headers={"x-forwarded-for": "203.0.113.1"}).status_code != 302


def test_known_and_unknown_addresses_get_the_same_answer_at_sign_in(cast):
    known, unknown = (sign_in(Client(), email, "wrong") for email in ("eva@example.com", "no@example.com"))
    assert known.status_code == unknown.status_code == 200
    assert known.context["form"].errors == unknown.context["form"].errors


def test_known_and_unknown_addresses_get_the_same_answer_at_reset(cast):
    path = "/accounts/password/reset/"
    known, unknown = (
        Client().post(path, {"email": email}) for email in ("eva@example.com", "no@example.com")
    )
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_suspending_ends_an_open_session_with_the_next_request(cast):
    client = cast.client("eva")
    assert client.get("/profile/").status_code == 200
    standing.change_status(
        distributor_id=cast.eva.pk,
        status="suspended",
        expected="good",
        reason="Complaint",
        by_id=None,
        now=datetime(2026, 11, 23, tzinfo=UTC),
    )
    assert client.get("/profile/")["Location"] == "/accounts/inactive/"
    assert client.get("/accounts/inactive/").status_code == 200
    assert "_auth_user_id" not in client.session


def test_without_the_check_the_session_would_go_on(cast, settings):
    """The negative control of the test above."""
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.endswith("in_good_standing")]
    client = cast.client("eva")
    Distributor.objects.filter(pk=cast.eva.pk).update(status="suspended")
    assert client.get("/profile/").status_code == 200


def test_changing_the_password_ends_every_other_session(cast):
    one, other = Client(), Client()
    sign_in(one)
    sign_in(other)
    one.post("/accounts/reauthenticate/", {"password": PASSWORD})
    new = "quite another sentence"
    one.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert other.get("/profile/").status_code == 302
    assert any("assword" in message.subject for message in mail.outbox)


def test_changing_the_name_asks_who_one_is_again(cast):
    client = cast.client("eva")
    answer = client.post("/profile/edit/", {"given_name": "Eve", "family_name": "Vermeer"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert Profile.objects.get(user=cast.users["eva"]).given_name == "Eva"


def test_after_saying_who_one_is_the_name_is_changed(cast):
    client = Client()
    sign_in(client)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(
        "/profile/edit/", {"given_name": "Eve", "family_name": "Vermeer", "country": "BE", "sponsor": "1"}
    )
    assert Profile.objects.get(user=cast.users["eva"]).given_name == "Eve"
    assert Distributor.objects.get(pk=cast.eva.pk).sponsor_id == cast.dan.pk


@pytest.mark.parametrize("path", ["/profile/edit/", "/profile/data/", "/profile/leave/", "/accounts/email/"])
def test_whoever_has_just_signed_in_is_not_asked_again(cast, path):
    client = Client()
    sign_in(client)
    assert client.get(path).status_code == 200


def test_after_some_minutes_one_is_asked_again(cast, time_machine):
    client = Client()
    sign_in(client)
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=6))
    assert client.get("/profile/edit/")["Location"].startswith("/accounts/reauthenticate/")


def test_a_sign_in_elsewhere_is_none_of_this_session(cast):
    client = cast.client("eva")
    sign_in(Client())
    assert client.get("/profile/edit/")["Location"].startswith("/accounts/reauthenticate/")


def test_an_approval_is_confirmed_however_fresh_the_sign_in(cast):
    """Views of approvals name no app."""
    client = Client()
    sign_in(client)
    with context.request_context(client.get("/profile/edit/").wsgi_request):
        assert get_adapter().is_reauthentication_required(app="")
        assert not get_adapter().is_reauthentication_required(app="distributors")


@pytest.mark.parametrize(
    "path", ["/accounts/email/", "/accounts/2fa/totp/activate/", "/accounts/2fa/webauthn/add/"]
)
def test_changing_how_one_signs_in_asks_who_one_is_again(cast, path):
    client = cast.client("eva")
    answer = client.post(path, {"action_add": "", "email": "new@example.com"})
    assert answer["Location"].startswith("/accounts/reauthenticate/")


def test_the_security_page_lists_what_protects_the_login(cast):
    page = cast.client("eva").get("/security/").content.decode()
    for address in (
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/totp/activate/",
        "/accounts/sessions/",
    ):
        assert address in page


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_stays_on_this_host(cast, target):
    answer = Client().post(
        f"{LOGIN}?next={target}", {"login": "eva@example.com", "password": PASSWORD, "next": target}
    )
    assert "evil" not in answer.headers.get("Location", "")
    assert "javascript" not in answer.headers.get("Location", "")


def test_signing_out_is_never_by_following_a_link(cast):
    client = cast.client("eva")
    client.get("/accounts/logout/")
    assert client.get("/profile/").status_code == 200

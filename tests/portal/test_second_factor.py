"""Staff enter the company's side only with a second factor used in this session, by any door."""

import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from tests.cast import PASSWORD

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR = "/security/second-factor/"


@pytest.fixture
def root(cast):
    """A superuser with an authenticator app and recovery codes."""
    user = cast.users["root"]
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    return user


def code(*, periods: int = 0) -> str:
    return format_hotp_value(hotp_value(SECRET, int(time.time()) // 30 + periods))


def password_only(email="root@example.com", target="/admin/"):
    client = Client()
    return client, client.post("/accounts/login/", {"login": email, "password": PASSWORD, "next": target})


def test_the_admin_has_no_sign_in_form_of_its_own(cast):
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1][0].startswith("/accounts/login/")


def test_posting_to_the_admins_sign_in_signs_nobody_in(cast):
    client = Client()
    answer = client.post("/admin/login/", {"username": "root@example.com", "password": PASSWORD})
    assert answer["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_a_password_alone_stops_at_the_second_factor(root):
    client, answer = password_only()
    assert answer["Location"].startswith("/accounts/2fa/authenticate/")
    assert client.get("/admin/").status_code == 302


def test_password_and_app_open_the_admin(root):
    client, _ = password_only()
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/admin/").status_code == 200


def test_a_code_counts_once(root):
    used = code()
    first, _ = password_only()
    first.post("/accounts/2fa/authenticate/", {"code": used})
    second, _ = password_only()
    assert second.post("/accounts/2fa/authenticate/", {"code": used}).status_code == 200
    assert second.get("/admin/").status_code == 302


def test_a_code_of_ten_minutes_ago_is_refused(root):
    client, _ = password_only()
    assert client.post("/accounts/2fa/authenticate/", {"code": code(periods=-20)}).status_code == 200
    assert client.get("/admin/").status_code == 302


def test_a_recovery_code_opens_once(root):
    recovery = Authenticator.objects.get(user=root, type="recovery_codes").wrap().get_unused_codes()[0]
    first, _ = password_only()
    first.post("/accounts/2fa/authenticate/", {"code": recovery})
    second, _ = password_only()
    second.post("/accounts/2fa/authenticate/", {"code": recovery})
    assert (first.get("/admin/").status_code, second.get("/admin/").status_code) == (200, 302)


def test_a_session_from_before_the_factor_is_led_to_it_and_in(root):
    client = Client()
    client.force_login(root)
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith(FACTOR)
    client.post("/accounts/2fa/reauthenticate/", {"code": code(), "next": "/admin/"})
    assert client.get("/admin/").status_code == 200


def test_asking_for_the_password_again_is_no_second_factor(root):
    client = Client()
    client.force_login(root)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/admin/").status_code == 302


def test_a_trusted_browser_is_no_second_factor(cast):
    client = cast.client("root", second_factor=False)
    session = client.session
    session["account_authentication_methods"] += [{"method": "trust", "at": time.time()}]
    session.save()
    assert client.get("/admin/").status_code == 302


def test_a_factor_of_somebody_elses_session_does_not_count(cast):
    client = cast.client("root")
    session = client.session
    session["account_authentication_methods_user"] = str(cast.users["eva"].pk)
    session.save()
    assert client.get("/admin/").status_code == 302


def test_staff_without_a_factor_are_led_to_set_one_up(cast):
    page = cast.client("root", second_factor=False).get("/admin/", follow=True)
    assert b"/accounts/2fa/totp/activate/" in page.content


def test_a_passkey_counts(cast):
    client = cast.client("root", second_factor=False)
    session = client.session
    session["account_authentication_methods"] += [
        {"method": "mfa", "type": "webauthn", "passwordless": True, "at": time.time()}
    ]
    session.save()
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("name", ["eva", "ivo"])
def test_for_others_there_is_no_admin(cast, name):
    assert cast.client(name).get("/admin/", follow=True).status_code == 404


def test_secrets_lie_sealed_in_the_database(root):
    stored = Authenticator.objects.get(user=root, type="totp").data["secret"]
    assert SECRET not in stored


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example/", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_host(cast, target):
    answer = cast.client("root").get(FACTOR, {"next": target})
    assert answer["Location"] == "/security/"

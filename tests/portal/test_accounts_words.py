"""Whatever is shown or sent about a login speaks the portal's words, on the portal's pages, ready to be translated."""

import re
from datetime import UTC, datetime
from pathlib import Path

import allauth
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.template.loader import get_template, render_to_string
from django.test import Client

from tests import pseudo
from tests.cast import PASSWORD
from tests.portal.test_accounts_pages import OPEN, OWN
from tests.portal.test_translatable import written

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
THEIRS = Path(allauth.__file__).parent / "templates"
APPS = ("account", "mfa", "usersessions")
# What the portal has turned off, or never opens: telephones, codes by mail, signing up without a sponsor, trusted
# browsers, several addresses; and what holds no words.
OFF = re.compile(
    r"phone|login_code|_code\.html|reset_code|verification_code|account/signup|signup_form|signup_closed|mfa/trust|"
    r"account/email\.html|verified_email_required|/snippets/|base_|/base\.html|mfa/index|email_confirm_|download\.txt|"
    r"email/password_reset_code"
)
OURS = sorted(
    name
    for app in APPS
    for file in (THEIRS / app).rglob("*.*")
    if not OFF.search(name := file.relative_to(THEIRS).as_posix())
)
MAILS = sorted(name for name in OURS if name.endswith(("_message.txt", "_subject.txt")))
SAID = sorted(name for name in OURS if "/messages/" in name)
FACTOR_PAGES = [
    "/accounts/2fa/totp/deactivate/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/reauthenticate/",
]
CONTEXT = {
    "current_site": {"name": "Linden & Rye", "domain": "portal.example"}, "email": "eva@example.com",
    "from_email": "eva@example.com", "to_email": "new@example.com", "deleted_email": "eva@example.com",
    "timestamp": datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "ip": "192.0.2.1", "activate_url": "https://portal.example/a",
    "password_reset_url": "https://portal.example/b", "user_agent": "Mozilla/5.0 Firefox/140.0",
}  # fmt: skip
NAMES = {
    "Linden",
    "Rye",
    "Linden & Rye",
    "Eva Vermeer",
    "Eva",
    "eva@example.com",
    "EVA",
    "Kitchen key",
    "Firefox",
}


@pytest.fixture
def eva(cast, monkeypatch):
    """Signed in a moment ago; with an authenticator app, recovery codes and a passkey."""
    monkeypatch.setattr(webauthn, "get_credentials", lambda user: [])
    cache.clear()
    client = Client()
    client.post("/accounts/login/", {"login": "eva@example.com", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/profile/")  # takes away what signing in said
    return client


@pytest.fixture
def with_factors(cast, eva):
    user = cast.users["eva"]
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    Authenticator.objects.create(user=user, type="webauthn", data={"name": "Kitchen key", "credential": {}})
    return eva


def outside(page: str, *, more: frozenset[str] = frozenset()) -> list[str]:
    return pseudo.untranslated(
        html=page, known=NAMES | {"November", settings.COMPANY_NAME} | more | written()
    )


@pytest.mark.parametrize("name", OURS)
def test_every_template_of_a_login_is_the_portals(name):
    assert Path(get_template(name).origin.name).is_relative_to(settings.BASE_DIR / "templates")


def test_what_is_off_is_off():
    """The list of what is left out stands on these settings."""
    assert settings.ACCOUNT_CHANGE_EMAIL
    for name in ("MFA_TRUST_ENABLED", "MFA_PASSKEY_SIGNUP_ENABLED", "ACCOUNT_LOGIN_BY_CODE_ENABLED",
                 "ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED", "ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED"):  # fmt: skip
        assert not getattr(settings, name, False)


@pytest.mark.parametrize("path", OPEN)
def test_pages_before_signing_in(db, path):
    with pseudo.language():
        assert outside(Client().get(path).content.decode()) == []


@pytest.mark.parametrize("path", [path for path in OWN if path.startswith("/accounts/")])
def test_pages_of_somebody_without_a_second_factor(eva, path):
    with pseudo.language():
        page = eva.get(path)
        assert page.status_code == 200
        assert outside(page.content.decode(), more=frozenset(secrets_in(page))) == []


@pytest.mark.parametrize("path", FACTOR_PAGES)
def test_pages_of_somebody_with_one(with_factors, path):
    with pseudo.language():
        page = with_factors.get(path)
        assert page.status_code == 200
        assert outside(page.content.decode(), more=frozenset(secrets_in(page))) == []


def secrets_in(page) -> set[str]:
    """Codes and secrets, made of letters."""
    context = page.context or {}
    form = context.get("form")
    return {*context.get("unused_codes", ()), getattr(form, "secret", "") or "none"}


def test_renaming_and_removing_a_passkey(with_factors, cast):
    key = Authenticator.objects.get(user=cast.users["eva"], type="webauthn")
    with pseudo.language():
        for deed in ("edit", "remove"):
            page = with_factors.get(f"/accounts/2fa/webauthn/keys/{key.pk}/{deed}/")
            assert page.status_code == 200
            assert "Kitchen key" in page.content.decode()
            assert outside(page.content.decode()) == []
    with_factors.post(f"/accounts/2fa/webauthn/keys/{key.pk}/edit/", {"name": "Garden key"})
    assert Authenticator.objects.get(pk=key.pk).wrap().name == "Garden key"
    with_factors.post(f"/accounts/2fa/webauthn/keys/{key.pk}/remove/")
    assert not Authenticator.objects.filter(pk=key.pk).exists()


def test_the_second_step_of_signing_in(with_factors):
    client = Client()
    client.post("/accounts/login/", {"login": "eva@example.com", "password": PASSWORD})
    with pseudo.language():
        page = client.get("/accounts/2fa/authenticate/").content.decode()
        wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"}).content.decode()
    assert outside(page) == outside(wrong) == []
    assert "This code does not fit." in wrong


WRONG = [
    ("/accounts/login/", {"login": "eva@example.com", "password": "no"}, "do not fit together"),
    ("/accounts/reauthenticate/", {"password": "no"}, "This is not your password."),
    ("/accounts/password/change/", {"oldpassword": "no", "password1": "a b c d e f g", "password2": "x"},
     "This is not your password."),
    ("/accounts/email/", {"action_add": "", "email": "eva@example.com"}, "This is your address already."),
    ("/accounts/2fa/totp/activate/", {"code": "000000"}, "This code does not fit."),
]  # fmt: skip


@pytest.mark.parametrize(("path", "data", "said"), WRONG)
def test_refusals_are_in_the_portals_words(eva, path, data, said):
    client = Client() if path.endswith("login/") else eva
    with pseudo.language():
        page = client.post(path, data)
    assert page.status_code == 200
    assert said in page.content.decode()
    assert outside(page.content.decode(), more=frozenset(secrets_in(page))) == []


@pytest.mark.parametrize("name", MAILS)
def test_mails_are_given_to_a_translator(cast, name):
    with pseudo.language():
        text = render_to_string(name, CONTEXT | {"user": cast.users["eva"]})
    assert pseudo.OPEN in text
    assert outside(re.sub(r"https://\S+|portal\.example", "", text)) == []


@pytest.mark.parametrize("name", SAID)
def test_what_the_last_action_said_too(db, name):
    with pseudo.language():
        assert outside(render_to_string(name, CONTEXT)) == []


def test_a_new_address_waits_and_can_be_given_up(eva):
    eva.post("/accounts/email/", {"action_add": "", "email": "new@example.com"})
    page = eva.get("/accounts/email/").content.decode()
    assert "new@example.com" in page
    assert "waits to be confirmed" in page
    eva.post("/accounts/email/", {"action_remove": "", "email": "new@example.com"})
    assert "new@example.com is removed." in eva.get("/accounts/email/").content.decode()
    assert "new@example.com" not in eva.get("/accounts/email/").content.decode()


def test_a_forgotten_password_by_the_link_of_the_mail(cast):
    client = Client()
    client.post("/accounts/password/reset/", {"email": "eva@example.com"})
    link = re.search(r"https?://\S+", mail.outbox[-1].body)[0]
    page = client.get(link, follow=True)
    new = "quite another sentence"
    answer = client.post(page.request["PATH_INFO"], {"password1": new, "password2": new}, follow=True)
    assert "Your password is changed" in answer.content.decode()
    with pseudo.language():
        assert outside(Client().get(link, follow=True).content.decode()) == []


def test_a_mail_about_a_change_repeats_nothing_a_browser_says_of_itself(eva):
    """Whoever holds the password may write what they like there, an address to follow among it."""
    new = "quite another sentence"
    eva.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": new, "password2": new},
        headers={"user-agent": "Call https://evil.example at once"},
    )
    assert "The password of your account was changed." in mail.outbox[-1].body
    assert "evil.example" not in mail.outbox[-1].body

"""Every account page opens for its owner after saying who one is, and none is kept by the browser."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from tests.cast import PASSWORD

OPEN = ["/accounts/login/", "/accounts/password/reset/", "/accounts/inactive/", "/accounts/confirm-email/"]
OWN = [
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/",
    "/accounts/2fa/webauthn/add/",
    "/profile/",
    "/profile/edit/",
    "/profile/shown/",
    "/profile/data/",
    "/profile/leave/",
    "/notices/",
    "/notices/choices/",
    "/security/",
    "/sharing/",
    "/placing/",
]
PROTECTED = ["/accounts/2fa/recovery-codes/", "/accounts/2fa/totp/deactivate/"]


@pytest.fixture
def eva(cast):
    """Signed in a moment ago, and asked again who she is."""
    client = Client()
    client.post("/accounts/login/", {"login": "eva@example.com", "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return client


@pytest.mark.parametrize("path", OPEN)
def test_anybody_may_open_the_way_in(db, path):
    assert Client().get(path).status_code == 200


@pytest.mark.parametrize("path", OWN)
def test_the_owner_opens_every_page(eva, path):
    page = eva.get(path)
    assert page.status_code == 200
    assert "no-store" in page["Cache-Control"]


def test_second_factors_stand_on_the_page_of_what_protects_a_login(eva):
    assert eva.get("/accounts/2fa/")["Location"] == "/security/"


@pytest.mark.parametrize("path", PROTECTED)
def test_with_a_second_factor_its_pages_open_too(eva, cast, path):
    TOTP.activate(cast.users["eva"], "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(cast.users["eva"])
    assert eva.get(path).status_code == 200


@pytest.mark.parametrize("path", [*OWN, *PROTECTED])
def test_a_visitor_is_led_to_sign_in(db, path):
    assert Client().get(path)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("path", ["/profile/", "/security/"])
def test_customers_have_their_own_account_pages(cast, path):
    assert cast.client("ivo").get(path).status_code == 200


def test_customers_have_no_link_to_share(cast):
    assert cast.client("ivo").get("/sharing/").status_code == 404


def test_a_new_link_is_taken_by_post_alone(cast):
    assert cast.client("eva").get("/sharing/renew/").status_code == 405
    assert cast.client("eva").post("/sharing/renew/")["Location"] == "/sharing/"


def test_somebody_without_a_place_is_told_and_may_complete(cast):
    from tests.distributors.test_enrolment import sign_up

    user_id = sign_up()
    client = Client()
    client.force_login(type(cast.users["eva"]).objects.get(pk=user_id))
    assert client.get("/sharing/")["Location"] == "/join/waiting/"
    assert client.post("/join/waiting/")["Location"] == "/accounts/confirm-email/"
    EmailAddress.objects.filter(user_id=user_id).update(verified=True)
    assert client.get("/join/waiting/").status_code == 200
    client.post("/join/waiting/")
    assert client.get("/sharing/").status_code == 200


def test_what_a_passkey_has_to_say_stands_beside_its_button(db):
    page = Client().get("/accounts/login/").text
    button, said, foot = (page.index(part) for part in ('id="passkey_login"', "data-passkey=", "<footer"))
    assert button < page.index("Passkeys need JavaScript.") < said < foot

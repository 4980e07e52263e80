"""A passkey of one's own: made, shown, turned back from, and signed in with; and the account's other pages."""

import pytest
from playwright.sync_api import expect

from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
IN_THE_DEVICE = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture
def device(signed_in):
    """Eva's browser on a computer that keeps passkeys; and the means to turn its finger away."""
    page = signed_in("eva")
    means = page.context.new_cdp_session(page)
    means.send("WebAuthn.enable")
    made = means.send("WebAuthn.addVirtualAuthenticator", {"options": IN_THE_DEVICE})

    def finger(*, fits: bool) -> None:
        means.send("WebAuthn.setUserVerified", {**made, "isUserVerified": fits})

    return page, finger


def to(page, path):
    """The page, after showing once more who one is where that is asked."""
    page.goto(path)
    if "/reauthenticate/" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
        page.wait_for_url(f"**{path}")


def test_a_passkey_is_made_and_opens_the_account(device, look):
    page, finger = device
    to(page, "/accounts/2fa/webauthn/add/")
    page.get_by_label("Open my account with it alone").check()
    finger(fits=False)
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_text("No passkey was used.")).to_be_visible()
    look(page, "passkey-add")
    finger(fits=True)
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/recovery-codes/")
    look(page, "recovery-codes")
    page.goto("/accounts/2fa/webauthn/")
    expect(page.get_by_role("row").filter(has_text="Passkey 1")).to_be_visible()
    look(page, "passkeys")
    page.goto("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)
    expect(page.get_by_role("heading", level=1)).to_be_visible()


PAGES = (
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/totp/activate/",
    "/accounts/sessions/",
)


def test_the_accounts_other_pages_have_no_barrier(signed_in, look):
    page = signed_in("eva")
    for path in PAGES:
        to(page, path)
        look(page, "account" + path.removeprefix("/accounts").replace("/", "-"))

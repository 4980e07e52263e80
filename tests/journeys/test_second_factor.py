"""Staff at the door: a password alone opens nothing of the company's side."""

import re

import pytest
from playwright.sync_api import expect

from tests.cast import assemble
from tests.journeys import company
from tests.journeys.conftest import give_code, give_password

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INSIDE = ("/admin/", "/staff/", "/staff/months/")


def stays_outside(page):
    for address in INSIDE:
        page.goto(address)
        assert re.search(r"/accounts/(login|2fa)/|/security/second-factor/", page.url), page.url


def test_a_password_alone_opens_nothing_and_the_code_opens_it(cast, visitor, look):
    page = visitor()
    page.goto("/accounts/login/")
    look(page, "sign-in", themes=("light", "dark"))
    give_password(page, "root@example.com")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    look(page, "second-factor")
    stays_outside(page)
    page.goto("/accounts/login/")
    give_code(page)
    page.wait_for_url("**/staff/")
    look(page, "staff")
    for address in INSIDE:
        page.goto(address)
        expect(page).to_have_url(re.compile(f"{address}$"))


def test_a_wrong_code_is_said_beside_its_field(cast, visitor):
    page = visitor()
    page.goto("/accounts/login/")
    give_password(page, "root@example.com")
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    page.locator("input[name=code]").fill("000000" if company.second_factor() != "000000" else "000001")
    page.locator("input[name=code]").press("Enter")
    expect(page.get_by_text("This code does not fit.")).to_be_visible()
    stays_outside(page)


def test_without_a_factor_one_is_led_to_set_it_up(transactional_db, visitor, look):
    assemble()
    page = visitor()
    page.goto("/accounts/login/?next=/admin/")
    give_password(page, "root@example.com")
    page.wait_for_url("**/security/second-factor/**")
    look(page, "no-factor-yet")
    page.get_by_role("link", name="Set up an authenticator app").click()
    page.wait_for_url(re.compile("/accounts/(2fa/totp/activate|reauthenticate)/"))
    look(page, "set-up-factor")

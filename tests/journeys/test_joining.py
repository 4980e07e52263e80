"""From a referral link to a place in the tree, or to a customer's account."""

import re

import pytest
from django.core import mail
from playwright.sync_api import expect

from distributors.models import Distributor
from sales.models import Customer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def invited(visitor, look, way):
    """Open Eva's link and choose how to start."""
    page = visitor()
    page.goto("/r/eva-code")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Eva")
    look(page, "landing")
    page.get_by_text(way, exact=True).click()
    page.get_by_role("button", name="Continue").click()
    return page


def fill_in(page):
    page.get_by_label("First name").fill("Mara")
    page.get_by_label("Last name").fill("Lind")
    page.get_by_label("E-mail").fill("mara@example.com")
    page.get_by_label("Password").fill("a few words to remember")
    page.get_by_label("Date of birth").fill("1991-02-28")
    page.get_by_label("Country").select_option("BE")


def confirm_by_mail(page, look):
    """Follow the link that was sent, and press its button."""
    expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
    path = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1]
    page.goto(path)
    look(page, "confirm")
    page.get_by_role("button", name="Yes, confirm it").click()
    page.wait_for_url(lambda url: "/accounts/" not in url)


def test_a_distributor_reads_signs_up_confirms_and_stands_under_the_sponsor(cast, visitor, look):
    page = invited(visitor, look, "As a distributor")
    look(page, "read")
    page.get_by_role("button", name="Accept and continue").click()
    expect(page).to_have_url(re.compile("/join/distributor/$"))
    page.get_by_label("I have read what distributors were paid").check()
    page.get_by_label("I accept the distributor agreement").check()
    page.get_by_role("button", name="Accept and continue").click()
    look(page, "details")
    fill_in(page)
    page.get_by_role("button", name="Sign up as a distributor").click()
    expect(page.get_by_label("My sponsor is Eva Vermeer")).not_to_be_checked()
    expect(page.get_by_text("Please type it once more").first).to_be_visible()
    page.get_by_label("Password").fill("a few words to remember")
    page.get_by_label("My sponsor is Eva Vermeer").check()
    page.get_by_role("button", name="Sign up as a distributor").click()
    look(page, "sent")
    assert not Distributor.objects.filter(profile__user__email="mara@example.com").exists()
    confirm_by_mail(page, look)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Mara")
    newcomer = Distributor.objects.get(profile__user__email="mara@example.com")
    assert newcomer.sponsor_id == cast.eva.pk


def test_a_customer_of_the_one_who_invited(cast, visitor, look):
    page = invited(visitor, look, "As a customer")
    fill_in(page)
    page.get_by_label("I buy through Eva Vermeer").check()
    page.get_by_role("button", name="Sign up as a customer").click()
    confirm_by_mail(page, look)
    page.goto("/catalogue/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Catalogue")
    assert Customer.objects.get(profile__user__email="mara@example.com").distributor_id == cast.eva.pk
    assert not Distributor.objects.filter(profile__user__email="mara@example.com").exists()


def test_a_link_that_leads_to_nobody_is_said_calmly(cast, visitor, look):
    page = visitor()
    page.goto("/r/hana-code")
    expect(page.get_by_text("does not lead to anybody")).to_be_visible()
    look(page, "neutral")

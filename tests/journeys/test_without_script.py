"""Whatever changes data works in a browser that runs no script: each form leads on by itself, and says what it did."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from commissions.models import Run
from distributors.models import (
    Distributor,
    Invitation,
    Notice,
    PageVersion,
    Placement,
    Question,
    ReferralCode,
    SponsorChange,
)
from distributors.operations import holding, notices, placing
from sales.models import CartLine, Order, Return, ReturnRequest
from tests.cast import PASSWORD
from tests.journeys import company

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def plain(signed_in):
    """Signs somebody in, in a browser without script."""
    return lambda name: signed_in(name, java_script_enabled=False)


def send(page, button):
    page.get_by_role("button", name=button).first.click()


def again(page):
    """The password once more, where something weighs more than the rest."""
    page.get_by_label("Password").fill(PASSWORD)
    send(page, "Confirm")


def says(page, words):
    expect(page.get_by_text(re.compile(words)).first).to_be_visible()


def test_signing_up(cast, visitor):
    page = visitor(java_script_enabled=False)
    page.goto("/r/eva-code")
    page.get_by_text("As a distributor", exact=True).click()
    send(page, "Continue")
    page.get_by_label("I have read what distributors were paid").check()
    page.get_by_label("I accept the distributor agreement").check()
    send(page, "Accept and continue")
    for label, words in (
        ("First name", "Mara"), ("Last name", "Lind"), ("E-mail", "mara@example.com"),
        ("Password", "a few words to remember"), ("Date of birth", "1991-02-28"),
    ):  # fmt: skip
        page.get_by_label(label).fill(words)
    page.get_by_label("Country").select_option("BE")
    page.get_by_label("My sponsor is Eva Vermeer").check()
    send(page, "Sign up as a distributor")
    says(page, "mail")
    page.goto(re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1])
    send(page, "Yes, confirm it")
    assert Distributor.objects.get(profile__user__email="mara@example.com").sponsor_id == cast.eva.pk


def test_the_cart_is_changed_and_an_order_is_cancelled(cast, plain):
    company.start(cast, back=0)
    page = plain("eva")
    page.goto("/catalogue/")
    send(page, "Add to cart")
    page.goto("/cart/")
    page.get_by_label(re.compile("Quantity")).fill("3")
    send(page, "Change")
    assert CartLine.objects.get().quantity == 3
    page.get_by_text("For my own use").click()
    send(page, "Place the order")
    page.get_by_role("link", name="Cancel this order").click()
    send(page, re.compile("Cancel"))
    assert Order.objects.get(seller=cast.eva).state == Order.State.CANCELLED
    page.goto("/catalogue/")
    send(page, "Add to cart")
    page.goto("/cart/")
    send(page, "Remove")
    assert not CartLine.objects.exists()


def test_a_return_is_asked_for_and_booked(cast, plain):
    _, balm = company.start(cast, back=0)
    company.buy(cast, "eva", product_id=balm, at=timezone.now())
    order = Order.objects.get(seller=cast.eva)
    eva, quinn = plain("eva"), plain("quinn")
    for kept in (True, False):
        eva.goto(f"/orders/{order.number}/return/")
        eva.get_by_label("Oat balm").fill("1")
        eva.get_by_label("Why you return it").fill("The lid is broken")
        send(eva, "Confirm: ask to return this")
        if kept:
            send(eva, "I keep it after all")
    quinn.goto(f"/staff/returns/{ReturnRequest.objects.get(state='waiting').key}/")
    send(quinn, "Accept and book the return")
    assert Return.objects.get().order == order


def test_what_is_mine_is_changed(cast, plain):
    told = {"kind": "shipped", "key": "shipped:P000001", "reference": "P000001", "now": timezone.now()}
    notices.tell(user_ids=[cast.users["eva"].pk], **told)
    page = plain("eva")
    page.goto("/profile/edit/")
    page.get_by_label("Town").fill("Gent")
    send(page, "Save changes")
    page.goto("/profile/shown/")
    page.get_by_label("Town").select_option("sponsor")
    send(page, "Save")
    page.goto("/notices/choices/")
    page.get_by_role("checkbox").first.uncheck()
    send(page, "Save these choices")
    page.goto("/notices/")
    send(page, "Mark all as read")
    page.goto("/profile/leave/")
    page.get_by_text("Leave them with the company").click()
    page.get_by_role("checkbox").check()
    send(page, re.compile("^Leave on"))
    page.goto("/profile/leave/")
    send(page, "Stay after all")
    cast.eva.profile.refresh_from_db()
    assert cast.eva.profile.city == "Gent"
    assert not Notice.objects.filter(user=cast.users["eva"], read_at=None).exists()


def test_sharing_is_changed_and_a_page_is_approved(cast, plain):
    eva, quinn = plain("eva"), plain("quinn")
    eva.goto("/sharing/")
    eva.get_by_label("Name of the campaign").fill("Friday market")
    send(eva, "Make its link")
    eva.goto("/sharing/invitations/")
    eva.get_by_label("E-mail of the person you invite").fill("mara@example.com")
    send(eva, "Send the invitation")
    eva.goto("/sharing/page/")
    eva.get_by_label("Your story").fill("I sell the oat balm.")
    send(eva, "Ask for approval")
    page = PageVersion.objects.get()
    quinn.goto(f"/staff/pages/{page.key}/")
    send(quinn, "Make this version public")
    page.refresh_from_db()
    assert page.state == "live"
    assert Invitation.objects.count() == 1
    assert ReferralCode.objects.filter(distributor=cast.eva).count() == 2


def test_a_question_is_asked_and_answered(cast, plain):
    eva, paula = plain("eva"), plain("paula")
    eva.goto("/questions/ask/")
    eva.get_by_label("In a few words").fill("Where is it?")
    eva.get_by_label("Your question").fill("Since May.")
    send(eva, "Send the question")
    asked = Question.objects.get()
    paula.goto(f"/staff/questions/{asked.key}/")
    paula.get_by_role("textbox").fill("It left today.")
    send(paula, re.compile("Send|Answer"))
    eva.goto(f"/questions/{asked.key}/")
    says(eva, "It left today")


def test_a_newcomer_is_placed(cast, plain):
    now = timezone.now()
    legs = placing.open_tree(name="legs", slots=["left", "right"], top_number="1005", now=now)
    holding.hold(tree=legs, owner_id=cast.finn.pk, until=now + timedelta(days=2), now=now)
    page = plain("eva")
    page.goto("/placing/legs/1006/")
    page.get_by_role("radio").first.check()
    send(page, "Place here, for good")
    assert Placement.objects.filter(owner=cast.finn).exists()


def test_a_sponsor_is_changed(cast, plain):
    company.start(cast, back=0)
    paula, quinn = plain("paula"), plain("quinn")
    paula.goto("/staff/moves/")
    paula.get_by_label("Number of the person who moves").fill(cast.gus.number)
    paula.get_by_label("Number of the new sponsor").fill(cast.cleo.number)
    paula.get_by_label("Reason").fill("Both asked for it in writing")
    send(paula, "Ask for this change")
    quinn.goto(f"/staff/moves/{SponsorChange.objects.get().key}/")
    send(quinn, "Approve this change")
    again(quinn)
    assert SponsorChange.objects.get().decided_by == cast.users["quinn"]


def test_a_month_is_looked_at_and_approved(cast, plain):
    month = company.drafted(cast)
    run = Run.objects.get(period__key=month.key, kind=Run.Kind.CLOSE)
    paula, quinn = plain("paula"), plain("quinn")
    for page in (paula, quinn):
        page.goto(f"/staff/months/{month.key}/")
        if page is paula:
            send(page, "I have reviewed draft 1")
            says(page, "It can be approved by")
    for box in (
        quinn.locator("form").filter(has=quinn.locator("#approve-button")).get_by_role("checkbox").all()
    ):
        box.check()
    quinn.get_by_label("Type the total to confirm").fill(f"{run.total // 100}.{run.total % 100:02d}")
    quinn.locator("#approve-button").click()
    again(quinn)
    run.refresh_from_db()
    assert run.approved_by == cast.users["quinn"]

"""A month from the button that closes it to the sentence that says why an amount came."""

import re

import pytest
from playwright.sync_api import expect

from commissions.models import Run
from tests import furnishing
from tests.cast import PASSWORD
from tests.journeys import company

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# A worker has to start, take the month through its stages and say so.
BEHIND = 180_000


@pytest.fixture
def last_month(cast):
    """Everybody bought last month, Eva's customer too; nobody has closed it yet."""
    month, balm = company.start(cast, back=1)
    for name in ("ana", "ben", "cleo", "dan", "eva", "finn"):
        company.buy(cast, name, product_id=balm, at=month.middle)
    ivo = cast.eva.customers.get().pk
    furnishing.buy(customer_id=ivo, product_id=balm, pieces=1, at=month.middle)
    return month


def typed(amount):
    return f"{amount // 100}.{amount % 100:02d}"


def close(page, month):
    """Press the button; the page is there again at once, though nobody works behind it."""
    page.goto("/staff/months/")
    page.locator(f"a[href='/staff/months/{month.key}/']").first.click()
    page.get_by_role("button", name=re.compile("^Close ")).click()
    expect(page.get_by_text("The line is drawn")).to_be_visible()
    expect(page.locator("#rail")).to_contain_text("under way")


def review(page):
    """Wait until the page has come to the draft by itself, and say that it was looked at."""
    page.get_by_role("button", name="I have reviewed draft 1").click(timeout=BEHIND)
    expect(page.get_by_text("It can be approved by: Quinn Peeters")).to_be_visible()
    expect(page.locator("#approve-button")).to_have_count(0)


def approve(page, month, look):
    run = Run.objects.get(period__key=month.key, kind=Run.Kind.CLOSE)
    page.goto(f"/staff/months/{month.key}/")
    for box in page.locator("form").filter(has=page.locator("#approve-button")).get_by_role("checkbox").all():
        box.check()
    page.get_by_label("Type the total to confirm").fill(typed(run.total + 1))
    page.locator("#approve-button").click()
    field = page.get_by_label("Type the total to confirm")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_text("This is not the total of this draft")).to_be_visible()
    look(page, "staff-month-wrong-total")
    assert Run.objects.get(pk=run.pk).state == Run.State.REVIEWED
    field.fill(typed(run.total))
    page.locator("#approve-button").click()
    look(page, "reauthenticate")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()
    expect(page.locator(".head .tag").get_by_text("Final")).to_be_visible(timeout=BEHIND)
    assert Run.objects.get(pk=run.pk).approved_by.email == "quinn@example.com"


def read_why(page, month, look):
    """From the list of months down to the sentence about one order."""
    page.goto("/earnings/")
    page.locator(f"a[href='/earnings/{month.key}/']").first.click()
    look(page, "statement", themes=("light", "dark"))
    page.locator("details", has_text="Level pay").locator("> summary").first.click()
    level = page.locator("details.level-line").first
    level.locator("> summary").click()
    order = level.locator("details.line-item").first
    order.locator("> summary").click()
    expect(order.locator(".inset > p").first).to_contain_text("Eva Vermeer")
    look(page, "statement-open")
    return order.locator(".inset > p").first.inner_text()


def test_closed_reviewed_approved_and_read(last_month, signed_in, backstage, look):
    paula = signed_in("paula")
    close(paula, last_month)
    look(paula, "staff-month-computing")
    backstage()
    review(paula)
    quinn = signed_in("quinn")
    approve(quinn, last_month, look)
    look(quinn, "staff-month-final")
    dan = signed_in("dan")
    sentence = read_why(dan, last_month, look)
    assert "A Partner receives 6\N{NO-BREAK SPACE}% on level 1." in sentence
    dan.goto("/earnings/")
    look(dan, "earnings")

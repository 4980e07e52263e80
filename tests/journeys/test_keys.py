"""Everything that matters, by keys alone: the focus is seen at every stop, and is not lost where a part is replaced."""

import re

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from commissions.models import Run
from commissions.queries import levels
from distributors.models import Distributor
from sales.models import Order
from tests import furnishing
from tests.cast import PASSWORD
from tests.journeys import company
from tests.journeys.keys import Keys

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def drafted(cast):
    """Last month was closed and waits for somebody to look at its draft."""
    return company.drafted(cast)


def focused(page):
    return page.locator(":focus")


def test_the_first_stop_leads_past_the_menu(cast, signed_in):
    page = signed_in("eva")
    page.goto("/")
    keys = Keys(page)
    keys.press("Tab")
    expect(focused(page)).to_have_text("Skip to content")
    expect(focused(page)).to_be_in_viewport()
    keys.press("Enter")
    expect(page.locator("main")).to_be_focused()
    keys.press("Tab")
    assert page.locator("main :focus").count() == 1


def test_signing_up(cast, visitor):
    page = visitor()
    page.goto("/r/eva-code")
    keys = Keys(page)
    keys.choose(page.locator("input[name=kind]"), page.get_by_label("As a distributor"))
    keys.open(page.get_by_role("button", name="Continue"))
    keys.tick(page.get_by_label("I have read what distributors were paid"))
    keys.tick(page.get_by_label("I accept the distributor agreement"))
    keys.open(page.get_by_role("button", name="Accept and continue"))
    keys.write(page.get_by_label("First name"), "Mara")
    keys.write(page.get_by_label("Last name"), "Lind")
    keys.write(page.get_by_label("E-mail"), "mara@example.com")
    keys.write(page.get_by_label("Password"), "a few words to remember")
    keys.write(page.get_by_label("Date of birth"), "02021991")
    keys.write(page.get_by_label("Country"), "Belg")
    keys.tick(page.get_by_label("My sponsor is Eva Vermeer"))
    keys.open(page.get_by_role("button", name="Sign up as a distributor"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("mail")
    page.goto(re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.outbox[-1].body)[1])
    keys.open(page.get_by_role("button", name="Yes, confirm it"))
    page.wait_for_url(lambda url: "/accounts/" not in url)
    assert Distributor.objects.get(profile__user__email="mara@example.com").sponsor_id == cast.eva.pk


def test_ordering_on_a_telephone_with_a_keyboard(cast, signed_in):
    company.start(cast, back=0)
    page = signed_in("eva")
    page.set_viewport_size({"width": 375, "height": 780})
    page.goto("/")
    keys = Keys(page)
    keys.open(page.locator(".phone-bar summary"))
    keys.open(page.locator(".phone-bar").get_by_role("link", name="Orders"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    keys.open(page.get_by_role("main").get_by_role("link", name=re.compile("catalogue", re.IGNORECASE)))
    keys.to(page.get_by_label("Quantity of Oat balm"))
    keys.press("ArrowUp")
    keys.open(page.get_by_role("button", name="Add to cart"))
    keys.open(page.get_by_role("link", name=re.compile("Cart, 1 product")))
    keys.choose(page.locator("input[name=purpose]"), page.get_by_label("For my own use"))
    keys.open(page.get_by_role("button", name="Place the order"))
    page.wait_for_url("**/orders/P*/")
    assert Order.objects.get(seller=cast.eva).lines.get().quantity == 2


def test_an_amount_opens_down_to_its_order(cast, signed_in, monkeypatch):
    monkeypatch.setattr(levels, "PAGE", 1)
    month, balm = company.start(cast, back=1)
    for name in ("dan", "eva", "eva"):
        company.buy(cast, name, product_id=balm, at=month.middle)
    furnishing.close(cast=cast, key=month.key, now=timezone.now())
    page = signed_in("dan")
    page.goto("/")
    keys = Keys(page)
    keys.open(page.get_by_role("link", name="Earnings", exact=True))
    keys.open(page.locator(f"tbody a[href='/earnings/{month.key}/']"))
    item = page.locator("details.item").filter(has_text="Level pay")
    keys.open(item.locator("> summary"))
    orders = item.locator("details.line-item")
    expect(orders).to_have_count(1)
    expect(item.locator("> summary")).to_be_focused()
    keys.open(orders.first.locator("> summary"))
    expect(orders.first.locator(".inset > p").first).to_contain_text("Eva Vermeer")
    keys.open(item.get_by_role("link", name="1 more order"))
    expect(orders).to_have_count(2)
    expect(orders.nth(1).locator("> summary")).to_be_focused()


def test_a_chart_becomes_a_table_and_the_focus_stays(cast, signed_in):
    furnishing.furnish(cast=cast)
    page = signed_in("dan")
    page.goto("/")
    keys = Keys(page)
    card = page.locator(".chart-card").first
    keys.open(card.get_by_role("link", name="Table"))
    expect(card.get_by_role("table")).to_be_visible()
    expect(card.get_by_role("link", name="Table")).to_be_focused()
    keys.to(card.get_by_role("region"))


def test_the_team_is_narrowed_and_the_view_is_kept(cast, signed_in):
    month, balm = company.start(cast, back=0)
    company.buy(cast, "eva", product_id=balm, at=month.starts_at)
    company.measure()
    page = signed_in("ana")
    page.goto("/team/")
    keys = Keys(page)
    keys.open(page.get_by_role("main").get_by_role("link", name="Table", exact=True))
    keys.open(page.locator("summary").filter(has_text="Filters and columns"))
    keys.write(page.get_by_label("Activity", exact=True), "Active")
    keys.tick(page.get_by_label("Generation", exact=True))
    keys.open(page.get_by_role("button", name="Show").last)
    expect(page.get_by_role("row")).to_have_count(2)
    keys.open(page.locator("summary").filter(has_text="Keep this view"))
    keys.write(page.get_by_label("Name of this view"), "Awake")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Awake")).to_have_attribute("aria-current", "true")
    keys.open(page.get_by_role("link", name=re.compile("^GV")))
    expect(page.locator("th[aria-sort]")).to_contain_text("GV")


def test_a_month_is_looked_at_by_one_and_approved_by_another(drafted, signed_in):
    run = Run.objects.get(period__key=drafted.key, kind=Run.Kind.CLOSE)
    for name, last in (("paula", review), ("quinn", approve)):
        page = signed_in(name)
        keys = Keys(page)
        keys.open(page.get_by_role("link", name="Months", exact=True))
        keys.open(page.locator(f"tbody a[href='/staff/months/{drafted.key}/']"))
        last(page, keys, run)
    run.refresh_from_db()
    assert run.approved_by.email == "quinn@example.com"


def review(page, keys, run):
    keys.open(page.get_by_role("button", name="I have reviewed draft 1"))
    expect(page.get_by_text("It can be approved by: Quinn Peeters")).to_be_visible()


def approve(page, keys, run):
    for box in page.locator("form").filter(has=page.locator("#approve-button")).get_by_role("checkbox").all():
        keys.tick(box)
    keys.write(page.get_by_label("Type the total to confirm"), f"{run.total // 100}.{run.total % 100:02d}")
    keys.open(page.locator("#approve-button"))
    keys.write(page.get_by_label("Password"), PASSWORD)
    keys.press("Enter")
    expect(page.locator(".head .tag").first).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text(str(run.period.starts_at.year))


def test_what_cannot_be_seen_is_noticed(page):
    """The control: a link without a ring, one that a bar covers, one that Tab does not reach."""
    rings = "a { outline: 0 } button { outline: 3px solid }"
    head = f"<!DOCTYPE html><style>{rings} .bar {{ position: fixed; inset: 0 }}</style>"
    for body, why in (
        ("<a href=/>There</a>", "no ring"),
        ("<button>There</button><div class=bar></div>", "covered by bar"),
        ("<button tabindex=-1>There</button>", "does not come to"),
    ):
        page.set_content(head + body)
        with pytest.raises(AssertionError, match=why):
            Keys(page, most=3).to(page.get_by_text("There"))

"""Pages in a language with longer words, and before anything has happened."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from sales.models import Product
from sales.operations import orders
from sales.operations.orders import Buyer, Item
from tests import pseudo
from tests.furnishing import EVAS_ORDER, furnish
from tests.journeys.conftest import SHOTS, TOO_WIDE
from tests.portal.policy import ASKED, CORRECTION, GUEST, GUEST_INVOICE, INVOICE, PAGE, QUESTION

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite, pytest.mark.django_db(transaction=True)]
OF_A_DISTRIBUTOR = (
    "/", "/earnings/2026-10/", "/earnings/2026-10/nothing/", "/team/",
    "/earnings/", "/earnings/2026-10/rank-report/", f"/earnings/order/?number={EVAS_ORDER}",
    "/team/?view=table&level=1", "/team/?view=diagram", "/orders/", f"/orders/{EVAS_ORDER}/",
    f"/orders/{EVAS_ORDER}/return/", f"/invoices/{INVOICE}/", "/notices/", "/notices/choices/",
    "/news/", "/questions/", "/questions/ask/", f"/questions/{QUESTION}/",
    "/catalogue/", "/cart/", "/sharing/", "/sharing/link/eva-stall/",
    "/sharing/invitations/", "/sharing/page/", "/sharing/page/preview/", "/people/eva-vermeer/",
    "/placing/", "/placing/legs/1006/", "/profile/", "/profile/edit/", "/profile/shown/",
    "/profile/data/", "/profile/leave/", "/security/", "/plan/", "/disclosure/",
)  # fmt: skip
OF_STAFF = (
    "/staff/",
    "/staff/moves/",
    "/staff/returns/",
    f"/staff/returns/{ASKED}/",
    "/staff/questions/",
    f"/staff/questions/{QUESTION}/",
    "/staff/pages/",
    f"/staff/pages/{PAGE}/",
    "/staff/adjustments/",
    "/staff/books/",
    "/staff/months/",
    "/staff/months/2026-10/",
    "/staff/months/2026-10/people/1005/",
    "/staff/months/2026-10/warnings/negative/",
    "/staff/months/2026-11/",
    "/staff/months/2026-10/correct/",
    f"/staff/corrections/{CORRECTION}/",
)
OF_A_GUEST = (
    "/buy/eva-code/", "/buy/eva-code/cart/", f"/bought/{GUEST}/", f"/bought/{GUEST}/return/",
    f"/bought/{GUEST}/papers/{GUEST_INVOICE}/",
)  # fmt: skip
EMPTY = ("/", "/earnings/", "/team/", "/orders/", "/cart/")


@pytest.fixture
def settled(cast):
    """Returns the address of an order of Eva's that waits for its payment."""
    furnish(cast=cast)
    item = Item(Product.objects.earliest("pk").pk, 1)
    placed = orders.place(
        buyer=Buyer(distributor_id=cast.eva.pk), items=[item], purpose="own_use", now=timezone.now()
    )
    return f"/orders/{placed.number}/"


def with_a_basket(page):
    page.goto("/buy/eva-code/")
    page.get_by_role("button", name="Add to cart").first.click()
    expect(page.get_by_text("is in your cart")).to_be_visible()
    return page


def test_a_language_with_longer_words_breaks_nothing(settled, signed_in, visitor):
    """Two fifths longer, on the smallest telephone and on a desk: nothing sticks out sideways."""
    eva, quinn, guest = signed_in("eva"), signed_in("quinn"), with_a_basket(visitor())
    of_each = ((eva, (*OF_A_DISTRIBUTOR, settled)), (quinn, OF_STAFF), (guest, OF_A_GUEST))
    wide = {}
    with pseudo.language():
        for page, addresses in of_each:
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 800})
                for address in addresses:
                    page.goto(address)
                    assert pseudo.OPEN in page.inner_text("h1, nav, main"), address
                    if found := page.evaluate(TOO_WIDE):
                        wide[f"{address} at {width} px"] = found
    assert not wide, "\n".join(f"{where}: {found}" for where, found in wide.items())


def test_before_anything_has_happened(cast, signed_in, look):
    page = signed_in("finn")
    for address in EMPTY:
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        look(page, f"finn-empty{address.replace('/', '-').rstrip('-')}")


def test_what_narrows_a_list_is_folded_on_a_telephone(settled, signed_in):
    page = signed_in("eva")
    page.goto("/orders/")
    state, folded = page.get_by_label("State", exact=True), page.get_by_text("Filter and order")
    expect(state).to_be_visible()
    expect(folded).to_be_hidden()
    page.set_viewport_size({"width": 375, "height": 800})
    expect(state).to_be_hidden()
    folded.click()
    state.select_option(label="Placed, not paid")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile("state="))
    expect(state).to_be_visible()


def test_on_a_telephone_it_is_one_step_from_the_top_of_earnings_to_asking_about_an_order(
    settled, signed_in, look
):
    page = signed_in("eva")
    page.goto("/earnings/")
    jump, field = page.get_by_role("link", name="Ask about an order"), page.get_by_label("Order number")
    expect(jump).to_be_hidden()
    expect(field).to_be_in_viewport()
    page.set_viewport_size({"width": 375, "height": 640})
    expect(jump).to_be_in_viewport()
    expect(field).not_to_be_in_viewport()
    look(page, "eva-earnings", themes=("light", "dark"))
    page.set_viewport_size({"width": 375, "height": 640})
    jump.click()
    expect(page.get_by_role("heading", name="Why did an order pay this, or nothing?")).to_be_in_viewport()
    expect(field).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(field).to_be_focused()
    page.screenshot(path=SHOTS / "eva-earnings-asking.png")


def test_a_form_that_comes_back_opens_at_what_was_refused(settled, signed_in):
    page = signed_in("eva")
    page.set_viewport_size({"width": 375, "height": 640})
    page.goto("/sharing/invitations/")
    page.get_by_label("E-mail of the person you invite").fill("nobody")
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("Please look at these fields again")).to_be_visible()
    expect(page.get_by_label("E-mail of the person you invite")).to_be_focused()
    expect(page.get_by_label("E-mail of the person you invite")).to_be_in_viewport()

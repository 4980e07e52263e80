"""Every text of every page goes through translation: read in a made-up language, nothing else is left over."""

import re
from collections.abc import Iterator

import pytest
import yaml
from babel import Locale
from django.apps import apps
from django.db.models import CharField, TextField
from django.test import Client
from django.utils import timezone

from commissions.models import PlanVersion
from sales.models import Order, Product
from sales.operations import orders
from tests import pseudo
from tests.furnishing import furnish
from tests.portal.policy import POLICY
from tests.portal.test_matrix import browser, path_of

VISITORS = ("anonymous", "self", "customer", "staff who approve")
OURS = ("common", "distributors", "sales", "commissions")
# Pages of machines, and the page that shows components with sample data.
NOT_SPOKEN = {"live", "ready", "styleguide"}


def written() -> set[str]:
    """Everything that people and the company wrote: it stands in the database, or in the plan's document."""
    found: set[str] = set()
    for model in apps.get_models():
        if model._meta.app_label not in OURS or not model._meta.managed:
            continue
        names = [one.attname for one in model._meta.concrete_fields if isinstance(one, CharField | TextField)]
        for row in model._default_manager.order_by().values_list(*names) if names else ():
            for text in row:
                found.update(str(text).splitlines() if text else ())
    for document in PlanVersion.objects.values_list("document", flat=True):
        found.update(scalars(yaml.safe_load(document)))
    return {one for one in found if any(letter.isalpha() for letter in one)}


def scalars(of: object) -> Iterator[str]:
    """Every text that stands in a document."""
    if isinstance(of, str):
        yield of
    elif isinstance(of, dict | list):
        for one in of.values() if isinstance(of, dict) else of:
            yield from scalars(one)


@pytest.mark.django_db
@pytest.mark.parametrize("visitor", VISITORS)
def test_nothing_on_a_page_was_never_given_to_a_translator(cast, settings, visitor):
    furnish(cast=cast)
    countries = set(Locale.parse("en").territories.values())  # in the reader's words by Babel
    known = written() | countries | {settings.COMPANY_NAME}
    come = browser(cast, visitor)
    left: dict[str, list[str]] = {}
    seen = 0
    with pseudo.language():
        for name, row in POLICY.items():
            if name in NOT_SPOKEN or row.only_post or row.expected(visitor) != "ok":
                continue
            response = come().get(path_of(name, row))
            if response.status_code != 200 or "html" not in response.headers["Content-Type"]:
                continue
            seen += 1
            if rest := pseudo.untranslated(html=response.content.decode(), known=known):
                left[name] = rest
    assert seen > 3
    assert not left, "\n".join(f"{name}: {texts}" for name, texts in left.items())


def bought_by_a_guest(page) -> Iterator[tuple[str, str]]:
    """The way of somebody without a login: shop, basket, what is wrong with a form, the order, taking it back; each
    page with its name. The products are in the shop already."""
    guest = Client()
    product = Product.objects.filter(is_offered=True).first()
    yield "shop", page(guest.get("/buy/eva-code/"))
    yield "shop, nothing found", page(guest.get("/buy/eva-code/?q=nowhere"))
    yield "shop, wrong quantity", page(guest.post(f"/buy/eva-code/{product.pk}/add/", {"quantity": "0"}))
    yield "empty basket", page(guest.get("/buy/eva-code/cart/"))
    yield "shop again", page(guest.post(f"/buy/eva-code/{product.pk}/add/", {"quantity": "2"}, follow=True))
    filled = page(guest.get("/buy/eva-code/cart/"))
    yield "basket", filled
    token = re.search(r'name="token" value="(\w+)"', filled)[1]
    yield "basket, nothing filled in", page(guest.post("/buy/eva-code/cart/", {"token": token}))
    details = {
        "token": token, "given_name": "Mara", "family_name": "Wouters", "email": "mara.w@example.com",
        "street": "Coupure 12", "postcode": "9000", "city": "Ghent", "country": "BE",
    }  # fmt: skip
    placed = guest.post("/buy/eva-code/cart/", details, follow=True)
    yield "order", page(placed)
    address = placed.redirect_chain[-1][0]
    yield "cancelling", page(guest.get(f"{address}cancel/"))
    order = Order.objects.latest("pk")
    orders.mark_paid(order_id=order.pk, paid_at=timezone.now(), by=None)
    yield "paid", page(guest.get(address))
    yield "returning", page(guest.get(f"{address}return/"))
    yield "returning, nothing filled in", page(guest.post(f"{address}return/", {}))


@pytest.mark.django_db
def test_nothing_a_guest_meets_was_never_given_to_a_translator(cast, settings):
    furnish(cast=cast)
    countries = set(Locale.parse("en").territories.values())

    def page(response) -> str:
        assert response.status_code in (200, 400)
        return response.content.decode()

    left, seen = {}, []
    with pseudo.language():
        for name, html in bought_by_a_guest(page):
            seen.append(name)
            known = written() | countries | {settings.COMPANY_NAME, *settings.COMPANY_BANK.values()}
            if rest := pseudo.untranslated(html=html, known={one for one in known if one}):
                left[name] = rest
    assert "returning" in seen
    assert not left, "\n".join(f"{name}: {texts}" for name, texts in left.items())


def test_the_made_up_language_shows_what_is_missing():
    page = '<p title="Bare">Never <b>given</b></p><p>⟦Given <b>Eva</b> ⟦inside⟧ away⟧ Eva 12</p>'
    assert pseudo.untranslated(html=page, known={"Eva"}) == ["Bare", "Never", "given"]

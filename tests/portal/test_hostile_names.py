"""What somebody calls themselves reaches their whole upline: shown as text, wherever it is shown."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from distributors.forms.join import DetailsForm
from distributors.models import Distributor, Profile
from sales.models import Product
from sales.operations import orders
from tests.furnishing import NOVEMBER
from tests.portal.hostile import quiet
from tests.portal.policy import PAGE
from tests.portal.test_accounts_join import DETAILS

pytestmark = pytest.mark.usefixtures("furnished_company")

MARK = "hostile"
NAMES = {
    "a script": f"<script>{MARK}()</script>",
    "a handler": f'"><img src=x onerror={MARK}()>',
    "a template": "{{ 7|add:7 }}{% debug %}" + MARK,
    "a formula": f"=HYPERLINK(1){MARK}",
    "an amount": f"-1+1{MARK}",
    "an at": f"@SUM(1){MARK}",
    "turned about": f"\u202e{MARK}\u2066",
    "long": MARK * 11,
    "percent": f"%s%(name)s%d{MARK}",
    "an address": f"javascript:{MARK}()//",
}
PAGES = {
    "dan": ("/", "/team/", "/team/?view=table", "/team/?q=host", "/team/1005/", "/team/1005/branch/", "/orders/",
            "/team/?view=diagram", "/team/1005/diagram/",
            "/earnings/2026-10/", "/earnings/2026-10/level_pay/", "/earnings/2026-10/level_pay/1/",
            "/earnings/2026-10/nothing/", "/earnings/2026-10/rank-report/", "/earnings/order/?number=P000005"),
    "eva": ("/", "/profile/", "/sharing/", "/sharing/invitations/", "/sharing/page/",
            "/sharing/page/preview/", "/people/eva-vermeer/", "/placing/", "/placing/legs/1006/",
            "/orders/", "/catalogue/"),
    "ivo": ("/", "/orders/"),
    "quinn": ("/staff/", "/staff/months/2026-10/", "/staff/pages/", f"/staff/pages/{PAGE}/"),
    "root": ("/admin/distributors/distributor/", "/admin/distributors/profile/", "/admin/sales/order/",
             "/admin/distributors/placement/", "/admin/distributors/holding/",
             "/admin/commissions/statementitem/"),
}  # fmt: skip


FOLLOWED = {"href", "src", "action", "formaction", "hx-get", "hx-post", "srcdoc", "data"}


class Elements(HTMLParser):
    """What a browser would run of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        for written, value in attrs:
            name = written.removeprefix("data-") if written.startswith("data-hx-") else written
            runs = name.startswith("on") or (
                name in FOLLOWED and (value or "").strip().lower().startswith(("javascript:", "data:"))
            )
            if runs or name.startswith("hx-on") or (tag == "img" and value == "x"):
                self.live.append(f"{tag} {name}={value}")

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside in ("script", "style") and MARK in data:
            self.live.append(f"<{self.inside}>{data}")


def live_parts(page: str) -> list[str]:
    reader = Elements()
    reader.feed(page)
    return reader.live


@pytest.fixture(params=NAMES)
def called(request, cast, furnished):
    """Eva is called something hostile: written past the form, as an import could have."""
    name = NAMES[request.param]
    Profile.objects.filter(distributor=cast.eva).update(given_name=name[:80], family_name=name[:80])
    return name[:80]


def test_a_hostile_name_is_inert_wherever_it_is_shown(cast, called):
    shown, found = 0, []
    for who, paths in PAGES.items():
        client = cast.client(who)
        for path in paths:
            answer = client.get(path)
            assert answer.status_code in (200, 404), path
            page = answer.content.decode()
            shown += MARK in page
            found += [f"{path}: {part}" for part in live_parts(page)]
            found += [f"{path}: computed"] if "14" + MARK in page else []
    assert not found, "\n".join(found)
    assert shown > 6


def test_a_hostile_name_on_the_landing_page(cast, called):
    page = Client().get("/r/eva-code").content.decode()
    assert MARK in page
    assert live_parts(page) == []


def test_a_hostile_name_is_text_in_the_file(cast, called):
    client = cast.client("ana")
    file = b"".join(client.get("/team/export/").streaming_content).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(file)) for cell in row if MARK in cell]
    assert len(cells) == 1
    assert not cells[0].startswith(("=", "+", "-", "@", "\t", "\r"))


def test_a_customers_hostile_name_is_text_in_the_orders(cast, furnished):
    Profile.objects.filter(customer__isnull=False).update(given_name="=HYPERLINK(1)", family_name=MARK)
    ivo, balm = cast.users["ivo"].profile.customer.pk, Product.objects.get().pk
    buyer = orders.Buyer(customer_id=ivo)
    orders.place(buyer=buyer, items=[orders.Item(balm, 1)], purpose="customer", now=NOVEMBER)
    file = b"".join(cast.client("eva").get("/orders/export/").streaming_content).decode("utf-8-sig")
    assert f"'=HYPERLINK(1) {MARK}" in file


def test_a_live_part_is_noticed():
    """The control."""
    assert live_parts(f"<script>{MARK}()</script>")
    assert live_parts('<p title=""><img src=x onerror=hostile()>')


@pytest.mark.parametrize(
    "name", ["x" * 81, "x" * 300, "\u202e\u2066", "1234", "<<<>>>", "a\x00b", "   ", "\u0301"]
)
@pytest.mark.parametrize("field", ["given_name", "family_name"])
def test_what_is_no_name_is_refused_beside_the_field(cast, field, name):
    client = Client()
    client.get("/r/eva-code")
    with quiet():
        answer = client.post("/join/customer/", {**DETAILS, field: name})
    assert answer.status_code == 200
    assert (
        'aria-invalid="true"' in re.search(rf'<input[^>]*id="id_{field}"[^>]*>', answer.content.decode())[0]
    )
    assert Distributor.objects.count() == 8


def test_a_name_that_turns_text_about_is_kept_without_that(cast):
    from datetime import date

    data = {**DETAILS, "given_name": "Ma\u202era", "family_name": "O\u2019Neil\u200b Lind"}
    form = DetailsForm(data, sponsor_name="x", kind="customer", today=date(2026, 11, 23))
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["given_name"], form.cleaned_data["family_name"]) == ("Mara", "O’Neil Lind")

"""One hostile text wherever somebody may write: inert on every page, and text in every file and mail."""

import csv
import io
import json
import re
import zipfile
from email import message_from_bytes, policy

import pytest
from django.apps import apps
from django.core import mail
from django.db import transaction
from django.db.utils import DatabaseError
from django.test import Client

from common.mail import letter, send
from common.paper import plain
from distributors.models import DataFile, Profile
from tests.cast import PASSWORD
from tests.papertext import words_of
from tests.portal.policy import INVOICE, POLICY
from tests.portal.test_hostile_names import MARK, live_parts
from tests.portal.test_matrix import browser, path_of

pytestmark = pytest.mark.usefixtures("furnished_company")

VISITORS = ("anonymous", "self", "customer", "staff who approve", "superuser")
MARKUP = f'=<script>{MARK}()</script>"><img src=x onerror={MARK}()>{{{{7|add:7}}}}'
NAME = f"=1+1<b>{MARK}\u202e\u0301 \u738b\U0001f9fc</b>"
HEADER = f"{MARK}\r\nBcc: everybody@example.com\nSubject: other\x00"
STORED = HEADER.replace("\x00", "")  # which PostgreSQL does not take
# Where people and the company write freely. What is final is guarded by the database and keeps what it said.
WRITTEN = {
    "Profile": ("given_name", "family_name", "street", "city"),
    "Document": ("title", "summary", "body"),
    "ReferralCode": ("campaign",),
    "NewsItem": ("title", "body"),
    "Question": ("subject",),
    "QuestionPart": ("text",),
    "PageVersion": ("story", "reason"),
    "SponsorChange": ("reason", "note"),
    "StatusChange": ("reason",),
    "Product": ("name", "description"),
    "ReturnRequest": ("reason", "answer"),
    "Return": ("reason",),
    "Adjustment": ("label", "reason", "evidence", "note"),
    "Correcting": ("reason", "evidence"),
    "TeamView": ("name",),
    "Invoice": ("name", "address"),
}


def write_everywhere(text: str) -> int:
    """The text in every column of the list, cut to what it holds; how many columns took it."""
    taken = 0
    for model in apps.get_models():
        for name in WRITTEN.get(model.__name__, ()):
            most = model._meta.get_field(name).max_length or len(text)
            rows = model._default_manager.order_by()
            if model.__name__ == "ReferralCode":
                rows = rows.exclude(campaign="")[:1]
            try:
                with transaction.atomic():
                    taken += bool(
                        model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).update(
                            **{name: text[:most]}
                        )
                    )
            except DatabaseError:
                continue
    return taken


@pytest.fixture
def hostile(cast, furnished):
    assert write_everywhere(MARKUP) > 15
    return cast


@pytest.mark.parametrize("visitor", VISITORS)
def test_inert_on_every_page(hostile, visitor):
    come, seen, found = browser(hostile, visitor), 0, []
    for name, row in POLICY.items():
        if row.only_post or row.expected(visitor) != "ok" or "logout" in name:
            continue
        answer = come().get(path_of(name, row))
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        assert answer.status_code < 500, name
        page = answer.content.decode()
        seen += MARK in page
        found += [f"{name}: {part}" for part in live_parts(page)]
        found += [f"{name}: computed"] if "14" + MARK in page or f"{MARK}14" in page else []
    assert not found, "\n".join(found)
    assert seen > 2


def test_a_personal_page_tells_other_programs_nothing_that_somebody_wrote(hostile):
    """No JSON-LD, no OpenGraph: nothing in the head but the title, as text."""
    head = Client().get("/people/eva-vermeer/").content.decode().partition("</head>")[0]
    assert "ld+json" not in head
    assert MARK in head.partition("</title>")[0]
    assert MARK not in head.partition("</title>")[2]
    assert live_parts(head) == []


@pytest.mark.parametrize("path", ["/earnings/2026-10/statement.pdf", f"/invoices/{INVOICE}/pdf/"])
def test_a_paper_says_what_was_written_as_text(cast, furnished, path):
    write_everywhere(NAME)
    answer = cast.client("eva").get(path)
    assert answer.headers["Content-Type"] == "application/pdf"
    words = "".join(words_of(answer.content).split())
    shown = "".join(plain(NAME).split()).replace("\U0001f9fc", "\u25a1")
    assert {*shown} - {"\u0301"} <= {*words}
    assert f"=1+1<b>{MARK}" in words
    assert "standsforaletterthatcannotbeprintedhere" in words
    assert not re.search(rb"/(JavaScript|URI|Launch|AcroForm)\b", answer.content)


def test_a_worksheet_holds_text(cast, furnished):
    Profile.objects.filter(distributor=cast.eva).update(given_name="=1+1", family_name=f"\x0b\ud7ff{MARK}")
    file = b"".join(cast.client("ana").get("/team/export/?format=xlsx").streaming_content)
    sheets = zipfile.ZipFile(io.BytesIO(file))
    inside = "".join(sheets.read(name).decode() for name in sheets.namelist() if name.endswith(".xml"))
    assert MARK in inside
    assert "<f>" not in inside
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", inside)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_the_archive_of_ones_own_data_holds_text(cast, furnished, start):
    Profile.objects.filter(distributor=cast.eva).update(given_name=f"{start}1{MARK}")
    client = cast.client("eva")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post("/profile/data/")
    made = DataFile.objects.get()
    answer = client.get(f"/profile/data/{made.pk}/")
    assert re.fullmatch(r'attachment; filename="my-data-\d+\.zip"', answer.headers["Content-Disposition"])
    content = answer.getvalue() if not answer.streaming else b"".join(answer.streaming_content)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert all(re.fullmatch(r"[\w.-]+", name) for name in archive.namelist())
        json.loads(archive.read("everything.json"))
        cells = [
            cell
            for name in archive.namelist()
            if name.endswith(".csv")
            for row in csv.reader(io.StringIO(archive.read(name).decode("utf-8-sig"), newline=""))
            for cell in row
            if MARK in cell
        ]
    assert cells
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


FILES = (
    "/team/export/", "/team/export/?format=xlsx", "/orders/export/", "/earnings/2026-10/statement.pdf",
    f"/invoices/{INVOICE}/pdf/", "/sharing/link/eva-stall/qr/",
)  # fmt: skip


@pytest.mark.parametrize("path", FILES)
def test_the_name_of_a_file_holds_nothing_that_somebody_wrote(hostile, path):
    answer = hostile.client("eva").get(path)
    assert answer.status_code == 200
    assert re.fullmatch(r'attachment; filename="[\w.-]+"', answer.headers["Content-Disposition"])


def test_a_qr_code_draws_a_link_and_no_words(hostile):
    drawn = hostile.client("eva").get("/sharing/link/eva-stall/qr/").content.decode()
    assert MARK not in drawn
    assert live_parts(drawn) == []


def sent() -> list:
    """The mails as a server gets them."""
    return [message_from_bytes(one.message().as_bytes(), policy=policy.default) for one in mail.outbox]


def test_a_name_adds_no_header_to_a_mail(cast, settings):
    settings.COMPANY_NAME = "Linden & Rye"
    Profile.objects.filter(distributor=cast.eva).update(given_name=STORED[:80])
    content = letter(to="x@example.com", subject=HEADER, body=HEADER, headers={})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(settings, "MAIL_BACKEND", "django.core.mail.backends.locmem.EmailBackend")
        send("mail:1", content)
    message = sent()[-1]
    assert set(message.keys()) <= {"Content-Type", "Content-Transfer-Encoding", "MIME-Version", "Subject", "From", "To",
                                   "Date", "Message-ID"}  # fmt: skip
    assert message["Subject"].startswith(MARK)
    assert message["To"] == "x@example.com"


def test_a_return_of_a_hostile_buyer_adds_none_either(cast, furnished):
    from sales.models import Order
    from sales.operations import return_requests
    from tests.furnishing import EVAS_ORDER, NOVEMBER

    Profile.objects.filter(distributor=cast.eva).update(given_name=STORED[:80])
    order = Order.objects.get(number=EVAS_ORDER)
    apps.get_model("sales.ReturnRequest").objects.all().delete()
    return_requests.ask(
        order_id=order.pk, lines=[return_requests.Back(order.lines.get().pk, 1)], reason=STORED, now=NOVEMBER,
        today=NOVEMBER.date(),
    )  # fmt: skip
    assert all(message["Bcc"] is None and message["Cc"] is None for message in sent())
    assert not re.search(r"[\r\n\x00]", mail.outbox[-1].subject)

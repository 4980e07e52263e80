"""What somebody hostile would send, and the means to send it: shared by the suites of hostile input."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import parse_qsl, quote

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern

from tests.portal.policy import VISITORS
from tests.portal.test_matrix import ALL, browser, path_of, row_of

LONG = "x" * 10_000
RTL = "\u202egnp.exe"
TEXTS = (
    LONG,
    "\U0001f9fc\U0001f468\u200d\U0001f469\u200d\U0001f467",
    "' OR 1=1; DROP TABLE distributors_user; --",
    '"><script>alert(1)</script>{{ 7|add:7 }}{% debug %}',
    RTL,
    "\uff11\uff12",  # full-width digits
    "-1",
    "0",
    "1e9",
    "1000000000",
    "99999999999999999999",
    "9" * 5_000,
    "NaN",
    "Infinity",
    "1.5",
    "__",
    "sponsor__lft__gt",
    "user__password",
    "../../../../etc/passwd",
    "\r\nSet-Cookie: a=b",
    "[]",
    '{"$gt": ""}',
    "0001-01-01",
    "9999-12-31",
    "2026-02-30",
    "2026-13",
    "\ud7ff\ue000",
    "=HYPERLINK(1)",
    "",
)
# As they stand in an address: percent escapes that are no UTF-8, a NUL, half an escape, the same key twice.
RAW = (
    *(quote(text, safe="") for text in TEXTS),
    "%00",
    "a%00b",
    "%ff%fe",
    "%c0%80",
    "%ed%a0%80",
    "%",
    "%zz",
    "+",
)
KEYS = ("q", "page", "sort", "month", "view", "shut", "level", "position", "size", "state", "buyer", "next", "code",
        "corrects", "bonus", "o", "p", "all", "e", "_popup", "_to_field", "_changelist_filters", "app_label", "term",
        "id__exact", "pk__in", "sponsor__lft__gt", "user__password__startswith", "date__year", "x[]", "x[a][b]",
        "_connector", "_negated", "")  # fmt: skip
STRANGE_HEADERS = (
    {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "javascript:alert(1)//%ff", "HTTP_HX_TARGET": RTL},
    {"HTTP_ACCEPT_LANGUAGE": "x" * 600 + ";q=NaN,-,*;q=9"},
    {"HTTP_X_FORWARDED_FOR": "not an address, 1.2.3.4.5", "HTTP_X_FORWARDED_PROTO": "gopher"},
    {"HTTP_IF_MODIFIED_SINCE": "Mon, 99 Foo 9999 99:99:99 GMT", "HTTP_RANGE": "bytes=9-1"},
    {"HTTP_COOKIE": 'sessionid=\x00\xff; csrftoken="; referral=a:b:c; messages=[[0]]; django_language=../..'},
    {"HTTP_REFERER": "//evil.example/%ff", "HTTP_ACCEPT": "\xff/*;q=z", "HTTP_USER_AGENT": ""},
    {"HTTP_HOST": "evil.example:99999"},
)
# Where the corpus is too long for every page, the suites send one half of it to SQLite and the other to PostgreSQL.
HALF = 0 if connection.vendor == "sqlite" else 1
# One visitor of each kind that may open something others may not.
KINDS = ("anonymous", "self", "customer", "staff who approve", "superuser")


@dataclass
class Heard:
    """What came back: how many inputs were sent, and which of them broke something."""

    sent: int = 0
    broken: list[str] = field(default_factory=list)

    def note(self, what: str, response: object) -> None:
        self.sent += 1
        if isinstance(response, Exception):
            self.broken.append(f"{what[:160]}: {type(response).__name__}: {str(response)[:160]}")
        elif response.status_code >= 500:
            self.broken.append(f"{what[:160]}: {response.status_code}")


def send(
    heard: Heard,
    client: Client,
    method: str,
    path: str,
    *args: object,
    label: str = "",
    then: Callable[[], None] | None = None,
    **more: object,
) -> object:
    """One request whose traces are wiped out: database, cookies and counters are as before.

    `then` looks at what the request has done before that.
    """
    cookies = client.cookies.output()
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    response: object
    try:
        with transaction.atomic():
            response = getattr(client, method)(path, *args, **more)
            if getattr(response, "streaming", False):
                list(response)
            if then:
                then()
            transaction.set_rollback(True)
    except Exception as error:  # noqa: BLE001 - any exception is what is looked for
        response = error
    if client.cookies.output() != cookies:
        client.cookies.clear()
        for name, value in kept.items():
            client.cookies[name] = value
    cache.clear()
    heard.note(f"{method.upper()} {path} {label}", response)
    return response


def open_to(visitor: str) -> list[tuple[str, str]]:
    """Name and address of every page this visitor may open by GET."""
    found = []
    for name in ALL:
        row = row_of(name)
        expected = set(row.expected(visitor).split("|"))
        if not row.only_post and expected & {"ok", "away"} and "logout" not in name:
            found.append((name, path_of(name, row)))
    return found


def with_arguments(name: str, pattern: URLPattern, path: str) -> Iterator[str]:
    """The address with each of its arguments replaced by everything in the corpus."""
    row = row_of(name)
    for given in {str(value) for value in row.arguments.values()} or ({"1"} if "/1/" in path else set()):
        for raw in RAW:
            if raw:
                yield re.sub(rf"(?<=/){re.escape(given)}(?=/|$)", lambda _found, raw=raw: raw, path)


def visitor_client(cast: object, visitor: str) -> Client:
    assert visitor in VISITORS
    return browser(cast, visitor)()


@dataclass
class Form:
    """A form as it stands on a page."""

    page: str
    action: str = ""
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    required: set[str] = field(default_factory=set)

    @property
    def target(self) -> str:
        action = self.action or self.page
        return self.page.partition("?")[0] + action if action.startswith("?") else action

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        return re.sub(r"\d+", "#", self.target.partition("?")[0]), tuple(sorted(self.fields))


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page, self.forms, self.keys = page, [], set()
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        here = self.forms[-1] if self.forms else None
        if tag == "form":
            self.forms.append(Form(self.page, found.get("action", ""), found.get("method", "get").lower()))
        elif tag == "a":
            self.keys |= {key for key, _value in parse_qsl(found.get("href", "").partition("?")[2])}
        elif here is not None and tag in ("input", "textarea", "select", "button") and found.get("name"):
            self._field(here, tag, found)
        elif tag == "option" and here is not None and self.select:
            first = found.get("value") and not here.fields[self.select]
            if "selected" in found or first:
                here.fields[self.select] = found.get("value", "")

    def _field(self, here: Form, tag: str, found: dict[str, str]) -> None:
        name, kind = found["name"], found.get("type", "")
        self.select = name if tag == "select" else None
        if kind in ("radio", "checkbox") and "checked" not in found and name in here.fields:
            return
        here.fields[name] = found.get("value", "on" if kind == "checkbox" else "")
        if "required" in found:
            here.required.add(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None


def read_page(page: str, html: str) -> _Reader:
    reader = _Reader(page)
    reader.feed(html)
    return reader


@contextmanager
def quiet() -> Iterator[None]:
    """Refusals are logged by Django, thousands of them here."""
    import logging

    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)

"""What every answer carries, and that looking changes nothing."""

import re
from collections import Counter
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from tests.portal.hostile import quiet
from tests.portal.policy import VISITORS
from tests.portal.test_matrix import ALL, browser, path_of, row_of

WRITE = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
# Reading a page notes that one is there, what was shown once, that a link or letter was opened and a file taken.
NOTED = {"django_session", "usersessions_usersession", "cache_entries", "distributors_linkvisits",
         "distributors_invitation", "distributors_lastlook", "commissions_teamexport"}  # fmt: skip
STRICT = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'",
          "frame-ancestors 'none'", "form-action 'self'")  # fmt: skip
BESIDE_PAGES = (
    "/no-such-page/",
    "/static/no-such-file",
    "/static/css/tokens.css",
    "/a%00b",
    "/?q=%00",
    "/orders",
)


def missing(response, *, signed_in: bool) -> list[str]:
    """What an answer should carry and does not."""
    found, headers = [], response.headers
    policy = headers.get("Content-Security-Policy", "")
    found += [part for part in STRICT if part not in policy]
    found += [word for word in ("unsafe-", "*", "http:") if word in policy]
    found += ["nosniff"] if headers.get("X-Content-Type-Options") != "nosniff" else []
    found += ["referrer"] if headers.get("Referrer-Policy") != "same-origin" else []
    found += ["frames"] if headers.get("X-Frame-Options") != "DENY" else []
    found += ["no-store"] if signed_in and "no-store" not in headers.get("Cache-Control", "") else []
    found += [f"cookie {name}" for name, morsel in response.cookies.items() if not kept_close(name, morsel)]
    return found


def kept_close(name: str, morsel) -> bool:
    """A cookie stays on this site and away from scripts."""
    return morsel["samesite"] in ("Lax", "Strict") and (bool(morsel["httponly"]) or not morsel.value)


@contextmanager
def writes():
    """Counts what is written to the database, but for what looking at a page may note."""
    found = Counter()

    def watch(execute, sql, params, many, context):
        change = WRITE.match(sql)
        if change and change[2] not in NOTED:
            found[f"{change[1]} {change[2]}"] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def everything(visitor: str) -> list[str]:
    return [path_of(name, row_of(name)) for name in ALL if visitor != "suspended" or "logout" not in name]


@pytest.mark.on_sqlite
@pytest.mark.parametrize("visitor", VISITORS)
def test_every_answer_is_guarded_and_looking_writes_nothing(cast, furnished, visitor):
    found, fresh = [], browser(cast, visitor)
    client = fresh()
    with quiet():
        for path in everything(visitor):
            with writes() as written:
                lacks = missing(client.get(path), signed_in=visitor not in ("anonymous", "suspended"))
            found += [f"{path}: {lacks} {dict(written)}"] if lacks or written else []
            if visitor == "suspended":
                client = fresh()
    assert not found, "\n".join(found)


@pytest.mark.parametrize("path", BESIDE_PAGES)
def test_answers_beside_the_pages_are_guarded_too(db, path):
    assert missing(Client().get(path), signed_in=False) == []


def test_a_page_that_breaks_is_guarded_too(cast, monkeypatch):
    from mlmportal.views import sharing

    monkeypatch.setattr(sharing, "share", lambda **_: 1 / 0)
    client = cast.client("eva")
    client.raise_request_exception = False
    with quiet():
        answer = client.get("/sharing/")
    assert answer.status_code == 500
    assert missing(answer, signed_in=True) == []


def test_the_guard_notices(cast, settings):
    """The control: a policy that lets scripts in, and a page that may be kept."""
    settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": {"script-src": ["'unsafe-inline'"]}}
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "no_store" not in name]
    lacks = missing(cast.client("eva").get("/"), signed_in=True)
    assert {"unsafe-", "no-store", "default-src 'none'"} <= set(lacks)


def test_a_write_is_noticed(cast):
    with writes() as written:
        cast.client("eva").post("/sharing/renew/")
    assert set(written) == {"UPDATE distributors_referralcode", "INSERT INTO distributors_referralcode",
                            "UPDATE distributors_user"}  # fmt: skip

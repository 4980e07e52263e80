"""What every answer carries, and what looking at a page may write: asked of each answer in the matrix."""

import re
from collections import Counter
from contextlib import contextmanager

from django.db import connection

WRITE = re.compile(r'^\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)
# Reading a page notes that one is there, what was shown once, that a link or letter was opened and a file taken.
NOTED = {"django_session", "usersessions_usersession", "cache_entries", "distributors_linkvisits",
         "distributors_invitation", "distributors_lastlook", "commissions_teamexport"}  # fmt: skip
STRICT = ("default-src 'none'", "script-src 'self'", "style-src 'self'", "object-src 'none'", "base-uri 'none'",
          "frame-ancestors 'none'", "form-action 'self'")  # fmt: skip


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
    found += unvalidated(response)
    found += [f"cookie {name}" for name, morsel in response.cookies.items() if not kept_close(name, morsel)]
    return found


def unvalidated(response) -> list[str]:
    """Its forms in which a browser would refuse by itself, in a bubble of its own; Django's admin keeps its ways."""
    if (
        response.streaming
        or "html" not in response.headers.get("Content-Type", "")
        or response.request["PATH_INFO"].startswith("/admin/")
    ):
        return []
    return [tag for tag in re.findall(r"<form\b[^>]*>", response.content.decode()) if "novalidate" not in tag]


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

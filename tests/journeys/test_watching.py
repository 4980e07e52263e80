"""What watches the walks does see what is wrong."""

from types import SimpleNamespace

import pytest

from tests.journeys.conftest import TOO_WIDE, _complaint, _refused, no_barriers

HEAD = "<!DOCTYPE html><html lang=en><title>A page</title><main><h1>A page</h1>"


@pytest.mark.browser
def test_a_barrier_is_found(page):
    page.set_content(HEAD + "<p>Nothing in the way</p>")
    no_barriers(page)
    page.set_content(HEAD + "<input>")
    with pytest.raises(AssertionError, match="label"):
        no_barriers(page)


@pytest.mark.browser
def test_what_sticks_out_is_found(page):
    page.set_viewport_size({"width": 375, "height": 700})
    page.set_content(HEAD + "<table><tr><td style='min-width:500px'>wide</table>")
    assert "<td" in str(page.evaluate(TOO_WIDE))


@pytest.mark.parametrize(("status", "kind", "seen"), [
    (200, "script", 0), (404, "document", 0), (404, "script", 1), (500, "document", 1), (500, "xhr", 1),
])  # fmt: skip
def test_what_the_server_refuses_is_found(status, kind, seen):
    request = SimpleNamespace(resource_type=kind)
    assert len(_refused(SimpleNamespace(status=status, url="/x", request=request))) == seen


@pytest.mark.parametrize(("kind", "text", "url", "seen"), [
    ("error", "Refused to apply inline style", "/team/", 1), ("warning", "slow", "/team/", 0),
    ("error", "Refused to apply inline style", "", 0), ("error", "Failed: the server has a status of 404", "/x", 0),
])  # fmt: skip
def test_what_the_console_says_is_found(kind, text, url, seen):
    assert len(_complaint(SimpleNamespace(type=kind, text=text, location={"url": url}))) == seen

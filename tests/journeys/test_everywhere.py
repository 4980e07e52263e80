"""Every page of the policy by day and by night, on a desk and on telephones: no barrier, nothing that sticks out,
nothing that the browser refuses or complains of."""

from typing import Any

import pytest
from allauth.mfa.webauthn.internal import auth as webauthn

from tests.furnishing import furnish
from tests.journeys import everywhere
from tests.journeys.conftest import AXE, PATIENCE, RULES, SCAN, TOO_WIDE, _complaint, _refused
from tests.portal.test_matrix import ALL, path_of, row_of

pytestmark = [pytest.mark.browser, pytest.mark.on_sqlite]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
WATCH = f"""{AXE};
document.addEventListener("securitypolicyviolation", (one) => {{
  (window.refusals ??= []).push(one.effectiveDirective + " " + one.blockedURI);
}});"""


def wrong_with(page) -> list[str]:
    """What is wrong with a page that was opened at 1280 px by day; it is left at 320 px by night."""
    found = [f"refused: {one}" for one in page.evaluate("window.refusals ?? []")]
    found += [f"by day: {one}" for one in page.evaluate(SCAN, RULES)]
    page.emulate_media(color_scheme="dark")
    found += [f"by night: {one}" for one in page.evaluate(SCAN, COLOURS)]
    for width in (1280, 375, 320):
        page.set_viewport_size({"width": width, "height": 800})
        found += [f"at {width} px: {one}" for one in page.evaluate(TOO_WIDE)]
        if width == 375:
            found += [f"on a telephone: {one}" for one in page.evaluate(SCAN, RULES)]
    return found


class Walk:
    """A window for each who walks, and what the windows say."""

    def __init__(self, new_context, *, cast=None, portal: str = "") -> None:
        self.cast, self.portal, self.new_context = cast, portal, new_context
        self.windows: dict[str, Any] = {}
        self.said: list[str] = []

    def window(self, who: str):
        if who not in self.windows:
            context = self.new_context(base_url=self.portal or None)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(WATCH)
            if self.cast:
                cookies = everywhere.browser_of(self.cast, who).cookies.values()
                context.add_cookies([
                    {"name": one.key, "value": one.value, "url": self.portal} for one in cookies
                ])  # fmt: skip
            page = self.windows[who] = context.new_page()
            page.on("console", lambda message: self.said.extend(_complaint(message)))
            page.on("pageerror", lambda error: self.said.append(str(error)))
            page.on("response", lambda response: self.said.extend(_refused(response)))
        return self.windows[who]

    def look(self, who: str, path: str, *, status: int = 200) -> list[str]:
        """What is wrong where this address leads; also that it leads elsewhere."""
        page = self.window(who)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1280, "height": 800})
        self.said.clear()
        met = page.goto(path)
        if page.url.removeprefix(self.portal) != path or met.status != status:
            return [f"it is not there: {met.status} {page.url}"]
        return [*wrong_with(page), *(f"said: {one}" for one in self.said)]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of_admin", [False, True], ids=["portal", "admin"])
def test_every_page(cast, portal, new_context, monkeypatch, of_admin):
    # The passkey has a name and is no key.
    monkeypatch.setattr(webauthn, "get_credentials", lambda user: [])
    furnish(cast=cast)
    walk = Walk(new_context, cast=cast, portal=portal)
    found = {}
    for who, path, status in everywhere.stops(cast=cast):
        if path.startswith("/admin/") == of_admin:
            found[f"{who} {path}"] = walk.look(who, path, status=status)
    assert len(found) > 60
    assert not any(found.values()), "\n".join(f"{where}: {wrong}" for where, wrong in found.items() if wrong)


def test_what_has_no_page_is_none(cast, furnished):
    """The reasons that are given are true."""
    everywhere.prepared(cast=cast)
    reasons = {name: why for name in ALL if (why := everywhere.no_page(name))}
    met = {
        name: kind_of(client_of(cast, name), name) for name, why in reasons.items() if why in everywhere.SEEN
    }
    assert met == {name: reasons[name] for name in met}


def client_of(cast, name):
    return everywhere.browser_of(cast, everywhere.who_may(name))


def kind_of(client, name) -> str:
    path = path_of(name, row_of(name))
    met = client.get(path)
    if met.status_code in (301, 302):
        return everywhere.ONWARD
    if met.status_code in (403, 404, 405):
        return {403: everywhere.REFUSED, 404: everywhere.REFUSED, 405: everywhere.ACTION}[met.status_code]
    if met.streaming or "html" not in met.headers.get("Content-Type", ""):
        return everywhere.FILE
    return "a page" if b"<html" in met.content else everywhere.PART


GOOD = "<!DOCTYPE html><html lang=en><title>A page</title><h1>A page</h1>"
STRICT = {"Content-Security-Policy": "script-src 'none'", "Content-Type": "text/html"}
MARKS = ("refused: script-src", "said: ", "by day: label", "by night: color-contrast", "on a telephone: label",
         "on a telephone: color-contrast", "at 1280 px", "at 375 px", "at 320 px", "it is not there")  # fmt: skip


@pytest.mark.parametrize(("body", "status", "found"), [
    ("<p>Nothing in the way", 200, set()),
    ("<p>Elsewhere", 404, {"it is not there"}),
    ("<input>", 200, {"by day: label", "on a telephone: label"}),
    ("<style>@media (prefers-color-scheme: dark) { p { color: #eee } }</style><p>Pale by night", 200,
     {"by night: color-contrast", "on a telephone: color-contrast"}),
    ("<style>p { min-width: 350px }</style><p>Wide", 200, {"at 320 px"}),
    ("<p onclick='go()'>Said inline", 200, {"refused: script-src", "said: "}),
])  # fmt: skip
def test_what_is_wrong_is_found(new_context, body, status, found):
    walk = Walk(new_context)
    walk.window("somebody").route("**/*", lambda route: route.fulfill(
        status=status, body=GOOD + body, headers=STRICT
    ))  # fmt: skip
    met = walk.look("somebody", "http://portal.test/")
    assert {mark for mark in MARKS if any(one.startswith(mark) for one in met)} == found

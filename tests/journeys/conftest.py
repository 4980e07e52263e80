"""A real browser, a real server, and behind it the process that advances what is due: the runner on SQLite, a Celery
worker and beat where Redis is configured."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import BrowserContext, Page, expect

from tests.cast import PASSWORD, Cast, assemble
from tests.journeys import company

ROOT = Path(__file__).resolve().parents[2]
AXE = (ROOT / "tests/journeys/vendor/axe.min.js").read_text(encoding="utf-8")
SHOTS = Path(os.environ.get("TEST_SCREENSHOTS", ROOT / "var/journeys"))
# Machines that build are busy; whoever waits for a condition goes on as soon as it holds.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCAN = (
    "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']}).then(found => found.violations.map("
    "one => one.id + ': ' + one.nodes.map(node => node.target.join(' ')).join(', ')))"
)
TOO_WIDE = """async () => {
  await document.fonts.ready;
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const spills = one => one.clientWidth && one.scrollWidth > one.clientWidth + 1
    && getComputedStyle(one).overflowX === "visible";
  const out = [...document.querySelectorAll("body *:not(.phone-bar, .phone-bar *)")]
    .filter(one => spills(one) || one.getBoundingClientRect().right > wide + 1);
  return [document.documentElement.scrollWidth + " px", ...out.slice(-5).map(one => one.outerHTML.slice(0, 120))];
}"""


@pytest.fixture(scope="session", autouse=True)
def beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in this thread; Django would not touch its database beside one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    chromium = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    return {
        "executable_path": chromium,
        "args": [*flags.split(), "--disable-component-update", "--disable-sync"],
    }


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    return {
        "viewport": {"width": 1280, "height": 900},
        "locale": "en-GB",
        "timezone_id": "Europe/Brussels",
        # Colours are measured where they come to rest.
        "reduced_motion": "reduce",
    }


@pytest.fixture
def portal(live_server: Any, settings: Any) -> str:
    """The address of the running portal."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def cast(transactional_db: None) -> Cast:
    """The small company, committed, its staff with an authenticator app each."""
    found = assemble()
    company.give_staff_an_app(found)
    return found


@pytest.fixture
def visitor(portal: str, new_context: Callable[..., BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Opens a browser of their own for somebody. On its pages no script error, no refused resource and no
    violation of the content policy may appear."""
    said: list[str] = []

    def come(**options: Any) -> Page:
        context = new_context(base_url=portal, **options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.on("console", lambda message: said.extend(_complaint(message)))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("response", lambda response: said.extend(_refused(response)))
        return page

    yield come
    assert said == []


def _complaint(message: Any) -> list[str]:
    # What the accessibility scan tries out has no address; a failed request is judged as a response.
    ours = message.type == "error" and message.location["url"] and "status of 4" not in message.text
    return [f"{message.text} ({message.location})"] if ours else []


def _refused(response: Any) -> list[str]:
    is_part = response.request.resource_type != "document"
    if response.status >= 500 or (is_part and response.status >= 400):
        return [f"{response.status} {response.url}"]
    return []


@pytest.fixture
def signed_in(visitor: Callable[..., Page], cast: Cast) -> Callable[..., Page]:
    """A browser in which one of the cast has signed in, staff with their second factor."""

    def sign_in(name: str, **options: Any) -> Page:
        page = visitor(**options)
        page.goto("/accounts/login/")
        give_password(page, f"{name}@example.com")
        if name in company.STAFF:
            give_code(page)
        page.wait_for_url(lambda url: "/accounts/" not in url)
        return page

    return sign_in


def give_password(page: Page, email: str) -> None:
    page.locator("input[name=login]").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def give_code(page: Page) -> None:
    page.wait_for_url("**/accounts/2fa/authenticate/**")
    page.locator("input[name=code]").fill(company.second_factor())
    page.locator("input[name=code]").press("Enter")


def _database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"])


@pytest.fixture
def backstage(transactional_db: None, tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Starts what works behind the pages, as a process of its own on the test's database."""
    processes: list[subprocess.Popen[bytes]] = []

    def start() -> None:
        environment = {**os.environ, "DATABASE_URL": _database_url()}
        processes.append(
            subprocess.Popen(_behind(tmp_path), cwd=ROOT, env=environment, start_new_session=True)
        )

    yield start
    for process in processes:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _behind(folder: Path) -> list[str]:
    if not django_settings.REDIS_URL:
        return [sys.executable, "manage.py", "runner", "--interval", "0.2"]
    celery = [sys.executable, "-m", "celery", "-A", "mlmportal", "worker", "--concurrency=1", "-l", "WARNING"]
    return [*celery, "--beat", "-s", str(folder / "beat-schedule"), "--without-gossip", "--without-mingle"]


def no_barriers(page: Page) -> None:
    """An accessibility scan of the page as it stands: no violation of WCAG 2.2 A and AA."""
    page.evaluate(AXE)
    found = page.evaluate(SCAN, RULES)
    assert found == [], f"{page.url}: {found}"


@pytest.fixture
def look() -> Callable[..., None]:
    """Look at the page wide and on a telephone: nothing sticks out, no barrier; and keep a picture of each."""

    def at_it(page: Page, name: str, *, themes: tuple[str, ...] = ("light",)) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        for width in (1280, 375):
            page.set_viewport_size({"width": width, "height": 900 if width > 500 else 812})
            for theme in themes:
                page.emulate_media(color_scheme=theme)
                no_barriers(page)
                assert page.evaluate(TOO_WIDE) == [], f"{page.url} at {width} px"
                page.screenshot(path=str(SHOTS / f"{name}-{width}-{theme}.png"), full_page=True)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")

    return at_it

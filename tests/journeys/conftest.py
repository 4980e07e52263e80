"""A real browser, a real server, and behind it the process that advances what is due: the runner on SQLite, a Celery
worker and beat where Redis is configured."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "tests/journeys/vendor/axe.min.js"
SHOTS = Path(os.environ.get("TEST_SCREENSHOTS", ROOT / "var/journeys"))


@pytest.fixture(scope="session")
def browser_type_launch_args():
    chromium = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium")
    if not chromium:
        pytest.skip("Chromium is not installed")
    flags = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    return {"executable_path": chromium, "args": [*flags.split(), "--disable-component-update", "--disable-sync"]}


@pytest.fixture(scope="session")
def browser_context_args():
    return {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "timezone_id": "Europe/Brussels"}


@pytest.fixture
def portal(live_server, settings):
    """The address of the running portal. Waiting for pages that never come ends after ten seconds."""
    settings.SITE_URL = live_server.url
    return live_server.url


@pytest.fixture(autouse=True)
def patient(request):
    if "page" in request.fixturenames:
        request.getfixturevalue("page").set_default_timeout(10_000)


@pytest.fixture
def quiet_page(page: Page):
    """A page on which no script error, no refused resource and no policy violation may appear."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    assert [text for text in said if "status of 4" not in text] == []


def _database_url() -> str:
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return re.sub(r"/[^/]*$", f"/{name}", os.environ["DATABASE_URL"])


@pytest.fixture
def backstage(transactional_db):
    """What works behind the pages, as a process of its own on the test's database."""
    environment = {**os.environ, "DATABASE_URL": _database_url()}
    if django_settings.REDIS_URL:
        celery = [sys.executable, "-m", "celery", "-A", "mlmportal", "worker", "--concurrency=1", "-l", "WARNING"]
        command = [*celery, "--beat", "-s", str(SHOTS / "beat-schedule"), "--without-gossip", "--without-mingle"]
    else:
        command = [sys.executable, "manage.py", "runner"]
    SHOTS.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(command, cwd=ROOT, env=environment)
    yield process
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@pytest.fixture
def photograph(page: Page):
    def take(name: str) -> None:
        SHOTS.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(SHOTS / f"{name}.png"), full_page=True)

    return take


@pytest.fixture
def no_barriers(page: Page):
    """An accessibility scan of the page as it stands: no violation of WCAG 2.2 A and AA."""

    def scan() -> None:
        page.evaluate(AXE.read_text())
        found = page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']}).then(r => r.violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.target.join(' ')).join(', ')))"
        )
        assert found == [], f"{page.url}: {found}"

    return scan

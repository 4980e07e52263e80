"""`make screenshots`: photographs the demo's pages into docs/screenshots.

Builds the demo in a temporary folder and serves it on a free port; with PORTAL_VAR set it takes the demo there.
"""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from demo.cast import LEADER, STAFF_APPROVER, STAFF_PREPARER  # noqa: E402
from tests.journeys.pictures import smaller  # noqa: E402

PICTURES = ROOT / "docs/screenshots"
PASSWORD = "linden-and-rye"
GUEST = {
    "given_name": "Mila", "family_name": "Peeters", "email": "mila.peeters@example.net", "street": "Kouter 7",
    "postcode": "9000", "city": "Gent",
}  # fmt: skip
WIDE, PHONE = {"width": 1280, "height": 860}, {"width": 375, "height": 780}
LOOKS = (("1280-light", WIDE, "light"), ("1280-dark", WIDE, "dark"), ("375-light", PHONE, "light"))


def manage(*words: str, var: Path) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env=surroundings(var),
        check=True,
        capture_output=True,
    )
    return done.stdout.decode().strip()


def surroundings(var: Path) -> dict[str, str]:
    """The demo's own: an SQLite file in its folder and nothing else."""
    usual = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    return {**usual, "PORTAL_VAR": str(var), "PORTAL_MODE": "demo"}


@contextlib.contextmanager
def demo() -> Iterator[Path]:
    given = os.environ.get("PORTAL_VAR")
    var = Path(given) if given else Path(tempfile.mkdtemp(prefix="portal-pictures-"))
    try:
        manage("demo_setup", var=var)
        yield var
    finally:
        if not given:
            shutil.rmtree(var, ignore_errors=True)


@contextlib.contextmanager
def served(var: Path) -> Iterator[str]:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port = sock.getsockname()[1]
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=surroundings(var), stdout=subprocess.DEVNULL)
    try:
        _until_ready(f"http://127.0.0.1:{port}/healthz/live")
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def _until_ready(address: str) -> None:
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        time.sleep(0.2)
    raise SystemExit("The portal did not come up.")


def sign_in(page: Page, email: str, *, var: Path) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    if email in (STAFF_PREPARER.email, STAFF_APPROVER.email):
        page.wait_for_url("**/accounts/2fa/authenticate/**")
        page.locator("input[name=code]").fill(manage("demo_code", email, var=var))
        page.locator("input[name=code]").press("Enter")
    page.wait_for_url(lambda url: "/accounts/" not in url)


def photograph(page: Page, name: str, *, high: int = 860) -> None:
    """The page as it stands, wide in both themes and on a telephone."""
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    for look, size, theme in LOOKS:
        page.set_viewport_size(size if size is PHONE else {**size, "height": high})
        page.emulate_media(color_scheme=theme)
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("document.fonts.ready")
        PICTURES.mkdir(parents=True, exist_ok=True)
        file = PICTURES / f"{name}-{look}.png"
        file.write_bytes(smaller(page.screenshot()))
        print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1024} kB")
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")


def everything(browser: Browser, address: str, var: Path) -> None:
    def visitor() -> Page:
        return browser.new_context(
            base_url=address,
            viewport=WIDE,
            locale="en-GB",
            timezone_id="Europe/Brussels",
            reduced_motion="reduce",
        ).new_page()

    of_a_guest(visitor())
    leader = visitor()
    sign_in(leader, LEADER.email, var=var)
    # Once more, without the greeting of the sign-in.
    leader.goto("/")
    photograph(leader, "home", high=1264)
    of_a_leader(leader)
    preparer = visitor()
    sign_in(preparer, STAFF_PREPARER.email, var=var)
    preparer.goto("/staff/months/")
    photograph(preparer, "staff-months")
    month = preparer.locator("tbody tr", has_text="Waits for review").locator("a").first.get_attribute("href")
    preparer.goto(month or "")
    photograph(preparer, "staff-month", high=1030)
    preparer.locator("#review-button").click()
    preparer.get_by_text("Somebody else approves it now").wait_for()
    approver = visitor()
    sign_in(approver, STAFF_APPROVER.email, var=var)
    approver.goto(month or "")
    photograph(approver, "staff-approval", high=1030)


def of_a_guest(page: Page) -> None:
    code = f"{LEADER.given}{LEADER.family}".lower()
    page.goto(f"/r/{code}")
    photograph(page, "landing")
    page.goto(f"/buy/{code}/")
    photograph(page, "guest-shop")
    for add in range(2):
        page.locator("form.quantity-form button").nth(add).click()
    page.goto(f"/buy/{code}/cart/")
    photograph(page, "guest-cart", high=1030)
    for name, value in GUEST.items():
        page.locator(f"[name={name}]").fill(value)
    page.locator("form:has([name=token]) button.btn-main").click()
    page.wait_for_url("**/bought/**")
    page.goto(page.url)
    photograph(page, "guest-order")


def of_a_leader(page: Page) -> None:
    page.goto("/catalogue/")
    photograph(page, "catalogue")
    page.goto("/team/")
    for _ in range(2):
        page.locator("[role=treeitem][aria-expanded=false] [data-tree-open]").first.click()
        page.wait_for_load_state("networkidle")
    photograph(page, "team")
    page.goto("/team/?view=diagram")
    photograph(page, "team-diagram", high=1030)
    page.goto("/team/?view=table&activity=active&sort=rank")
    photograph(page, "team-table")
    page.goto("/earnings/")
    page.locator("tbody tr", has=page.locator(".tag-final")).first.locator("a").first.click()
    page.wait_for_url("**/earnings/20*/")
    page.locator("details.item > summary").filter(has_text="Level pay").first.click()
    page.locator("details.level-line > summary").first.click()
    orders = page.locator("details.level-line details.line-item")
    orders.first.wait_for()
    short = orders.evaluate_all("all => all.findIndex(one => one.querySelectorAll('tbody tr').length < 4)")
    orders.nth(max(short, 0)).locator("summary").click()
    photograph(page, "statement")
    page.goto(f"{page.url}rank-report/")
    photograph(page, "rank-report")
    page.goto(page.url.replace("rank-report", "nothing"))
    page.locator(".why-orders > summary").first.click()
    page.locator(".order-list a").first.click()
    photograph(page, "order-answer")


def main() -> int:
    chromium = os.environ.get("TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not chromium:
        print("Chromium is not installed.")
        return 1
    with demo() as var, served(var) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        everything(browser, address, var)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())

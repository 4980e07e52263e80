"""`make test`: every suite this machine can run, on SQLite and on PostgreSQL with Redis, and what was left out.

PostgreSQL and Redis are throw-away instances on loopback ports of their own, so that the suites neither need nor
touch a server that happens to run. With TEST_REQUIRE_ALL=1 (continuous integration) a missing part is a failure.
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
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent.parent
PYTHON = [sys.executable, "-m", "pytest", "-q"]
# Each of these processes has databases of its own, copied from one that was migrated once.
WORKERS = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadgroup"]
APART = {"PYTEST_PLUGINS": "tests.apart", "TEST_COPIES": "1"}
REQUIRE_ALL = os.environ.get("TEST_REQUIRE_ALL") == "1"
INITDB = ("usr/lib/postgresql/*/bin/initdb", "opt/homebrew/opt/postgresql*/bin/initdb")
# Tests need not survive a power cut. And nobody may count their tables while they fill them: of thousands of rows that
# are not committed the count says none, and plans made for an empty table take minutes.
CARELESS = (
    "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=60 -c autovacuum=off"
)
AS_POSTGRES = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def find(name: str, *folders: str) -> str | None:
    found = shutil.which(name)
    for pattern in folders:
        found = found or next((str(p) for p in sorted(Path("/").glob(pattern), reverse=True)), None)
    return found


def runs(*command: str) -> bool:
    """Whether a program is there and works: some systems have a `java` that only says where to get one."""
    with contextlib.suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


@contextlib.contextmanager
def postgres(initdb: str, settings: str = CARELESS) -> Iterator[str]:
    """A cluster in a temporary folder, without durability unless settings say otherwise; yields its address."""
    with cluster(initdb, settings) as (address, _):
        yield address


@contextlib.contextmanager
def cluster(initdb: str, settings: str) -> Iterator[tuple[str, Callable[[], None]]]:
    """The same; yields its address, and what ends all its processes at once, as a crash would, and starts it again."""
    port, binaries = free_port(), Path(initdb).parent
    folder = Path(tempfile.mkdtemp(prefix="portal-pg-"))
    folder.chmod(0o777)
    data = folder / "data"
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": folder}
    subprocess.run([*AS_POSTGRES, initdb, "-D", data, "-U", "portal", "-A", "trust", "-E", "UTF8"], **quiet)
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 {settings}"
    control = [*AS_POSTGRES, str(binaries / "pg_ctl"), "-D", str(data)]
    subprocess.run([*control, "-o", options, "-w", "-l", str(folder / "log"), "start"], **quiet)
    try:
        again = [*control, "-m", "immediate", "-o", options, "-w", "-l", str(folder / "log"), "restart"]
        yield f"postgres://portal@127.0.0.1:{port}/postgres", lambda: subprocess.run(again, **quiet)
    finally:
        subprocess.run(
            [*control, "-m", "immediate", "stop"], check=False, stdout=subprocess.DEVNULL, cwd=folder
        )
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def redis(server: str) -> Iterator[str]:
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="portal-redis-") as folder:
        process = subprocess.Popen(
            [server, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder, "--appendonly", "yes",
             "--maxmemory-policy", "noeviction"],
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            for _ in range(100):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                    break
                time.sleep(0.05)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)


def migrate(**environment: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "-v", "0"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)


@dataclass(frozen=True, slots=True)
class Ran:
    name: str
    passed: bool
    seconds: float
    failed: list[str]


def suite(name: str, *arguments: str, **environment: str) -> Ran:
    print(f"\n=== {name}", flush=True)
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="portal-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [*PYTHON, *WORKERS, f"--junit-xml={report}", *arguments]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **APART, **environment}, check=False)
        failed = failures(report)
    # Exit code 5 means that no test was collected: a suite that did not run has not passed.
    return Ran(name, done.returncode == 0, time.monotonic() - began, failed)


def failures(report: Path) -> list[str]:
    """What failed and the end of why, to be said once more at the very end, where somebody looks first."""
    if not report.exists():
        return ["pytest ended without a report"]
    found = []
    for case in ElementTree.parse(report).iter("testcase"):
        for kind in ("failure", "error"):
            for trouble in case.findall(kind):
                lines = [line for line in (trouble.text or "").splitlines() if line.strip()]
                why = [line for line in lines if line.startswith(("E ", ">"))] or lines
                where = f"{case.get('classname')}.{case.get('name')}"
                why = why[-12:] + [line for line in lines[-1:] if line not in why]
                found.append("\n".join([where, *(f"      {line[:300]}" for line in why)]))
    return found


def main() -> int:
    began = time.monotonic()
    initdb = find("initdb", *INITDB)
    redis_server = find("redis-server")
    chromium = find("chromium") or find("chromium-browser") or find("google-chrome")
    results, left_out = [], []
    quick = "not browser and not services"
    if not runs("java", "-version"):
        quick += " and not markup"
        left_out.append("every page's HTML before the W3C checker (Java is not installed)")
    var = tempfile.mkdtemp(prefix="portal-test-")
    lite = {"DATABASE_URL": f"sqlite:///{var}/portal.sqlite3", "REDIS_URL": "", "PORTAL_VAR": var}
    migrate(**lite)
    results.append(suite("rules and pages, SQLite", "-m", quick, **lite))
    if chromium:
        os.environ["TEST_CHROMIUM"] = chromium
        results.append(suite("journeys in Chromium, SQLite", "-m", "browser", **lite))
    else:
        left_out.append("journeys in a browser (Chromium is not installed)")
    if initdb and redis_server:
        with postgres(initdb) as server, redis(redis_server) as broker:
            subprocess.run(
                [Path(initdb).resolve().parent / "createdb", f"--maintenance-db={server}", "portal"],
                check=True,
            )
            database = f"{server.rpartition('/')[0]}/portal"
            full = {"DATABASE_URL": database, "REDIS_URL": broker, "PORTAL_VAR": var}
            migrate(**full)
            core = "--ignore=tests/core"
            results.append(suite("rules and pages, PostgreSQL", "-m", quick, core, **full))
            results.append(suite("real worker, real Redis", "-m", "services and not browser", **full))
            if chromium:
                results.append(
                    suite("journeys in Chromium, PostgreSQL, Redis and a worker", "-m", "browser", **full)
                )
    else:
        missing = " and ".join(n for n, f in (("PostgreSQL", initdb), ("Redis", redis_server)) if not f)
        left_out.append(f"everything on PostgreSQL with Redis ({missing} not installed)")
    shutil.rmtree(var, ignore_errors=True)
    print(f"\n=== {time.monotonic() - began:.0f} s in all")
    for ran in results:
        for what in ran.failed[:10]:
            print(f"  failed in {ran.name}: {what}")
    for ran in results:
        print(f"  {'passed' if ran.passed else 'FAILED'}  {ran.seconds:5.0f} s  {ran.name}")
    for what in left_out:
        print(f"  left out        {what}")
    if left_out and REQUIRE_ALL:
        print("A suite did not run, and all are required here.")
    return 0 if all(ran.passed for ran in results) and not (left_out and REQUIRE_ALL) else 1


if __name__ == "__main__":
    sys.exit(main())

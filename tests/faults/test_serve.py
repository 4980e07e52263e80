"""`manage.py serve`: web server and runner together; one signal ends both."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

from commissions.models import Run
from commissions.operations import periods
from tests.commissions.conftest import at
from tests.faults.test_crash import _environment

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60


def free_port():
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def until(true):
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        with suppress(OSError):
            if true():
                return True
        time.sleep(0.2)
    return False


@pytest.mark.django_db(transaction=True)
def test_it_serves_and_works_and_ends(october):
    run = periods.close(key="2026-10", by=None, now=at(11, 2))
    port = free_port()
    alive = f"http://127.0.0.1:{port}/healthz/live"
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    process = subprocess.Popen(command, cwd=ROOT, env=_environment())
    try:
        assert until(lambda: urllib.request.urlopen(alive, timeout=5).status == 200)
        assert until(lambda: Run.objects.get(pk=run.pk).state == "draft")
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=PATIENCE) == 0
    with socket.socket() as sock:
        assert sock.connect_ex(("127.0.0.1", port)) != 0

"""`manage.py serve`: the portal's web server, and beside it the runner where no broker is configured."""

import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

PATIENCE = 30


class Command(BaseCommand):
    help = "Serve the portal with granian; with no REDIS_URL the runner is started too. Ctrl-C ends both."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--workers", type=int, default=1, help="web processes (1)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 < options["port"] < 65536:
            raise CommandError("A port is a number from 1 to 65535.")
        _refuse_a_port_in_use(options["host"], options["port"])
        commands = [_web(options)]
        if not settings.REDIS_URL:
            commands.append([sys.executable, "manage.py", "runner"])
        signal.signal(signal.SIGTERM, _as_interrupt)
        children: list[subprocess.Popen[bytes]] = []
        # Passkeys refuse IP addresses, so the address is told by name.
        shown = "localhost" if options["host"] == "127.0.0.1" else options["host"]
        self.stdout.write(f"Serving at http://{shown}:{options['port']} (Ctrl-C ends it)")
        self.stdout.flush()
        try:
            children.extend(subprocess.Popen(command, cwd=settings.BASE_DIR) for command in commands)  # noqa: S603
            code = _first_to_end(children)
        except KeyboardInterrupt:
            code = 0
        finally:
            _end(children)
        if code:
            raise CommandError("A process of the portal ended by itself.", returncode=code)


def _refuse_a_port_in_use(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} is not free ({error.strerror}); take another with --port."
            ) from error


def _web(options: dict[str, Any]) -> list[str]:
    granian = Path(sys.executable).with_name("granian")
    flags = ["--interface", "wsgi", "--blocking-threads", "2", "--no-ws", "--log-level", "warning"]
    address = [
        "--host",
        options["host"],
        "--port",
        str(options["port"]),
        "--workers",
        str(options["workers"]),
    ]
    return [str(granian), *flags, *address, "mlmportal.wsgi:application"]


def _as_interrupt(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _first_to_end(children: list[subprocess.Popen[bytes]]) -> int:
    """The portal is both or nothing: when one ends, its exit code ends the other."""
    while True:
        for child in children:
            code = child.poll()
            if code is not None:
                return code
        time.sleep(0.5)


def _end(children: list[subprocess.Popen[bytes]]) -> None:
    """Ask each to end, wait for what it is doing, and only then insist."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children:
        if child.poll() is None:
            child.terminate()
    for child in children:
        try:
            child.wait(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

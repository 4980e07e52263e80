"""Fixtures every suite may use, and the rule that a skipped test is a failure where everything is required."""

import os

import pytest

from tests.cast import Cast, assemble

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _skipped and os.environ.get("TEST_REQUIRE_ALL") == "1" and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("TEST_REQUIRE_ALL") == "1":
        terminalreporter.write_line(f"Skipped although everything is required: {', '.join(_skipped)}", red=True)


@pytest.fixture
def cast(db: None) -> Cast:
    """The small company of tests/cast.py."""
    return assemble()

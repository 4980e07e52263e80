"""Fixtures every suite may use, and the rule that a skipped test is a failure where everything is required."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management.commands import flush
from django.db import connection, transaction
from django.test import SimpleTestCase
from whitenoise.middleware import WhiteNoiseMiddleware

from tests.cast import Cast, assemble
from tests.remembered import memory, remembered

_skipped: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped:
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    if _skipped and os.environ.get("TEST_REQUIRE_ALL") == "1" and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _skipped and os.environ.get("TEST_REQUIRE_ALL") == "1":
        terminalreporter.write_line(
            f"Skipped although everything is required: {', '.join(_skipped)}", red=True
        )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The long random suites run when they are asked for: with -m slow, as make test-long does.

    What is the same on both databases is run on SQLite alone: who may open which page, what every answer carries
    (marked on_sqlite), and whatever asks no database at all.
    """
    left = [item for item in items if _is_left_out(item, config)]
    config.hook.pytest_deselected(items=left)
    kept = set(items) - set(left)
    items[:] = [item for item in items if item in kept]


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was imported and collected stays until the end: nobody need look through it for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def _is_left_out(item: pytest.Item, config: pytest.Config) -> bool:
    if item.get_closest_marker("slow"):
        return "slow" not in config.option.markexpr
    if connection.vendor == "sqlite" or item.get_closest_marker("services"):
        return False
    return bool(item.get_closest_marker("on_sqlite")) or not _asks_a_database(item)


def _asks_a_database(item: pytest.Item) -> bool:
    of_django = isinstance(item, pytest.Function) and issubclass(item.cls or object, SimpleTestCase)
    asked = {"db", "transactional_db", "django_db_setup"} & set(getattr(item, "fixturenames", ()))
    return of_django or bool(asked) or item.get_closest_marker("django_db") is not None


@pytest.fixture(scope="session")
def django_db_keepdb(
    request: pytest.FixtureRequest, django_db_modify_db_settings: None, django_db_blocker: Any
) -> bool:
    """Whether pytest-django finds its database made: tests/run.py has migrated one, and every process copies it."""
    if os.environ.get("TEST_COPIES") != "1":
        return bool(request.config.getvalue("reuse_db"))
    from tests.faults import worlds

    with django_db_blocker.unblock():
        worlds.copy(worlds.here(), connection.creation._get_test_db_name())
    return True


@pytest.fixture(autouse=True)
def _nothing_counted_yet() -> None:
    """What one test tried too often (a mail a minute to one address) is not held against the next."""
    cache.clear()
    memory.begin()


@pytest.fixture(scope="module")
def furnished_company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The small company with something behind every address, furnished once for all tests of a module.

    Named by `pytestmark = pytest.mark.usefixtures("furnished_company")`: `cast` and `furnished` are then this one,
    and what a test does to it is rolled back behind the test.
    """
    from tests.furnishing import furnish

    with django_db_blocker.unblock(), transaction.atomic():
        cast = assemble()
        furnish(cast=cast)
        yield cast
        transaction.set_rollback(True)


@pytest.fixture
@remembered
def cast(request: pytest.FixtureRequest, db: None) -> Cast:
    """The small company of tests/cast.py."""
    if "furnished_company" in request.fixturenames:
        company: Cast = request.getfixturevalue("furnished_company")
        return company
    return assemble()


@pytest.fixture
@remembered
def furnished(request: pytest.FixtureRequest, cast: Cast) -> None:
    """A month that is open and one that is final, an order and a product: something behind every address."""
    from tests.furnishing import furnish

    if "furnished_company" not in request.fixturenames:
        furnish(cast=cast)


@pytest.fixture(scope="session", autouse=True)
def _databases_can_be_emptied() -> Any:
    """Between tests that commit, Django empties the tables: only then the guards of final rows are lifted.

    The same flush puts them back, by post_migrate.
    """
    from commissions.operations import guards

    handle = flush.Command.handle

    def lifted(command: flush.Command, **options: Any) -> None:
        guards.lift()
        memory.forget()
        handle(command, **options)

    flush.Command.handle = lifted  # type: ignore[method-assign]
    yield
    flush.Command.handle = handle  # type: ignore[method-assign]


@pytest.fixture(scope="session", autouse=True)
def _static_files_are_looked_for_once() -> Iterator[None]:
    """Every client of a test loads the middleware anew, and with it whatever lies under static/: two fifths of the time
    that asking for pages took."""
    look = WhiteNoiseMiddleware.add_files_from_finders
    found: dict[str, dict[str, Any]] = {}

    def once(middleware: WhiteNoiseMiddleware) -> None:
        if middleware.static_prefix not in found:
            look(middleware)
            found[middleware.static_prefix] = dict(middleware.files)
        middleware.files.update(found[middleware.static_prefix])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", once)
        yield

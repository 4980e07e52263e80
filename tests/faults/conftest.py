"""The month of the commissions' suites, committed, for tests that break things; and worlds to break."""

import pytest
from django.db import connections

from tests.commissions.conftest import cast, october, plan, shop
from tests.faults import worlds

__all__ = ["cast", "october", "plan", "shop"]


@pytest.fixture(scope="session")
def _worlds(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        connections.close_all()
        made = worlds.Worlds(worlds.here())
        yield made
        made.end()


@pytest.fixture
def world(_worlds, db):
    """Copies of a committed company: `with world.copy(worlds.OPEN): …`."""
    return _worlds

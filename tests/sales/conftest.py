"""Fixtures of the sales suites."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.portal.counting import queries


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call makes the second time."""
    return queries

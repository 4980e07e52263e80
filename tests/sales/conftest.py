"""Fixtures of the sales suites."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def count_queries() -> Callable[[Callable[[], Any]], int]:
    """How many queries a call makes the second time: the first also notes the session."""

    def count(call: Callable[[], Any]) -> int:
        call()
        with CaptureQueriesContext(connection) as seen:
            call()
        return len(seen)

    return count

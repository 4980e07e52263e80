"""How many queries a page makes."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


def queries(call: Callable[[], Any]) -> int:
    """Queries of the second call: the first also notes the session."""
    call()
    with CaptureQueriesContext(connection) as seen:
        call()
    return len(seen)

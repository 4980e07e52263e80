"""Imported numbers and the portal's own series must never meet."""

import re
from collections.abc import Iterable

from common.operations import numbers


def keep_clear(*, name: str, prefix: str, imported: Iterable[str]) -> None:
    """The series `name`, whose numbers read `prefix` and digits, goes on above those that were imported."""
    shape = re.compile(rf"{prefix}([0-9]{{1,12}})", re.ASCII)
    found = [int(match[1]) for match in map(shape.fullmatch, imported) if match]
    if found:
        numbers.skip_past(name=name, number=max(found))

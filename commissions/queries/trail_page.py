"""The audit trail as staff read it."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy

from commissions.queries import colleagues
from common.models import TrailEntry

KINDS = {
    "adjustment": gettext_lazy("Adjustment"),
    "distributor": gettext_lazy("Distributor"),
    "freeze": gettext_lazy("Freeze"),
    "group": gettext_lazy("Group"),
    "login": gettext_lazy("Login"),
    "period": gettext_lazy("Period"),
    "person": gettext_lazy("Person"),
    "plan": gettext_lazy("Plan"),
    "run": gettext_lazy("Run"),
    "sponsor change": gettext_lazy("Change of sponsor"),
    "trail": gettext_lazy("Audit trail"),
    "withholding": gettext_lazy("Withholding"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry: `who` is empty for the machine; facts by their names, as they are hashed."""

    number: int
    at: datetime
    what: str
    about: str
    key: str
    who: str
    facts: tuple[tuple[str, str], ...]
    hash: str


def rows(*, entries: Iterable[TrailEntry]) -> list[Row]:
    """Entries with the names of who did it; how many there are changes nothing about how often is asked."""
    found = list(entries)
    names = colleagues.names(user_ids={one.who for one in found})
    return [
        Row(
            number=one.number,
            at=one.at,
            what=str(one.get_what_display()),
            about=str(KINDS.get(one.kind, one.kind)),
            key=one.key,
            # A login that is gone is called by its key.
            who="" if one.who is None else names.get(one.who, str(one.who)),
            facts=tuple(_facts(one.facts)),
            hash=one.hash,
        )
        for one in found
    ]


def _facts(text: str) -> Iterator[tuple[str, str]]:
    """Of who may do what, each side by itself; of a row that was spoilt, what it holds."""
    try:
        facts = json.loads(text)
    except ValueError:
        facts = None
    if not isinstance(facts, Mapping):
        yield "", text
        return
    for name, value in facts.items():
        inner = value.items() if isinstance(value, Mapping) else ((None, value),)
        for also, one in inner:
            yield f"{name}.{also}" if also else str(name), _said(one)


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)

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

# Facts by the names under which they are hashed.
FACTS = {
    "active": gettext_lazy("may sign in"),
    "after": gettext_lazy("after"),
    "amount": gettext_lazy("amount"),
    "approved_at": gettext_lazy("approved at"),
    "approved_by": gettext_lazy("approved by login"),
    "approved_hash": gettext_lazy("hash that was approved"),
    "asked_by": gettext_lazy("asked for by login"),
    "before": gettext_lazy("before"),
    "calendar": gettext_lazy("calendar"),
    "check": gettext_lazy("check of the books"),
    "closed_at": gettext_lazy("closed at"),
    "commissionable": gettext_lazy("commissionable volume"),
    "computed": gettext_lazy("hash of what was computed"),
    "computed_at": gettext_lazy("computed at"),
    "count": gettext_lazy("how many"),
    "counts_from": gettext_lazy("counts from"),
    "currency": gettext_lazy("currency"),
    "document": gettext_lazy("hash of the document"),
    "engine": gettext_lazy("engine"),
    "factor": gettext_lazy("second factor"),
    "from": gettext_lazy("from"),
    "groups": gettext_lazy("groups"),
    "input": gettext_lazy("hash of the input"),
    "items": gettext_lazy("items"),
    "lines": gettext_lazy("lines"),
    "move": gettext_lazy("kind of move"),
    "note": gettext_lazy("hash of the note"),
    "number": gettext_lazy("number"),
    "order_lines": gettext_lazy("order lines"),
    "orders": gettext_lazy("orders"),
    "otherwise": gettext_lazy("hash of what was wrong"),
    "output": gettext_lazy("hash of items and lines"),
    "people": gettext_lazy("people"),
    "period": gettext_lazy("period"),
    "plan": gettext_lazy("plan"),
    "posted_in": gettext_lazy("posted in"),
    "prepared_by": gettext_lazy("prepared by login"),
    "problems": gettext_lazy("hash of the problems"),
    "reads": gettext_lazy("hash of the plans it looks at"),
    "reason": gettext_lazy("reason, or its hash"),
    "reviewed_at": gettext_lazy("reviewed at"),
    "reviewed_by": gettext_lazy("reviewed by login"),
    "rights": gettext_lazy("rights"),
    "seen": gettext_lazy("last correction it knew"),
    "set_by": gettext_lazy("set by login"),
    "sha256": gettext_lazy("hash of the plan"),
    "staff": gettext_lazy("works for the company"),
    "starts": gettext_lazy("starts"),
    "state": gettext_lazy("hash of the snapshots"),
    "superuser": gettext_lazy("may do everything"),
    "taken_over": gettext_lazy("entries taken over"),
    "to": gettext_lazy("to"),
    "total": gettext_lazy("total"),
    "turn": gettext_lazy("which correction"),
    "warnings": gettext_lazy("hash of the warnings"),
    "why": gettext_lazy("hash of the reason"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One entry: `who` is empty for the machine; facts with what each is called."""

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
            yield f"{_word(name)}: {_word(also)}" if also else _word(name), _said(one)


def _word(name: Any) -> str:
    return str(FACTS.get(name, name))


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)

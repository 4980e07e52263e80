"""The audit trail, verified and read."""

import hmac
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from common import trail
from common.models import TrailEntry
from common.trail import NOTHING, Saying, What

COLUMNS = ("number", "at", "what", "who", "kind", "key", "facts", "signed_with", "previous", "hash")


@dataclass(frozen=True, kw_only=True)
class Head:
    """The last entry of a trail: its number, which is how many there are, and its hash."""

    number: int = 0
    hash: str = NOTHING


@dataclass(frozen=True, kw_only=True)
class Broken:
    """The first entry that is not as it was written, and why."""

    number: int
    why: str

    def __str__(self) -> str:
        return f"entry {self.number} of the audit trail {self.why}"


def head() -> Head:
    """The last entry."""
    last = TrailEntry.objects.order_by("-number").values_list("number", "hash").first()
    return Head(number=last[0], hash=last[1]) if last else Head()


def broken(*, after: Head | None = None) -> Broken | None:
    """The first entry behind a known one (from the first one on, without it) that is not as it was written; None when
    all are: numbers without a gap, each following the one before, sealed by a known key, and never by one of before."""
    known = after or Head()
    keys = {name: (age, key) for age, (name, key) in enumerate(trail.keys())}
    sealed = TrailEntry.objects.filter(number=known.number).values_list("signed_with", flat=True).first()
    number, previous, oldest = known.number, known.hash, keys[sealed][0] if sealed in keys else len(keys)
    for row in (
        TrailEntry.objects.filter(number__gt=number).order_by("number").values_list(*COLUMNS).iterator()
    ):
        entry = dict(zip(COLUMNS, row, strict=True))
        number += 1
        why = _wrong(entry, number, previous, keys, oldest)
        if why:
            return Broken(number=number, why=why)
        previous, oldest = entry["hash"], keys[entry["signed_with"]][0]
    return None


def _wrong(
    entry: dict[str, Any], number: int, previous: str, keys: dict[str, tuple[int, bytes]], oldest: int
) -> str:
    if entry["number"] != number:
        return "is missing"
    if entry["previous"] != previous:
        return "does not follow the one before it"
    if entry["signed_with"] not in keys:
        return f"was sealed with a key that is not known here, {entry['signed_with']}"
    age, key = keys[entry["signed_with"]]
    said = {name: entry[name] for name in COLUMNS[:8]}
    if not hmac.compare_digest(
        trail.sealed(said=trail.text(**said), previous=previous, key=key), entry["hash"]
    ):
        return "is not what was written"
    # Who has come by an old key could go on writing with it.
    return "was sealed with a key that had been replaced" if age > oldest else ""


def _is_sealed(row: TrailEntry) -> bool:
    key = dict(trail.keys()).get(row.signed_with)
    said = {name: getattr(row, name) for name in COLUMNS[:8]}
    return key is not None and hmac.compare_digest(
        trail.sealed(said=trail.text(**said), previous=row.previous, key=key), row.hash
    )


def has(*, head: Head) -> bool:
    """Whether the entry that was the last one once is there still, as it was."""
    return not head.number or TrailEntry.objects.filter(number=head.number, hash=head.hash).exists()


def entries(*, since: int) -> Iterator[dict[str, Any]]:
    """Entries from a number on, with all that is needed to verify them by who has the key; moments as they are
    hashed."""
    for row in (
        TrailEntry.objects.filter(number__gte=since).order_by("number").values_list(*COLUMNS).iterator()
    ):
        yield {**(entry := dict(zip(COLUMNS, row, strict=True))), "at": trail.moment(at=entry["at"])}


def listing(*, what: str = "", about: str = "", up_to: int | None = None) -> "QuerySet[TrailEntry]":
    """Entries, the newest first: of one sort, about one thing or what belongs to it (a month's runs), up to a number,
    where that is asked for."""
    found = TrailEntry.objects.order_by("-number")
    if what:
        found = found.filter(what=what)
    if about:
        found = found.filter(Q(key=about) | Q(key__startswith=f"{about}/"))
    return found.filter(number__lte=up_to) if up_to else found


def told(*, whats: Iterable[What], key: str | None = None) -> Iterator[Saying]:
    """What the trail tells of these, the earliest first. With a key about this one thing alone, and only what was
    sealed: whoever has the database's password could write the rest.
    """
    rows = TrailEntry.objects.filter(what__in=list(whats)).order_by("number")
    if key is not None:
        rows = rows.filter(key=key)
    for row in rows.iterator():
        if key is not None and not _is_sealed(row):
            continue
        yield Saying(
            what=What(row.what),
            kind=row.kind,
            key=row.key,
            at=row.at,
            who=row.who,
            facts=json.loads(row.facts),
        )

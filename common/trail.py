"""What an entry of the audit trail says, as bytes, and the hash that ties it to the entry before.

Facts are business keys, states, whole numbers, moments and hashes: never a name, an address, an account of a bank or
what somebody wrote. Of texts the SHA-256 is kept, so that an entry proves them and gives nothing away.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

NOTHING = "0" * 64  # what the first entry follows
LONGEST = 120  # a fact longer than this is no key, no state and no hash


class What(models.TextChoices):
    """What may be written: a closed list. A new one is added here, and never taken away."""

    BEGINS = "trail.begins", _("the trail begins")
    LINE = "period.line", _("line drawn under a period")
    ASKED = "run.asked", _("correction asked for")
    REVIEWED = "run.reviewed", _("run reviewed")
    SENT_BACK = "run.sent_back", _("run sent back")
    APPROVED = "run.approved", _("run approved")
    VOIDED = "run.voided", _("approval void")
    POSTED = "run.posted", _("run posted")
    FINAL = "run.final", _("run and period final")
    CORRECTED = "run.corrected", _("differences posted")
    REPLACED = "run.replaced", _("run replaced or given up")
    ADJUSTMENT_ASKED = "adjustment.asked", _("adjustment asked for")
    ADJUSTMENT_POSTED = "adjustment.posted", _("adjustment approved and posted")
    ADJUSTMENT_REFUSED = "adjustment.refused", _("adjustment refused")
    ADJUSTMENT_WITHDRAWN = "adjustment.withdrawn", _("adjustment withdrawn")
    WITHHELD = "withholding.set", _("earnings withheld")
    WITHHELD_NO_MORE = "withholding.ended", _("earnings withheld no more")
    FROZEN = "money.frozen", _("money frozen")
    MOVES = "money.moves", _("money moves again")
    PLAN = "plan.adopted", _("plan adopted")
    MOVE_ASKED = "sponsor.asked", _("change of sponsor asked for")
    MOVE_APPROVED = "sponsor.approved", _("change of sponsor approved")
    MOVE_REFUSED = "sponsor.refused", _("change of sponsor refused")
    MOVE_WITHDRAWN = "sponsor.withdrawn", _("change of sponsor withdrawn")
    MOVE_APPLIED = "sponsor.applied", _("change of sponsor carried out")
    MOVE_FAILED = "sponsor.failed", _("change of sponsor impossible")
    STATUS = "status.changed", _("standing changed")
    ERASED = "person.erased", _("person erased")
    RIGHTS = "rights.changed", _("rights of a login changed")
    GROUP = "group.changed", _("rights of a group changed")
    FACTOR = "factor.removed", _("second factor taken away")


@dataclass(frozen=True, kw_only=True)
class Saying:
    """Something that happened: what, about which thing, who did it (a login's key; None for the machine), and facts."""

    what: What
    kind: str
    key: str
    at: datetime
    who: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


def canonical(*, facts: Mapping[str, Any]) -> str:
    """Facts as they are stored and hashed: JSON with its keys in order, in ASCII, without spaces.

    Raises TypeError for what is not a text, a whole number, a truth or a list or mapping of these; ValueError for a
    text longer than LONGEST.
    """
    _check(facts)
    return json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def text(
    *,
    number: int,
    at: datetime,
    what: str,
    who: int | None,
    kind: str,
    key: str,
    facts: str,
    signed_with: str,
) -> bytes:
    """All that an entry says, as bytes: what is hashed. Each part stands on a line of its own, so none may hold two."""
    parts = (
        str(number), moment(at=at) or "", what, "" if who is None else str(who), kind, key, signed_with, facts,
    )  # fmt: skip
    return "\n".join(parts).encode()


def sealed(*, said: bytes, previous: str, key: bytes) -> str:
    """The hash of an entry: of the hash before it and of all that it says."""
    return hmac.new(key, previous.encode() + b"\n" + said, hashlib.sha256).hexdigest()


def keys() -> list[tuple[str, bytes]]:
    """The key that seals and then those that did before, the latest first, each with its fingerprint."""
    found = []
    for secret in settings.AUDIT_KEYS:
        key = hashlib.sha256(b"audit trail:" + secret.encode()).digest()
        found.append((hmac.new(key, b"fingerprint", hashlib.sha256).hexdigest()[:16], key))
    return found


def digest(*texts: str) -> str:
    """The SHA-256 of what somebody wrote; of several texts, of all of them in their order."""
    return hashlib.sha256(json.dumps(texts).encode()).hexdigest()


def moment(*, at: datetime | None) -> str | None:
    """A moment as a fact: in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None


def _check(value: Any) -> None:
    if isinstance(value, str):
        if len(value) > LONGEST:
            raise ValueError("A fact of the trail is a key, a state or a hash, not a text")
    elif isinstance(value, Mapping):
        for name, one in value.items():
            _check(name)
            _check(one)
    elif isinstance(value, Sequence):
        for one in value:
            _check(one)
    elif not (value is None or isinstance(value, int)):
        raise TypeError(f"A fact of the trail is not {type(value).__name__}")

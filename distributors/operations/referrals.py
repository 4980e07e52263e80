"""Referral codes: one current code per distributor, and one for each campaign they run."""

from datetime import datetime

from django.db import transaction
from django.utils.crypto import get_random_string

from common.operations import statements
from common.operations.statements import Statement
from distributors.models import ReferralCode

# Without what is mistaken for something else when read aloud or copied by hand: 32**10 codes cannot be
# guessed at thirty a minute.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10


def issue(*, distributor_id: int, now: datetime) -> str:
    """Gives somebody without a current code a new one and returns it; the current one where there is one."""
    return issue_named(distributor_id=distributor_id, campaign="", now=now)[0]


def issue_named(*, distributor_id: int, campaign: str, now: datetime) -> tuple[str, bool]:
    """The current code of a campaign (the person's own link without a name), and whether it was made now."""
    current = ReferralCode.objects.filter(
        distributor_id=distributor_id, campaign=campaign, revoked_at__isnull=True
    )
    for _ in range(5):
        statement = issuing(distributor_id=distributor_id, code=new_code(), campaign=campaign, now=now)
        (written,) = statements.run([statement])
        if written:
            return str(written[0][0]), True
        if (held := current.values_list("code", flat=True).first()) is not None:
            return held, False
    raise RuntimeError("No free referral code was found in five tries")


def issuing(*, distributor_id: int, code: str, now: datetime, campaign: str = "") -> Statement:
    """Returns the code; no row where there is a current one already, or where somebody else has this one."""
    return statements.insertion(
        model=ReferralCode,
        values={"distributor_id": distributor_id, "code": code, "campaign": campaign, "created_at": now},
        ending="ON CONFLICT DO NOTHING RETURNING code",
    )


def new_code() -> str:
    """A code that nobody is likely to have."""
    return get_random_string(LENGTH, ALPHABET)


def renew(*, distributor_id: int, now: datetime) -> str:
    """Revokes the person's own code and returns a new one; the old link ends neutrally. Campaigns stay."""
    with transaction.atomic():
        ReferralCode.objects.filter(
            distributor_id=distributor_id, campaign="", revoked_at__isnull=True
        ).update(revoked_at=now)
        return issue(distributor_id=distributor_id, now=now)

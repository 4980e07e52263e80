"""Referral codes: one current code per distributor."""

from datetime import datetime

from django.db import transaction
from django.utils.crypto import get_random_string

from distributors.models import ReferralCode

# Without what is mistaken for something else when read aloud or copied by hand: 32**10 codes cannot be
# guessed at thirty a minute.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
LENGTH = 10


def issue(*, distributor_id: int, now: datetime) -> str:
    """Gives somebody without a current code a new one and returns it; the current one where there is one."""
    current = ReferralCode.objects.filter(distributor_id=distributor_id, revoked_at__isnull=True)
    for _ in range(5):
        code = get_random_string(LENGTH, ALPHABET)
        new = ReferralCode(distributor_id=distributor_id, code=code, created_at=now)
        # Not written where there is a current one, or where the code is taken: then look again.
        ReferralCode.objects.bulk_create([new], ignore_conflicts=True)
        if (held := current.values_list("code", flat=True).first()) is not None:
            return held
    raise RuntimeError("No free referral code was found in five tries")


def renew(*, distributor_id: int, now: datetime) -> str:
    """Revokes the current code and returns a new one; links with the old code end neutrally from now on."""
    with transaction.atomic():
        ReferralCode.objects.filter(distributor_id=distributor_id, revoked_at__isnull=True).update(
            revoked_at=now
        )
        return issue(distributor_id=distributor_id, now=now)

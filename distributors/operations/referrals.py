"""Referral codes: one current code per distributor, and one for each campaign they run."""

from datetime import datetime

from django.db import connection, transaction
from django.utils.crypto import get_random_string

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
        code = get_random_string(LENGTH, ALPHABET)
        if _write(distributor_id, code, campaign, now):
            return code, True
        if (held := current.values_list("code", flat=True).first()) is not None:
            return held, False
    raise RuntimeError("No free referral code was found in five tries")


def _write(distributor_id: int, code: str, campaign: str, now: datetime) -> bool:
    """One statement; False where there is a current code already, or where somebody else has this one."""
    field = ReferralCode._meta.get_field("created_at")
    table = connection.ops.quote_name(ReferralCode._meta.db_table)
    sql = f"""INSERT INTO {table} (distributor_id, code, campaign, created_at) VALUES (%s, %s, %s, %s)
        ON CONFLICT DO NOTHING RETURNING code"""  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [distributor_id, code, campaign, field.get_db_prep_save(now, connection)])
        return cursor.fetchone() is not None


def renew(*, distributor_id: int, now: datetime) -> str:
    """Revokes the person's own code and returns a new one; the old link ends neutrally. Campaigns stay."""
    with transaction.atomic():
        ReferralCode.objects.filter(
            distributor_id=distributor_id, campaign="", revoked_at__isnull=True
        ).update(revoked_at=now)
        return issue(distributor_id=distributor_id, now=now)

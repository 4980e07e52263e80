"""Staged people become logins, profiles, places in the tree and their history, table by table."""

from datetime import datetime

import numpy as np
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from common.csvfiles import Progress
from common.operations import columns, staging, statistics
from common.operations.failpoints import failpoint
from common.operations.staging import Kind
from common.operations.tables import Ints
from distributors import tree
from distributors.models import Distributor, Profile, ReferralCode, StatusChange, User
from distributors.operations.import_staging import STAGED, Lines

KEYS = "imported_keys"
KINDS: dict[str, Kind] = {
    "line": "key",
    "user_id": "number",
    "profile_id": "number",
    "distributor_id": "number",
}
NEW = f"FROM {STAGED} person JOIN {KEYS} own ON own.line = person.line"


def write(*, new: Lines, now: datetime, progress: Progress) -> None:
    """Writes everybody who is staged. The caller holds the tree's lock, and has refused what is wrong."""
    count = len(new.line)
    if not count:
        return
    progress("people", 0, count)
    with staging.table(name=KEYS, kinds=KINDS):
        distributor_id = _draw_keys(new)
        _write_people()
        progress("tree", 0, count)
        tree.plant_staged(keys=distributor_id, parent=new.parent, sponsor=new.sponsor_id, people=_people())
        failpoint("import.distributors")
        progress("history", 0, count)
        _write_history(now)
    written = [User, EmailAddress, Profile, Distributor, StatusChange, ReferralCode]
    statistics.learn(tables=written, rows=count)
    progress("history", count, count)


def _draw_keys(new: Lines) -> Ints:
    (with_login,) = columns.read(
        select=f"FROM {STAGED} ORDER BY line", columns=["CASE WHEN email <> '' THEN 1 ELSE 0 END"]
    )
    user_id = np.zeros(len(new.line), dtype=np.int64)
    user_id[with_login == 1] = staging.draw_keys(model=User, count=int(with_login.sum()))
    values = {
        "line": new.line,
        "user_id": user_id,
        "profile_id": staging.draw_keys(model=Profile, count=len(new.line)),
        "distributor_id": staging.draw_keys(model=Distributor, count=len(new.line)),
    }
    columns.write(table=KEYS, values=values)
    staging.look_at(KEYS)
    return values["distributor_id"]


def _write_people() -> None:
    """Logins without a usable password, unconfirmed addresses, profiles."""
    staging.insert(
        model=User,
        values={
            "id": "own.user_id",
            "email": "person.email",
            # What Django writes for "no password": the mark, and forty characters nobody can guess.
            "password": f"'{UNUSABLE_PASSWORD_PREFIX}' || person.secret",
            "date_joined": "person.joined_on",
        },
        source=f"{NEW} WHERE own.user_id > 0",
    )
    staging.insert(
        model=EmailAddress,
        values={"user_id": "own.user_id", "email": "person.email", "verified": False, "primary": True},
        source=f"{NEW} WHERE own.user_id > 0",
    )
    same = ("given_name", "family_name", "phone", "city", "country")
    staging.insert(
        model=Profile,
        values={
            "id": "own.profile_id",
            "user_id": "nullif(own.user_id, 0)",
            **{name: f"person.{name}" for name in same},
        },
        source=NEW,
    )


def _people() -> str:
    return f"""SELECT own.distributor_id AS id, person.number, own.profile_id, person.status,
        person.joined_on AS joined_at, person.career_rank {NEW}"""


def _write_history(now: datetime) -> None:
    at_first = {"distributor_id": "own.distributor_id", "effective_at": "person.joined_on"}
    good = Distributor.Status.GOOD
    staging.insert(
        model=StatusChange,
        values={**at_first, "status": f"'{good}'", "reason": "'Joined before this portal'"},
        source=NEW,
    )
    staging.insert(
        model=StatusChange,
        values={
            "distributor_id": "own.distributor_id",
            "status": "person.status",
            "effective_at": "person.status_since",
            "reason": "'Imported'",
        },
        source=f"{NEW} WHERE person.status <> '{good}' AND person.status_since IS NOT NULL",
    )
    code = "CASE WHEN person.referral_code <> '' THEN person.referral_code ELSE person.fresh_code END"
    staging.insert(
        model=ReferralCode,
        values={"distributor_id": "own.distributor_id", "code": code, "created_at": now},
        source=NEW,
    )

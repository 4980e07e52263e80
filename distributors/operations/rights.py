"""What logins and groups may do, and second factors that are taken away: given and taken in the admin, told to the
audit trail in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from common.operations import trail
from common.trail import Saying, What
from distributors.queries import trail as told


def of_login(*, user_id: int | None) -> dict[str, Any]:
    """What a login may do now; nothing of one that is to be made."""
    return told.rights(user=told.logins().get(pk=user_id)) if user_id else {}


def of_group(*, group_id: int | None) -> dict[str, Any]:
    """What a group may do now; nothing of one that is to be made."""
    return told.of_group(group=told.groups().get(pk=group_id)) if group_id else {}


def tell_of_login(*, user_id: int, before: Mapping[str, Any], by: int, now: datetime) -> None:
    """Tell what a login may do now, if it is something else than before. Belongs into that transaction."""
    _tell(What.RIGHTS, told.LOGIN, user_id, before, of_login(user_id=user_id), by, now)


def tell_of_group(*, group_id: int, before: Mapping[str, Any], by: int, now: datetime) -> None:
    """Tell what a group may do now, if it is something else than before. Belongs into that transaction."""
    _tell(What.GROUP, told.GROUP, group_id, before, of_group(group_id=group_id), by, now)


def take_factors(*, factor_ids: Sequence[int], by: int, now: datetime) -> int:
    """Take second factors away that were lost, and return how many."""
    with trail.at_the_end():
        lost = list(Authenticator.objects.select_for_update().filter(pk__in=factor_ids).order_by("pk"))
        for one in lost:
            facts = {"factor": str(one.type)}
            key = str(one.user_id)
            trail.write(Saying(what=What.FACTOR, kind=told.LOGIN, key=key, at=now, who=by, facts=facts))
        Authenticator.objects.filter(pk__in=[one.pk for one in lost]).delete()
    return len(lost)


def _tell(
    what: What,
    kind: str,
    key: int,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    by: int,
    now: datetime,
) -> None:
    if before != after:
        facts = {"before": dict(before), "after": dict(after)}
        trail.write(Saying(what=what, kind=kind, key=str(key), at=now, who=by, facts=facts))

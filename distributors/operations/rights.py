"""What logins and groups may do, and second factors that are taken away: given and taken in the admin, told to the
audit trail in the same transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator

from common.operations import trail
from common.trail import Saying, What
from distributors.models import User
from distributors.queries import trail as told

LOGIN, GROUP = told.LOGIN, told.GROUP
WHAT = {LOGIN: What.RIGHTS, GROUP: What.GROUP}


def held(*, kind: str, key: int | None) -> dict[str, Any]:
    """What a login or a group may do now; nothing of one that is to be made."""
    if key is None:
        return {}
    if kind == LOGIN:
        return told.rights(user=told.logins().get(pk=key))
    return told.of_group(group=told.groups().get(pk=key))


def tell(*, kind: str, key: int, before: Mapping[str, Any], by: int | None, now: datetime) -> None:
    """Tell what a login or a group may do now, if it is something else than before. Belongs into that transaction.

    Who works at the server is known to nobody here: then `by` is nobody.
    """
    after = held(kind=kind, key=key)
    if before != after:
        facts = {"before": dict(before), "after": after}
        trail.write(Saying(what=WHAT[kind], kind=kind, key=str(key), at=now, who=by, facts=facts))


def made_at_the_server(*, user: User, **_kwargs: Any) -> None:
    """Receives that `createsuperuser` made a login that may do everything."""
    tell(kind=LOGIN, key=user.pk, before={}, by=None, now=user.date_joined)


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

"""What the audit trail is told of people: the same sentences are written when something happens, and made again of
the rows when the books are checked."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet

from common.trail import Saying, What, digest, moment
from distributors.models import Profile, SponsorChange, StatusChange, User

State = SponsorChange.State
# What is told of once, and stands in a row from then on.
LASTING = (
    What.MOVE_ASKED,
    What.MOVE_APPROVED,
    What.MOVE_REFUSED,
    What.MOVE_APPLIED,
    What.STATUS,
    What.ERASED,
)
CHANGE, PERSON, LOGIN, GROUP = "sponsor change", "distributor", "login", "group"


def everything() -> Iterator[Saying]:
    """All that the rows of today say should stand in the trail."""
    for change in _changes():
        yield from of_change(change=change)
    yield from statuses()
    for erased in (
        Profile.objects.filter(erased_at__isnull=False).select_related("distributor").order_by("pk")
    ):
        yield of_erased(profile=erased)


def of_change(*, change: SponsorChange) -> Iterator[Saying]:
    """What has happened to a change of sponsor until now, as far as its row knows when."""
    asked = {
        "number": change.distributor.number,
        "move": change.kind,
        "from": change.from_sponsor.number if change.from_sponsor else "",
        "to": change.to_sponsor.number if change.to_sponsor else "",
        "counts_from": moment(at=change.effective_at),
        "people": change.people,
        "reason": digest(change.reason),
    }
    yield _of(change, What.MOVE_ASKED, change.requested_at, change.requested_by_id, asked)
    if change.decided_at and change.state == State.REFUSED:
        said = {"asked_by": change.requested_by_id, "reason": digest(change.note)}
        yield _of(change, What.MOVE_REFUSED, change.decided_at, change.decided_by_id, said)
    elif change.decided_at:
        said = {"asked_by": change.requested_by_id}
        yield _of(change, What.MOVE_APPROVED, change.decided_at, change.decided_by_id, said)
    if change.applied_at:
        said = {"number": change.distributor.number, "to": asked["to"]}
        yield _of(change, What.MOVE_APPLIED, change.applied_at, None, said)


def last_of_change(*, change_id: int) -> Saying:
    """What has just happened to a change of sponsor."""
    *_, last = of_change(change=_changes().get(pk=change_id))
    return last


def about_change(*, change_id: int, what: What, at: datetime, who: int | None) -> Saying:
    """Something that happened to a change of sponsor of which its row does not say when."""
    return Saying(what=what, kind=CHANGE, key=str(change_id), at=at, who=who)


def _changes() -> "QuerySet[SponsorChange]":
    return SponsorChange.objects.select_related("distributor", "from_sponsor", "to_sponsor").order_by("pk")


def _of(change: SponsorChange, what: What, at: datetime, who: int | None, facts: Mapping[str, Any]) -> Saying:
    return Saying(what=what, kind=CHANGE, key=str(change.pk), at=at, who=who, facts=facts)


def statuses() -> Iterator[Saying]:
    """Every change of standing that somebody made; what came by joining or an import nobody did here."""
    rows = StatusChange.objects.filter(by__isnull=False).select_related("distributor").order_by("pk")
    for row in rows.iterator():
        yield of_status(row=row)


def of_status(*, row: StatusChange, before: str = "") -> Saying:
    """A change of somebody's standing; which it was before, no row says."""
    facts = {"after": row.status, "reason": digest(row.reason)}
    return Saying(
        what=What.STATUS,
        kind=PERSON,
        key=row.distributor.number,
        at=row.effective_at,
        who=row.by_id,
        facts=facts | ({"before": before} if before else {}),
    )


def of_erased(*, profile: Profile) -> Saying:
    """That nobody knows any more who this was: the number, which stays in the books, or the key of who had none."""
    place = getattr(profile, "distributor", None)
    kind, key = (PERSON, place.number) if place else ("person", str(profile.pk))
    assert profile.erased_at is not None  # noqa: S101 - asked of those who are erased
    return Saying(what=What.ERASED, kind=kind, key=key, at=profile.erased_at)


def rights(*, user: User) -> dict[str, Any]:
    """What a login may do, by keys: a group's own rights are told of with the group."""
    return {
        "active": user.is_active,
        "staff": user.is_staff,
        "superuser": user.is_superuser,
        "groups": sorted(group.pk for group in user.groups.all()),
        "rights": names_of(rights=user.user_permissions.all()),
    }


def names_of(*, rights: Iterable[Permission]) -> list[str]:
    """Rights by the names by which code asks for them."""
    return sorted(f"{one.content_type.app_label}.{one.codename}" for one in rights)


def logins() -> "QuerySet[User]":
    """Logins with what they may do."""
    return User.objects.prefetch_related("groups", "user_permissions__content_type")


def groups() -> "QuerySet[Group]":
    """Groups with what who belongs to them may do."""
    return Group.objects.prefetch_related("permissions__content_type")


def of_group(*, group: Group) -> dict[str, Any]:
    """What who belongs to a group may do."""
    return {"rights": names_of(rights=group.permissions.all())}


def other_rights(*, of_logins: Iterable[Saying], of_groups: Iterable[Saying]) -> list[str]:
    """The logins and groups that may do something else now than was told last. Rights that no release knows any more
    are not looked at, nor whether a login is active: who leaves is not."""
    known = set(names_of(rights=Permission.objects.select_related("content_type")))
    last = {int(one.key): one.facts["after"] for one in of_logins}
    found = [
        f"the login {user.pk}"
        for user in logins().filter(pk__in=last).order_by("pk")
        if _known(rights(user=user), known) != _known(last[user.pk], known)
    ]
    last = {int(one.key): one.facts["after"] for one in of_groups}
    return found + [
        f"the group {group.pk}"
        for group in groups().filter(pk__in=last).order_by("pk")
        if _known(of_group(group=group), known) != _known(last[group.pk], known)
    ]


def _known(facts: Mapping[str, Any], known: set[str]) -> dict[str, Any]:
    return {
        **{name: value for name, value in facts.items() if name != "active"},
        "rights": [name for name in facts["rights"] if name in known],
    }

"""Changes of sponsor as staff see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, F, Q, Value, When

from distributors.models import SponsorChange, User
from distributors.queries import sponsor_tree
from distributors.queries.sponsor_tree import Step

WAITING = (SponsorChange.State.REQUESTED, SponsorChange.State.APPROVED)
PEOPLE = ("distributor__profile", "from_sponsor__profile", "to_sponsor__profile")


class NoSuchChange(LookupError):
    """There is no change of this number."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One change; `people` is how many it moves, the person included."""

    id: int
    key: UUID
    number: str
    name: str
    from_number: str
    from_name: str
    to_number: str
    to_name: str
    state: str
    state_word: str
    people: int
    effective_at: datetime
    reason: str
    note: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    applied_at: datetime | None

    @property
    def waits(self) -> bool:
        return self.state == SponsorChange.State.REQUESTED

    @property
    def may_be_withdrawn(self) -> bool:
        return self.state in WAITING


@dataclass(frozen=True, kw_only=True)
class Detail:
    """A change with both lines, from the top down to the person, and how many stand below today."""

    change: Change
    old_line: list[Step]
    new_line: list[Step]
    people_today: int


def alone() -> list[str]:
    """The numbers of those who were moved though nobody else than who asked for it decided it; a few of them."""
    done = (SponsorChange.State.APPROVED, SponsorChange.State.APPLIED)
    changes = SponsorChange.objects.filter(state__in=done)
    wrong = changes.filter(Q(decided_by__isnull=True) | Q(decided_by=F("requested_by")))
    return list(wrong.order_by("pk").values_list("distributor__number", flat=True)[:20])


def every(*, most: int = 200) -> list[Change]:
    """The latest changes, those that wait for somebody first."""
    first = Case(When(state=SponsorChange.State.REQUESTED, then=Value(0)), default=Value(1))
    rows = SponsorChange.objects.select_related(*PEOPLE, "requested_by__profile", "decided_by__profile")
    return [_change(row) for row in rows.order_by(first, "-requested_at", "-pk")[:most]]


def detail(*, key: UUID) -> Detail:
    """One change with whom it moves. Raises NoSuchChange."""
    rows = SponsorChange.objects.select_related(*PEOPLE, "requested_by__profile", "decided_by__profile")
    row = rows.filter(key=key).first()
    if row is None:
        raise NoSuchChange(key)
    person = sponsor_tree.walk_up(distributor_id=row.distributor_id)[:1]
    lines = [
        [*reversed(sponsor_tree.walk_up(distributor_id=sponsor)), *person] if sponsor else person
        for sponsor in (row.from_sponsor_id, row.to_sponsor_id)
    ]
    return Detail(
        change=_change(row),
        old_line=lines[0],
        new_line=lines[1],
        people_today=sponsor_tree.downline(distributor_id=row.distributor_id).count() + 1,
    )


def key_of(*, change_id: int) -> UUID:
    """What names a change in addresses."""
    return SponsorChange.objects.values_list("key", flat=True).get(pk=change_id)


def waiting_count() -> int:
    """How many wait for a second person."""
    return SponsorChange.objects.filter(state=SponsorChange.State.REQUESTED).count()


def _change(row: SponsorChange) -> Change:
    return Change(
        id=row.pk,
        key=row.key,
        number=row.distributor.number,
        name=row.distributor.profile.name,
        from_number=row.from_sponsor.number if row.from_sponsor else "",
        from_name=row.from_sponsor.profile.name if row.from_sponsor else "",
        to_number=row.to_sponsor.number if row.to_sponsor else "",
        to_name=row.to_sponsor.profile.name if row.to_sponsor else "",
        state=row.state,
        state_word=row.get_state_display(),
        people=row.people,
        effective_at=row.effective_at,
        reason=row.reason,
        note=row.note,
        requested_by_id=row.requested_by_id,
        requested_by=_name(row.requested_by),
        requested_at=row.requested_at,
        decided_by=_name(row.decided_by) if row.decided_by else "",
        decided_at=row.decided_at,
        applied_at=row.applied_at,
    )


def _name(user: User) -> str:
    profile = getattr(user, "profile", None)
    return profile.name if profile else user.email

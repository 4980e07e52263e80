"""Manual adjustments as staff and statements show them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, QuerySet, Value, When

from commissions.models import Adjustment
from commissions.queries import colleagues
from distributors.queries import people


class NoSuchAdjustment(LookupError):
    """There is none of this key."""


@dataclass(frozen=True, kw_only=True)
class AdjustmentView:
    """One adjustment; the amount in minor units. `period_key` is the month it was posted in, or empty."""

    id: int
    key: UUID
    number: str
    name: str
    label: str
    amount: int
    currency: str
    reason: str
    evidence: str
    state: str
    state_word: str
    note: str
    requested_by_id: int
    requested_by: str
    requested_at: datetime
    decided_by: str
    decided_at: datetime | None
    period_key: str

    @property
    def waits(self) -> bool:
        return self.state == Adjustment.State.REQUESTED


@dataclass(frozen=True, kw_only=True)
class OnStatement:
    """What a person is told about an adjustment; `key` is the month it was posted in."""

    key: str
    label: str
    amount: int
    reason: str


def every(*, most: int = 200) -> list[AdjustmentView]:
    """The latest adjustments, those that wait for somebody first."""
    first = Case(When(state=Adjustment.State.REQUESTED, then=Value(0)), default=Value(1))
    rows = Adjustment.objects.select_related("period").order_by(first, "-requested_at", "-pk")
    return _views(list(rows[:most]))


def one(*, key: UUID) -> AdjustmentView:
    """The adjustment of this key. Raises NoSuchAdjustment."""
    row = Adjustment.objects.select_related("period").filter(key=key).first()
    if row is None:
        raise NoSuchAdjustment(str(key))
    return _views([row])[0]


def waiting_count() -> int:
    """How many wait for a second person."""
    return Adjustment.objects.filter(state=Adjustment.State.REQUESTED).count()


def of_statement(*, person_id: int, key: str) -> list[OnStatement]:
    """What was adjusted by hand for a person in a month, in the order it was posted."""
    return _told(_posted(person_id).filter(period__key=key))


def without_statement(*, person_id: int, known: Collection[str]) -> list[OnStatement]:
    """What was adjusted by hand in months that have no statement of the person yet, as no estimate knows them;
    `known` are those that have."""
    return _told(_posted(person_id).exclude(period__key__in=known))


def _posted(person_id: int) -> QuerySet[Adjustment]:
    return Adjustment.objects.filter(distributor_id=person_id, state=Adjustment.State.POSTED)


def _told(rows: QuerySet[Adjustment]) -> list[OnStatement]:
    found = rows.order_by("decided_at", "pk").values_list("period__key", "label", "amount", "reason")
    return [
        OnStatement(key=key or "", label=label, amount=amount, reason=reason)
        for key, label, amount, reason in found
    ]


def _views(rows: list[Adjustment]) -> list[AdjustmentView]:
    persons = people.names(ids={row.distributor_id for row in rows})
    staff = colleagues.names(
        user_ids={who for row in rows for who in (row.requested_by_id, row.decided_by_id)}
    )
    return [
        AdjustmentView(
            id=row.pk,
            key=row.key,
            number=persons[row.distributor_id].number,
            name=persons[row.distributor_id].name,
            label=row.label,
            amount=row.amount,
            currency=row.currency,
            reason=row.reason,
            evidence=row.evidence,
            state=row.state,
            state_word=row.get_state_display(),
            note=row.note,
            requested_by_id=row.requested_by_id,
            requested_by=staff.get(row.requested_by_id, ""),
            requested_at=row.requested_at,
            decided_by=staff.get(row.decided_by_id, "") if row.decided_by_id else "",
            decided_at=row.decided_at,
            period_key=row.period.key if row.period else "",
        )
        for row in rows
    ]

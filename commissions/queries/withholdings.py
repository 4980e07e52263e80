"""Whose earnings are not paid out for now, and why."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from commissions.core.facts import SUSPENDED
from commissions.models import Account, Run, Snapshot, Withholding
from commissions.queries import colleagues, plans
from distributors.queries import people

Reason = Withholding.Reason
# As the person reads it.
TO_THE_PERSON = {
    Reason.TAX_FORM: gettext_lazy("Your tax form is missing."),
    Reason.IDENTITY: gettext_lazy("Your identity is not confirmed yet."),
    Reason.BANK: gettext_lazy("Your bank details are missing."),
    Reason.AGREEMENT: gettext_lazy("Your agreement is not signed."),
    Reason.CLAIM: gettext_lazy("An order or a claim is being looked into."),
}


@dataclass(frozen=True, kw_only=True)
class Why:
    """One reason as staff see it."""

    key: UUID
    word: str
    note: str
    set_by_id: int
    set_by: str
    set_at: datetime


@dataclass(frozen=True, kw_only=True)
class Withheld:
    """A person of whom something is withheld, or will be: `amount` in minor units as the ledger says it."""

    number: str
    name: str
    amount: int
    is_suspended: bool
    reasons: tuple[Why, ...]


def open_now() -> "QuerySet[Withholding]":
    """Every reason that holds now."""
    return Withholding.objects.filter(ended_at__isnull=True)


def of_person(*, person_id: int) -> list[str]:
    """Why what the person earns is not paid out, in sentences to them; empty where nothing is missing."""
    rows = open_now().filter(distributor_id=person_id).order_by("set_at", "pk")
    return [f"{TO_THE_PERSON[Reason(one.reason)]} {one.note}".strip() for one in rows]


def suspended() -> "QuerySet[Snapshot]":
    """Who was suspended in the period that became final last."""
    last = Run.objects.filter(state=Run.State.FINAL).order_by("-finished_at", "-pk").first()
    return Snapshot.objects.filter(run=last, standing=SUSPENDED)


def without_reason() -> list[tuple[str, int]]:
    """Number and amount of whom something is withheld though nothing was missing when a run was posted last."""
    done = (Run.State.FINAL, Run.State.POSTED)
    last = Run.objects.filter(state__in=done).order_by("-finished_at", "-pk").first()
    then = Withholding.objects.filter(
        Q(ended_at__isnull=True) | (Q(ended_at__gte=last.approved_at) if last and last.approved_at else Q())
    )
    kept = Account.objects.filter(kind=Account.Kind.WITHHELD, balance__gt=0)
    kept = kept.exclude(owner_id__in=suspended().values("distributor_id"))
    kept = kept.exclude(owner_id__in=then.values("distributor_id"))
    return list(kept.order_by("pk").values_list("owner__number", "balance")[:20])


def everybody() -> list[Withheld]:
    """Everybody of whom something is withheld or missing, by number."""
    balances = dict(
        Account.objects.filter(
            kind=Account.Kind.WITHHELD, balance__gt=0, currency=settings.COMPANY_CURRENCY
        ).values_list("owner_id", "balance")
    )
    reasons: dict[int, list[Withholding]] = defaultdict(list)
    for row in open_now().order_by("set_at", "pk"):
        reasons[row.distributor_id].append(row)
    staff = colleagues.names(user_ids={row.set_by_id for rows in reasons.values() for row in rows})
    out = set(suspended().filter(distributor_id__in=balances).values_list("distributor_id", flat=True))
    persons = people.names(ids={*balances, *reasons})
    found = [
        Withheld(
            number=persons[person].number,
            name=persons[person].name,
            amount=balances.get(person, 0),
            is_suspended=person in out,
            reasons=tuple(
                Why(
                    key=row.key,
                    word=row.get_reason_display(),
                    note=row.note,
                    set_by_id=row.set_by_id,
                    set_by=staff.get(row.set_by_id, ""),
                    set_at=row.set_at,
                )
                for row in reasons[person]
            ),
        )
        for person in {*balances, *reasons}
    ]
    return sorted(found, key=lambda one: one.number)


def smallest_payout(*, run_id: int, payable: int) -> int | None:
    """The plan's smallest payout in minor units, where what is owed is less and therefore waits; else None."""
    smallest = plans.of_run(run_id=run_id).ledger.smallest_payout
    return smallest if 0 < payable < smallest else None

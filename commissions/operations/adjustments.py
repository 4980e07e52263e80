"""Manual adjustments: asked for with a reason and evidence, decided by a second person, posted in the open period of
the calendar that leads.

Approving posts in the same transaction, under the key `adj:{number of the adjustment}`: an adjustment is posted once or
not at all, and so is the person told.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from commissions.models import Account, Adjustment, Period
from commissions.operations import freezing, ledger, permissions, telling
from commissions.operations.ledger import Entry, Into, Owned
from commissions.queries import periods
from commissions.queries import trail as told
from common.money import LARGEST
from common.operations import trail
from distributors.queries import people

EXPENSE = "adjustment"
State = Adjustment.State


class CannotAdjust(RuntimeError):
    """This cannot be asked for, or decided; `field` is what was typed wrong, if anything was."""

    def __init__(self, said: str, field: str = "") -> None:
        super().__init__(said)
        self.field = field


class AlreadyDecided(CannotAdjust):
    """Somebody else was first."""


class SamePerson(CannotAdjust):
    """Who asked does not decide, and nobody decides about money of their own."""


def request(
    *, number: str, label: str, amount: int, reason: str, evidence: str, by: int, now: datetime
) -> Adjustment:
    """Ask for an amount (minor units, below zero takes back) for a distributor. Nothing is posted yet.

    Raises NotAllowed, CannotAdjust.
    """
    permissions.demand(user_id=by, permission="request_adjustment")
    person = people.by_numbers(numbers=[number.strip()]).get(number.strip())
    if person is None:
        raise CannotAdjust("Nobody has this number.", "number")
    if person == people.by_user(user_id=by):
        raise SamePerson("Somebody else has to ask for what you are to get.", "number")
    if not amount or abs(amount) > LARGEST:
        raise CannotAdjust("The amount cannot be nothing, nor more than the books can hold.", "amount")
    words = {"label": label.strip(), "reason": reason.strip(), "evidence": evidence.strip()}
    for field, text in words.items():
        if not text:
            raise CannotAdjust("This is needed: it stays with the adjustment.", field)
    with transaction.atomic():
        asked = Adjustment.objects.create(
            distributor_id=person,
            amount=amount,
            currency=settings.COMPANY_CURRENCY,
            requested_by_id=by,
            requested_at=now,
            **words,
        )
        trail.write(told.last_of_adjustment(adjustment_id=asked.pk))
    return asked


def approve(*, adjustment_id: int, by: int, now: datetime) -> None:
    """Let it be posted, now and in the open period. Raises NotAllowed, CannotAdjust, Frozen."""
    permissions.demand(user_id=by, permission="approve_adjustment")
    with trail.at_the_end():
        freezing.demand_that_money_moves()
        # The line under a period is drawn by changing this row: what is posted now belongs to it.
        open_now = Period.objects.select_for_update().filter(
            state=Period.State.OPEN, calendar=periods.leading() or ""
        )
        period = open_now.first()
        if period is None:
            raise CannotAdjust("No month is open, so there is none to post it in.")
        found = _decide(adjustment_id, by, now, state=State.POSTED, period=period)
        _post(found, Into(period_id=period.pk), now)
        telling.adjusted(adjustment_id=found.pk, now=now)


def refuse(*, adjustment_id: int, reason: str, by: int, now: datetime) -> None:
    """Say no, with a reason that stays. Raises NotAllowed, CannotAdjust."""
    permissions.demand(user_id=by, permission="approve_adjustment")
    if not reason.strip():
        raise CannotAdjust("Say why it is refused.", "reason")
    _decide(adjustment_id, by, now, state=State.REFUSED, note=reason.strip()[:300])


def withdraw(*, adjustment_id: int, by: int, now: datetime) -> None:
    """Take it back before it is decided; whoever may ask may also take back. Raises NotAllowed, AlreadyDecided."""
    permissions.demand(user_id=by, permission="request_adjustment")
    waiting = Adjustment.objects.filter(pk=adjustment_id, state=State.REQUESTED)
    with transaction.atomic():
        if not waiting.update(state=State.WITHDRAWN, decided_by_id=by, decided_at=now):
            raise AlreadyDecided("It is decided already.")
        trail.write(told.last_of_adjustment(adjustment_id=adjustment_id))


def _decide(adjustment_id: int, by: int, now: datetime, **fields: object) -> Adjustment:
    with transaction.atomic():
        found = Adjustment.objects.select_for_update(of=("self",)).get(pk=adjustment_id)
        if found.requested_by_id == by:
            raise SamePerson("Somebody else has to decide: you asked for it.")
        if people.by_user(user_id=by) == found.distributor_id:
            raise SamePerson("Somebody else has to decide: it is about you.")
        waiting = Adjustment.objects.filter(pk=adjustment_id, state=State.REQUESTED)
        if not waiting.update(decided_by_id=by, decided_at=now, **fields):
            raise AlreadyDecided("It is decided already.")
        trail.write(told.last_of_adjustment(adjustment_id=adjustment_id))
    return found


def _post(found: Adjustment, into: Into, now: datetime) -> None:
    """From the company's expense to the person; then what is missing becomes debt, or debt is paid back."""
    owner = found.distributor_id
    entry = Entry(
        key=f"adj:{found.pk}",
        debit=Owned(Account.Kind.EXPENSE, EXPENSE),
        credit=Owned(Account.Kind.PAYABLE, owner_id=owner),
        amount=found.amount,
    )
    ledger.post(entries=[entry], into=into, currency=found.currency, now=now)
    key = f"adj:{found.pk}:{'debt' if found.amount < 0 else 'repay'}"
    ledger.settle(owner_id=owner, key=key, into=into, currency=found.currency, now=now)

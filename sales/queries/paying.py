"""How an order is paid: by a transfer to the company's account, under the order's number."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from django.conf import settings

from sales.queries.terms import company_day


class Payable(Protocol):
    """An order, or what a list shows of it."""

    @property
    def number(self) -> str: ...
    @property
    def placed_at(self) -> datetime: ...
    @property
    def total(self) -> int: ...
    @property
    def currency(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class HowToPay:
    """What to transfer (minor units), to whom, under which words, and until which day. Without an account the company
    says how itself: holder, account and code are empty."""

    amount: int
    currency: str
    holder: str
    account: str
    code: str
    reference: str
    until: date


def days() -> int:
    """Within how many days an order is to be paid; 0 where the company says itself how it is paid."""
    return int(settings.PAY_DAYS) if settings.COMPANY_BANK else 0


def how(*, order: Payable) -> HowToPay:
    """How this order is paid; ask only for one that is not."""
    bank = settings.COMPANY_BANK
    return HowToPay(
        amount=order.total,
        currency=order.currency,
        holder=bank.get("holder", ""),
        account=bank.get("account", ""),
        code=bank.get("code", ""),
        reference=order.number,
        until=company_day(moment=order.placed_at) + timedelta(days=settings.PAY_DAYS),
    )

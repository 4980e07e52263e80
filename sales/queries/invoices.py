"""Invoices and credit notes, for who bought and for the company."""

from dataclasses import dataclass
from datetime import date

from sales.models import Invoice
from sales.queries.orders import NotVisible, Viewer


@dataclass(frozen=True, slots=True)
class PaperLine:
    sku: str
    name: str
    quantity: int
    amount: int  # of the whole line, in minor units


@dataclass(frozen=True, slots=True)
class Paper:
    """An invoice or a credit note as it was written."""

    number: str
    is_credit: bool
    issued_on: date
    order_id: int
    order_number: str
    corrects: str
    name: str
    address: tuple[str, ...]
    lines: tuple[PaperLine, ...]
    total: int
    currency: str


@dataclass(frozen=True, slots=True)
class PaperName:
    number: str
    is_credit: bool
    issued_on: date
    total: int


def of_order(*, order_id: int) -> list[PaperName]:
    """The papers of an order, the invoice first; for its buyer."""
    found = Invoice.objects.filter(order_id=order_id).order_by("pk")
    return [
        PaperName(one.number, one.kind == Invoice.Kind.CREDIT_NOTE, one.issued_on, one.total) for one in found
    ]


def visible(*, viewer: Viewer, number: str) -> Paper:
    """One paper for its buyer: a seller does not see a customer's address. Raises NotVisible."""
    found = Invoice.objects.filter(number=number.replace("\x00", "")).select_related("order", "corrects")
    one = found.filter(order__in=viewer.bought()).first()
    if one is None:
        raise NotVisible(number)
    return _paper(one)


def of_staff(*, number: str) -> Paper:
    """One paper for the company's people, who may see every buyer's. Raises NotVisible where there is none."""
    found = Invoice.objects.filter(number=number.replace("\x00", "")).select_related("order", "corrects")
    one = found.first()
    if one is None:
        raise NotVisible(number)
    return _paper(one)


def _paper(one: Invoice) -> Paper:
    return Paper(
        number=one.number,
        is_credit=one.kind == Invoice.Kind.CREDIT_NOTE,
        issued_on=one.issued_on,
        order_id=one.order_id,
        order_number=one.order.number,
        corrects=one.corrects.number if one.corrects else "",
        name=one.name,
        address=tuple(one.address.split("\n")) if one.address else (),
        lines=tuple(PaperLine(**line) for line in one.lines),
        total=one.total,
        currency=one.currency,
    )

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from django.conf import settings
from django.db import IntegrityError, transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problem, Problems, Progress, Refused, silent
from common.operations import staging
from sales.models import Order
from sales.operations import books
from sales.operations import import_staging as staged
from sales.operations.import_terms import TermsBook
from sales.operations.import_writing import write
from sales.operations.signals import tell_booked

State, Purpose = Order.State, Order.Purpose


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held. `late` orders were paid before the books were last shut and count from then on."""

    orders: int
    lines: int
    known: int
    late: int


def layout(*, now: datetime) -> Layout:
    """The columns of a file of order lines."""
    zone = ZoneInfo(settings.COMPANY_TIME_ZONE)
    later = cells.moment(zone=zone, now=now, needed=False)
    exponent = get_currency_precision(settings.COMPANY_CURRENCY)
    return Layout(
        columns={
            "order_number": cells.key(most=24),
            "placed_at": cells.moment(zone=zone, now=now),
            "paid_at": later,
            "state": cells.choice(*State.values),
            "distributor_number": cells.key(most=20),
            "customer_number": cells.key(most=20, needed=False),
            "purpose": cells.choice(*Purpose.values),
            "sku": cells.key(most=32),
            "quantity": cells.whole(least=1, most=100_000),
            "unit_price": cells.hundredths(exponent=exponent, needed=False),
            "shipped_at": later,
            "cancelled_at": later,
        },
        optional=frozenset({"customer_number", "unit_price", "shipped_at", "cancelled_at"}),
    )


def import_orders(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of order lines (docs/importing.md) in one transaction.

    Rows may stand in any order; positions follow the article numbers, so they do not depend on it. Prices and
    volumes are those in force on the day an order was placed. An order that is here already, with the same
    lines, is left alone. Raises Refused with every bad row; nothing is written then.
    """
    problems = Problems()
    with staging.table(name=staged.LINES, kinds=staged.LINE_KINDS):
        staged.read(path=path, layout=layout(now=now), problems=problems, progress=progress)
        progress("checking", 0, 0)
        with transaction.atomic():
            shut_until = books.hold_open()
            staging.sort_in_memory()
            with staging.table(name=staged.ORDERS, kinds=staged.ORDER_KINDS):
                known, terms = _check(problems)
                problems.refuse_if_any()
                new = _count(known, shut_until)
                if not dry_run:
                    _write(terms, shut_until, progress)
    return new


def _check(problems: Problems) -> tuple[int, TermsBook]:
    staged.gather(problems=problems)
    known = staged.set_known_aside(problems=problems)
    staged.refuse_strange(problems=problems)
    return known, staged.terms(problems=problems)


def _count(known: int, shut_until: datetime) -> Imported:
    late = f"paid_at < {staging.literal(shut_until)}"
    ((orders, late_ones),) = staging.found(
        f"SELECT count(*), count(CASE WHEN {late} THEN 1 END) FROM {staged.ORDERS}"  # noqa: S608
    )
    ((lines,),) = staging.found(f"SELECT count(*) FROM {staged.LINES}")  # noqa: S608
    return Imported(orders=orders, lines=lines, known=known, late=late_ones)


def _write(terms: TermsBook, shut_until: datetime, progress: Progress) -> None:
    try:
        with transaction.atomic():
            write(terms=terms, shut_until=shut_until, progress=progress)
            _tell(shut_until)
    except IntegrityError as error:
        reason = f"an order in it was added by someone else meanwhile ({error}); run the import again"
        raise Refused([Problem(0, "", reason)]) from error


def _tell(shut_until: datetime) -> None:
    latest = f"SELECT paid_at FROM {staged.ORDERS} WHERE paid_at IS NOT NULL ORDER BY paid_at DESC LIMIT 1"  # noqa: S608
    for (paid_at,) in staging.found(latest):
        tell_booked(booked_at=max(staged.moment(paid_at), shut_until))

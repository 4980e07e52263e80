"""Goods that came back, from a company's export: all of them, or none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problems, Progress, rows, silent
from distributors.operations.import_profiles import batches
from sales.models import Order, OrderLine, Return
from sales.operations.import_numbers import keep_clear
from sales.operations.returns import Back, ReturnRefused, book

BATCH = 2_000


@dataclass(slots=True)
class Listed:
    row: int
    number: str
    order_number: str
    returned_at: datetime
    reason: str
    quantities: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: returns added, and returns that were here already."""

    added: int
    known: int


def layout(*, now: datetime) -> Layout:
    """The columns of a file of returned order lines."""
    return Layout(
        columns={
            "return_number": cells.key(most=24),
            "order_number": cells.key(most=24),
            "sku": cells.key(most=32),
            "quantity": cells.whole(least=1, most=100_000),
            "returned_at": cells.moment(zone=ZoneInfo(settings.COMPANY_TIME_ZONE), now=now),
            "reason": cells.text(most=200),
        }
    )


def import_returns(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a file of returned order lines (docs/importing.md) in one transaction, oldest return first.

    Each counts from the day it came back, or from the last shutting of the books if that is later. Raises
    Refused with every bad row; nothing is written then.
    """
    problems = Problems()
    listed = _read(path, now, problems, progress)
    with transaction.atomic():
        known = _known(listed, problems)
        new = sorted(
            (one for number, one in listed.items() if number not in known),
            key=lambda one: (one.returned_at, one.number),
        )
        _book_all(new, problems, progress)
        problems.refuse_if_any()
        keep_clear(name="return", prefix="R", imported=(one.number for one in new))
        if dry_run:
            transaction.set_rollback(True)
    return Imported(added=len(new), known=len(known))


def _read(path: Path, now: datetime, problems: Problems, progress: Progress) -> dict[str, Listed]:
    listed: dict[str, Listed] = {}
    for row in rows(path=path, layout=layout(now=now), problems=problems, progress=progress):
        cell = row.cells
        one = listed.setdefault(
            cell["return_number"],
            Listed(
                row.number, cell["return_number"], cell["order_number"], cell["returned_at"], cell["reason"]
            ),
        )
        for column in ("order_number", "returned_at", "reason"):
            if getattr(one, column) != cell[column]:
                problems.add(
                    row.number, column, f"differs from row {one.row} of the same return {one.number}"
                )
        if cell["sku"] in one.quantities:
            problems.add(
                row.number, "sku", f"stands twice in return {one.number}; write it once, with the sum"
            )
        one.quantities[cell["sku"]] = cell["quantity"]
    return listed


def _known(listed: Mapping[str, Listed], problems: Problems) -> set[str]:
    known = set()
    for part in batches(listed, BATCH):
        here = Return.objects.filter(number__in=part).select_related("order")
        for returned in here.prefetch_related("lines__order_line__product"):
            one = listed[returned.number]
            known.add(one.number)
            quantities = {line.order_line.product.sku: line.quantity for line in returned.lines.all()}
            same = {
                "order_number": returned.order.number == one.order_number,
                "returned_at": returned.returned_at == one.returned_at,
                "quantity": quantities == one.quantities,
            }
            for column in (name for name, equal in same.items() if not equal):
                problems.add(one.row, column, f"return {one.number} is already here with another")
    return known


def _book_all(new: list[Listed], problems: Problems, progress: Progress) -> None:
    orders: dict[str, Order] = {}
    lines: dict[tuple[int, str], int] = {}
    for part in batches({one.order_number for one in new}, BATCH):
        orders.update({order.number: order for order in Order.objects.filter(number__in=part)})
        found = OrderLine.objects.filter(order__number__in=part).order_by("-position")
        lines.update(
            {(order, sku): pk for order, sku, pk in found.values_list("order_id", "product__sku", "pk")}
        )
    for done, one in enumerate(new, start=1):
        order = orders.get(one.order_number)
        if order is None:
            problems.add(one.row, "order_number", f"no order has the number {one.order_number!r}")
        else:
            _book(one, order, lines, problems)
        if done % 100 == 0 or done == len(new):
            progress("writing", done, len(new))


def _book(one: Listed, order: Order, lines: Mapping[tuple[int, str], int], problems: Problems) -> None:
    if missing := [sku for sku in one.quantities if (order.pk, sku) not in lines]:
        problems.add(one.row, "sku", f"{', '.join(missing)} is not in order {order.number}")
        return
    if order.paid_at and one.returned_at < order.paid_at:
        problems.add(one.row, "returned_at", f"is before order {order.number} was paid")
        return
    back = [Back(lines[order.pk, sku], quantity) for sku, quantity in one.quantities.items()]
    try:
        book(order_id=order.pk, lines=back, reason=one.reason, now=one.returned_at, number=one.number)
    except ReturnRefused as refused:
        problems.add(one.row, "quantity", str(refused))

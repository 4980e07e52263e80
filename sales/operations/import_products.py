"""A company's price list becomes products with their terms: all of them, or none."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from django.conf import settings
from django.db import transaction

from common import csvcells as cells
from common.csvfiles import Layout, Problems, Progress, rows, silent
from sales.models import Product, ProductTerms
from sales.operations.products import Terms, TermsRefused, check, offer

SAME = ("retail_price", "preferred_price", "distributor_price", "qualifying", "commissionable")


@dataclass(frozen=True, slots=True)
class Imported:
    """What a file held: terms added, and terms that were here already."""

    added: int
    known: int


def layout(*, today: date) -> Layout:
    """The columns of a price list."""
    price = cells.hundredths(exponent=get_currency_precision(settings.COMPANY_CURRENCY))
    return Layout(
        columns={
            "sku": cells.key(most=32),
            "name": cells.text(most=120),
            "class": cells.choice(*Product.Class.values),
            "valid_from": cells.day(today=today),
            "retail_price": price,
            "preferred_price": price,
            "distributor_price": price,
            "qualifying_volume": cells.hundredths(),
            "commissionable_volume": cells.hundredths(),
            "description": cells.text(most=1_000, needed=False),
            "offered": cells.choice("yes", "no", default="yes"),
        },
        optional=frozenset({"description", "offered"}),
    )


def import_products(
    *, path: Path, now: datetime, dry_run: bool = False, progress: Progress = silent
) -> Imported:
    """Takes a price list (docs/importing.md) in one transaction.

    Several rows of a product are its terms over time. Terms that are here already are left alone.
    Raises Refused with every bad row; nothing is written then.
    """
    problems = Problems()
    today = now.astimezone(ZoneInfo(settings.COMPANY_TIME_ZONE)).date()
    listed: dict[tuple[str, date], tuple[int, Mapping[str, Any]]] = {}
    for row in rows(path=path, layout=layout(today=today), problems=problems, progress=progress):
        first, _ = listed.setdefault((row.cells["sku"], row.cells["valid_from"]), (row.number, row.cells))
        if first != row.number:
            problems.add(row.number, "valid_from", f"row {first} has this product and day as well")
        _refuse_class(row.number, row.cells, problems)
    with transaction.atomic():
        known = _known(listed, problems)
        problems.refuse_if_any()
        for key, (_, row_cells) in sorted(listed.items()):
            if key not in known and not dry_run:
                _offer(row_cells)
    return Imported(added=len(listed) - len(known), known=len(known))


def _terms(row: Mapping[str, Any]) -> Terms:
    return Terms(
        valid_from=row["valid_from"],
        retail_price=row["retail_price"],
        preferred_price=row["preferred_price"],
        distributor_price=row["distributor_price"],
        qualifying=row["qualifying_volume"],
        commissionable=row["commissionable_volume"],
    )


def _refuse_class(number: int, row: Mapping[str, Any], problems: Problems) -> None:
    try:
        check(product_class=row["class"], terms=_terms(row))
    except TermsRefused as refused:
        problems.add(number, "commissionable_volume", str(refused))


def _known(
    listed: Mapping[tuple[str, date], tuple[int, Mapping[str, Any]]], problems: Problems
) -> set[tuple[str, date]]:
    classes = dict(Product.objects.values_list("sku", "product_class"))
    for (sku, _), (number, row) in listed.items():
        if classes.setdefault(sku, row["class"]) != row["class"]:
            problems.add(number, "class", f"{sku} is already of class {classes[sku]} and stays so")
    known = set()
    for terms in ProductTerms.objects.select_related("product").order_by():
        key = (terms.product.sku, terms.valid_from)
        if key in listed:
            known.add(key)
            number, row = listed[key]
            for name in SAME:
                if getattr(terms, name) != getattr(_terms(row), name):
                    problems.add(number, name, f"{key[0]} has another from {key[1]} already")
    return known


def _offer(row: Mapping[str, Any]) -> None:
    offer(
        sku=row["sku"],
        name=row["name"],
        product_class=row["class"],
        terms=_terms(row),
        description=row["description"],
        is_offered=row["offered"] == "yes",
    )

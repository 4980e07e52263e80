"""The income disclosure's table, read from a document's figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from common.money import format_money


@dataclass(frozen=True, kw_only=True)
class Band:
    """How many people were paid between two amounts; `bar` is in thousandths of the longest."""

    label: str
    people: int
    share_ppm: int
    bar: int
    nothing: bool


def bands(*, figures: Mapping[str, Any]) -> list[Band]:
    """The table's rows, lowest first; none when the document holds no usable figures.

    Each row of `figures["bands"]` counts the `people` paid at least `from` and less than `to` minor units;
    without `to` there is no upper bound.
    """
    found = figures.get("bands")
    rows = [row for row in found if _is_usable(row)] if isinstance(found, list) else []
    everybody, most = sum(row["people"] for row in rows), max((row["people"] for row in rows), default=0)
    if not rows or len(rows) != len(found or []) or not most:
        return []
    currency = str(figures.get("currency") or settings.COMPANY_CURRENCY)
    return [
        Band(
            label=_label(row, currency),
            people=row["people"],
            # Rounded to a tenth of a per cent.
            share_ppm=(row["people"] * 1_000 + everybody // 2) // everybody * 1_000,
            bar=row["people"] * 1_000 // most,
            nothing=_is_nothing(row),
        )
        for row in rows
    ]


def _is_usable(row: Any) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("people"), int) or row["people"] < 0:
        return False
    return isinstance(row.get("from"), int) and isinstance(row.get("to"), int | None)


def _is_nothing(row: Mapping[str, Any]) -> bool:
    return row["from"] == 0 and row.get("to") == 1


def _label(row: Mapping[str, Any], currency: str) -> str:
    low, high = row["from"], row.get("to")
    if _is_nothing(row):
        return _("Nothing")
    if high is None:
        return _("%(amount)s and more") % {"amount": _money(low, currency)}
    return _("%(low)s to %(high)s") % {"low": _money(low, currency), "high": _money(high - 1, currency)}


def _money(amount: int, currency: str) -> str:
    return format_money(amount, currency, settings.COMPANY_LOCALE)

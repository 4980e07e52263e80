"""What imported order lines cost and carry: the terms in force on the day each order was placed."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sales.models import ProductTerms
from sales.queries.terms import company_day, price_for, volumes_of


@dataclass(frozen=True, slots=True)
class Amounts:
    """An order line's product and amounts, of the whole line: minor units and hundredths of a point."""

    product_id: int
    product_class: str
    price: int
    list_price: int
    distributor_price: int
    qualifying: int
    commissionable: int

    def plain(self) -> tuple[Any, ...]:
        """The values in the order of the fields."""
        return (
            self.product_id,
            self.product_class,
            self.price,
            self.list_price,
            self.distributor_price,
            self.qualifying,
            self.commissionable,
        )


class TermsBook:
    """All terms of some products, by article number and day; asked once per line, so held in memory."""

    def __init__(self, terms: Iterable[ProductTerms]) -> None:
        self.days: dict[str, list[date]] = {}
        self.terms: dict[str, list[ProductTerms]] = {}
        for one in terms:
            self.days.setdefault(one.product.sku, []).append(one.valid_from)
            self.terms.setdefault(one.product.sku, []).append(one)
        self.day = lru_cache(maxsize=65_536)(lambda moment: company_day(moment=moment))

    @classmethod
    def of(cls, *, skus: Iterable[str]) -> "TermsBook":
        wanted = set(skus)
        every = ProductTerms.objects.select_related("product").order_by("product_id", "valid_from")
        return cls(one for one in every.iterator() if one.product.sku in wanted)

    def why_not(self, *, sku: str, placed_at: datetime) -> str:
        """Why this article could not be ordered then, or nothing."""
        if sku not in self.days:
            return f"no product has the article number {sku!r}"
        if self._place(sku, placed_at) < 0:
            return f"{sku} has no price on {self.day(placed_at)}; its first is of {self.days[sku][0]}"
        return ""

    def line(
        self, *, sku: str, placed_at: datetime, quantity: int, standing: str, unit_price: int | None
    ) -> Amounts:
        """The amounts of a line. `unit_price` (minor units) replaces the price of the buyer's standing."""
        terms = self.terms[sku][self._place(sku, placed_at)]
        qualifying, commissionable = volumes_of(terms=terms)
        price = price_for(terms=terms, standing=standing) if unit_price is None else unit_price
        return Amounts(
            product_id=terms.product_id,
            product_class=terms.product.product_class,
            price=quantity * price,
            list_price=quantity * terms.retail_price,
            distributor_price=quantity * terms.distributor_price,
            qualifying=quantity * qualifying,
            commissionable=quantity * commissionable,
        )

    def _place(self, sku: str, placed_at: datetime) -> int:
        return bisect_right(self.days[sku], self.day(placed_at)) - 1

"""Products somebody may put on their page, at the price everybody pays."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sales.models import Product
from sales.queries import terms as product_terms


@dataclass(frozen=True, slots=True)
class Shown:
    """A product with the price of one piece for everybody, in minor units."""

    sku: str
    name: str
    description: str
    price: int


def offered(*, day: date) -> list[tuple[str, str]]:
    """Article number and name of what may be chosen on that day, by name."""
    found = product_terms.in_force(day=day).filter(
        product__is_offered=True, product__product_class=Product.Class.PRODUCT
    )
    return [(one.product.sku, one.product.name) for one in found]


def shown(*, skus: Sequence[str], day: date) -> list[Shown]:
    """These products in this order; what is not offered any more is left out."""
    found = product_terms.in_force(day=day).filter(product__is_offered=True, product__sku__in=list(skus))
    known = {
        one.product.sku: Shown(one.product.sku, one.product.name, one.product.description, one.retail_price)
        for one in found
    }
    return [known[sku] for sku in skus if sku in known]

"""How far somebody has come who begins."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from sales.models import Order, OrderLine, Product, Standing
from sales.queries import catalogue
from sales.queries import terms as product_terms


@dataclass(frozen=True, kw_only=True)
class Kit:
    """A starter kit that is offered: its price in minor units, whether anybody could earn from it, and whether it
    was ordered."""

    name: str
    price: int
    carries_volume: bool
    is_ordered: bool


def has_begun(*, seller_id: int) -> bool:
    """Whether goods were ordered, by a distributor or through them; kits and fees alone are no beginning. One query."""
    return _ordered(seller_id).filter(product_class=Product.Class.PRODUCT).exists()


def kit(*, seller_id: int, day: date) -> Kit | None:
    """The starter kit that is offered on `day`, the first by name; None where the company offers none."""
    found = product_terms.in_force(day=day).filter(
        product__is_offered=True, product__product_class=Product.Class.STARTER_KIT
    )
    terms = found.order_by("product__name", "product_id").first()
    if terms is None:
        return None
    offer = catalogue.seen_by(standing=Standing.DISTRIBUTOR, terms=terms)
    return Kit(
        name=offer.name,
        price=offer.price,
        carries_volume=bool(offer.qualifying or offer.commissionable),
        is_ordered=_ordered(seller_id).filter(product_class=Product.Class.STARTER_KIT).exists(),
    )


def _ordered(seller_id: int) -> QuerySet[OrderLine]:
    return OrderLine.objects.filter(order__seller_id=seller_id).exclude(order__state=Order.State.CANCELLED)

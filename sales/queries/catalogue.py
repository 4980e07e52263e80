"""What a buyer may choose from."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from sales.models import Product, ProductTerms, Standing
from sales.queries import terms as product_terms

ORDERS_OF_OFFERS = {
    "name": ("product__name", "product_id"),
    "number": ("product__sku",),
    "price": ("retail_price", "product__name", "product_id"),
    "points": ("-commissionable", "product__name", "product_id"),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """One product as one buyer sees it, one piece: money in minor units, volumes in hundredths of a point."""

    product_id: int
    sku: str
    name: str
    description: str
    product_class: str
    class_label: str
    price: int
    list_price: int
    qualifying: int
    commissionable: int

    @property
    def is_product(self) -> bool:
        return self.product_class == Product.Class.PRODUCT


def offers(
    *, day: date, search: str = "", sort: str = "name", goods_only: bool = False
) -> QuerySet[ProductTerms]:
    """The terms of what the portal offers on `day`, found by words in name, number or description.

    Evaluate a slice of it and pass it to `seen_by`. An unknown `sort` sorts by name. `goods_only` leaves out kits
    and fees, which are for people who join.
    """
    found = _offered(product_terms.in_force(day=day), goods_only)
    for word in search.split()[:6]:
        found = found.filter(
            Q(product__name__icontains=word)
            | Q(product__sku__icontains=word)
            | Q(product__description__icontains=word)
        )
    return found.order_by(*ORDERS_OF_OFFERS.get(sort, ORDERS_OF_OFFERS["name"]))


def seen_by(*, standing: str, terms: ProductTerms) -> Offer:
    """What a buyer of this standing pays and collects for one piece; customers are shown no volumes."""
    volumes = product_terms.volumes_of(terms=terms) if standing == Standing.DISTRIBUTOR else (0, 0)
    return Offer(
        product_id=terms.product_id,
        sku=terms.product.sku,
        name=terms.product.name,
        description=terms.product.description,
        product_class=terms.product.product_class,
        class_label=terms.product.get_product_class_display(),
        price=product_terms.price_for(terms=terms, standing=standing),
        list_price=terms.retail_price,
        qualifying=volumes[0],
        commissionable=volumes[1],
    )


def by_ids(*, standing: str, day: date, product_ids: list[int], goods_only: bool = False) -> dict[int, Offer]:
    """The offers of these products on `day`; what is not offered any more is missing."""
    found = _offered(product_terms.in_force(day=day, product_ids=product_ids), goods_only)
    return {terms.product_id: seen_by(standing=standing, terms=terms) for terms in found}


def _offered(terms: QuerySet[ProductTerms], goods_only: bool) -> QuerySet[ProductTerms]:
    found = terms.filter(product__is_offered=True)
    return found.filter(product__product_class=Product.Class.PRODUCT) if goods_only else found

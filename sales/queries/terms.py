"""What products cost and carry on a day."""

from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import OuterRef, Q, QuerySet, Subquery

from sales.models import Product, ProductTerms, Standing

PRICE_FIELD = {
    Standing.DISTRIBUTOR: "distributor_price",
    Standing.PREFERRED: "preferred_price",
    Standing.RETAIL: "retail_price",
}


def company_day(*, moment: datetime) -> date:
    """The day on the company's calendar at an instant."""
    return moment.astimezone(ZoneInfo(settings.COMPANY_TIME_ZONE)).date()


def in_force(*, day: date, product_ids: Iterable[int] | None = None) -> QuerySet[ProductTerms]:
    """The terms in force on `day` with their products: one row per product that has any, by its name."""
    latest = ProductTerms.objects.filter(product=OuterRef("product"), valid_from__lte=day).order_by(
        "-valid_from"
    )
    terms = ProductTerms.objects.filter(valid_from=Subquery(latest.values("valid_from")[:1]))
    if product_ids is not None:
        terms = terms.filter(product_id__in=list(product_ids))
    return terms.select_related("product").order_by("product__name", "product_id")


def price_for(*, terms: ProductTerms, standing: str) -> int:
    """What one piece costs a buyer of this standing, in minor units."""
    price: int = getattr(terms, PRICE_FIELD[Standing(standing)])
    return price


def volumes_of(*, terms: ProductTerms) -> tuple[int, int]:
    """Qualifying and commissionable volume of one piece, in hundredths of a point.

    Kits and fees carry none, unless somebody put a reason and their name to it: a reward for what a recruit
    pays to join is a reward for recruiting (FTC v. BurnLounge; EU directive 2005/29, annex I no. 14).
    """
    overridden = bool(terms.override_reason) and terms.override_by_id is not None
    if terms.product.product_class == Product.Class.PRODUCT or overridden:
        return terms.qualifying, terms.commissionable
    return 0, 0


def kits_with_volume(*, day: date) -> QuerySet[ProductTerms]:
    """The terms of starter kits and fees that carry volume on `day`, for which somebody gave a reason."""
    carrying = Q(qualifying__gt=0) | Q(commissionable__gt=0)
    return in_force(day=day).filter(carrying).exclude(product__product_class=Product.Class.PRODUCT)

"""Products and what they cost and carry from a day on."""

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction

from sales.models import Product, ProductTerms

MOST = 10**12
AMOUNTS = ("retail_price", "preferred_price", "distributor_price", "qualifying", "commissionable")


class TermsRefused(ValueError):
    """These terms cannot be set; the sentence says why."""


class CarriesNoVolume(TermsRefused):
    """A kit or a fee with volume, and nobody's name and reason to it."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Prices of one piece in minor units, volumes in hundredths of a point."""

    valid_from: date
    retail_price: int
    preferred_price: int
    distributor_price: int
    qualifying: int
    commissionable: int
    override_reason: str = ""
    override_by_id: int | None = None


def offer(
    *, sku: str, name: str, product_class: str, terms: Terms, description: str = "", is_offered: bool = True
) -> int:
    """Offer a product under an article number, with its terms, and return its key.

    A known article number keeps its class and gets the new words. Raises TermsRefused (see `set_terms`), also
    for an unknown class or a class that differs.
    """
    if product_class not in Product.Class.values:
        raise TermsRefused(f"There is no class of product called {product_class!r}.")
    with transaction.atomic():
        words = {"name": name, "description": description, "is_offered": is_offered}
        product, _ = Product.objects.update_or_create(
            sku=sku, defaults=words, create_defaults={**words, "product_class": product_class}
        )
        if product.product_class != product_class:
            raise TermsRefused(f"{sku} is a {product.get_product_class_display()} and stays one.")
        set_terms(product_id=product.pk, terms=terms)
    return product.pk


def set_terms(*, product_id: int, terms: Terms) -> None:
    """Set what a product costs and carries from a day on. The same terms again change nothing.

    Raises CarriesNoVolume for a kit or fee with volume but without an override's reason and person, and
    TermsRefused for amounts out of bounds, an unknown product, or other terms from the same day.
    """
    product = Product.objects.filter(pk=product_id).first()
    if product is None:
        raise TermsRefused("This product is not known.")
    check(product_class=product.product_class, terms=terms)
    fields = {name: getattr(terms, name) for name in Terms.__dataclass_fields__}
    try:
        with transaction.atomic():
            ProductTerms.objects.create(product=product, **fields)
    except IntegrityError:
        if not ProductTerms.objects.filter(product=product, **fields).exists():
            raise TermsRefused(f"{product.sku} has other terms from {terms.valid_from} already.") from None


def check(*, product_class: str, terms: Terms) -> None:
    """Raise TermsRefused or CarriesNoVolume when a product of this class cannot have these terms."""
    if not all(0 <= getattr(terms, name) <= MOST for name in AMOUNTS):
        raise TermsRefused("Prices and volumes are not negative and not above 10,000,000,000.00.")
    carries = terms.qualifying > 0 or terms.commissionable > 0
    if product_class == Product.Class.PRODUCT or not carries:
        return
    if not terms.override_reason.strip() or terms.override_by_id is None:
        raise CarriesNoVolume(
            "Starter kits and fees carry no volume. Set both volumes to 0, "
            "or give the reason and the person who decides."
        )

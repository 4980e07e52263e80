from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Product(models.Model):
    class Class(models.TextChoices):
        PRODUCT = "product", _("product")
        STARTER_KIT = "kit", _("starter kit")
        FEE = "fee", _("fee")

    sku = models.CharField("article number", max_length=32, unique=True)
    name = models.CharField(max_length=120)
    description = models.TextField(blank=True)
    product_class = models.CharField("class", max_length=8, choices=Class, default=Class.PRODUCT)
    is_offered = models.BooleanField("offered in the portal", default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class ProductTerms(models.Model):
    """What a product costs and carries, from a day on. The terms in force are those with the latest
    `valid_from` not after the day; an order line copies them when it is placed."""

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="terms")
    valid_from = models.DateField()
    retail_price = models.BigIntegerField(help_text="Minor units")
    preferred_price = models.BigIntegerField(help_text="Minor units; what a preferred customer pays")
    distributor_price = models.BigIntegerField(help_text="Minor units")
    qualifying = models.BigIntegerField("qualifying volume", help_text="Hundredths of a point")
    commissionable = models.BigIntegerField("commissionable volume", help_text="Hundredths of a point")
    # Kits and fees carry no volume: pay for recruiting is refused unless somebody puts their name to it.
    override_reason = models.CharField("why it carries volume all the same", max_length=200, blank=True)
    override_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["product", "-valid_from"]
        verbose_name_plural = "product terms"
        constraints = [
            models.UniqueConstraint(fields=["product", "valid_from"], name="terms_once_per_day"),
            models.CheckConstraint(
                condition=Q(retail_price__gte=0, preferred_price__gte=0, distributor_price__gte=0),
                name="terms_prices_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(qualifying__gte=0, commissionable__gte=0), name="terms_volumes_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} from {self.valid_from}"

from django.db import models
from django.utils.translation import gettext_lazy as _


class Customer(models.Model):
    """Belongs to a distributor, buys, and never earns: a customer has no place in the sponsor tree."""

    class Kind(models.TextChoices):
        RETAIL = "retail", _("retail customer")
        PREFERRED = "preferred", _("preferred customer")

    number = models.CharField(max_length=20, unique=True)
    profile = models.OneToOneField("distributors.Profile", on_delete=models.PROTECT, related_name="customer")
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="customers"
    )
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.RETAIL)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.number

"""The one table of a portal that pays order by order."""

from django.db import models


class Commission(models.Model):
    """Who is paid how much for which order, on which level."""

    distributor = models.ForeignKey("distributors.Distributor", on_delete=models.PROTECT, related_name="+")
    order = models.ForeignKey("sales.Order", on_delete=models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField()
    rate = models.DecimalField(max_digits=7, decimal_places=4)
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    created_at = models.DateTimeField(auto_now_add=True)

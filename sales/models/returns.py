from django.db import models
from django.db.models import Q


class Return(models.Model):
    """Goods that came back. It belongs to the period that is open when it is booked, whatever the sale's."""

    number = models.CharField(max_length=24, unique=True)
    order = models.ForeignKey("sales.Order", on_delete=models.PROTECT, related_name="returns")
    reason = models.CharField(max_length=200)
    returned_at = models.DateTimeField()
    booked_at = models.DateTimeField()
    booked_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    refund = models.BigIntegerField(help_text="Minor units")

    class Meta:
        indexes = [models.Index(fields=["booked_at"], name="return_booked")]

    def __str__(self) -> str:
        return self.number


class ReturnLine(models.Model):
    """Part of an order line: the exact share of its amounts that came back, the whole line's when all did."""

    returned = models.ForeignKey(Return, on_delete=models.PROTECT, related_name="lines")
    order_line = models.ForeignKey("sales.OrderLine", on_delete=models.PROTECT, related_name="returned")
    quantity = models.PositiveIntegerField()
    price = models.BigIntegerField()
    list_price = models.BigIntegerField()
    distributor_price = models.BigIntegerField()
    qualifying = models.BigIntegerField()
    commissionable = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["returned", "order_line"], name="return_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_line_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.returned_id}: {self.order_line_id}"


class Books(models.Model):
    """One row: until when the books are shut. Closing a period moves it; marking an order paid reads it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    shut_until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "books"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="books_one_row")]

    def __str__(self) -> str:
        return f"shut until {self.shut_until}"

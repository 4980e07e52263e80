from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Invoice(models.Model):
    """An invoice of a paid order, or a credit note of a return: written once, numbered without gaps, never changed.

    Whom it went to and what it lists are copied: what is on paper does not change when a person or a product does.
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit", _("credit note")

    kind = models.CharField(max_length=8, choices=Kind)
    number = models.CharField(max_length=24, unique=True)
    order = models.ForeignKey("sales.Order", on_delete=models.PROTECT, related_name="invoices")
    returned = models.OneToOneField(
        "sales.Return", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_note"
    )
    corrects = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="credit_notes"
    )
    issued_on = models.DateField()
    name = models.CharField(max_length=170)
    address = models.TextField(blank=True, help_text="Lines of the buyer's address on that day")
    lines = models.JSONField(help_text="sku, name, quantity and amount of each line; minor units")
    total = models.BigIntegerField(help_text="Minor units; of a credit note what is given back")
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(kind="invoice"), name="invoice_once_for_each_order"
            ),
            models.CheckConstraint(
                condition=Q(kind="invoice", returned__isnull=True, corrects__isnull=True)
                | Q(kind="credit", returned__isnull=False, corrects__isnull=False),
                name="credit_note_names_what_it_corrects",
            ),
        ]

    def __str__(self) -> str:
        return self.number

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Withholding(models.Model):
    """Why what somebody earns is not paid out for now: something the company needs from them first. It stays theirs.

    Who is suspended is withheld from without a row: the run sees that by itself.
    """

    class Reason(models.TextChoices):
        TAX_FORM = "tax_form", _("the tax form is missing")
        IDENTITY = "identity", _("the identity is not confirmed")
        BANK = "bank", _("the bank details are missing")
        AGREEMENT = "agreement", _("the agreement is not signed")
        CLAIM = "claim", _("an order or a claim is being looked into")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="In addresses")
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="withholdings"
    )
    reason = models.CharField(max_length=10, choices=Reason)
    note = models.CharField(max_length=300, blank=True, help_text="What is to be done; the person reads it")
    set_by = models.ForeignKey("distributors.User", on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey("distributors.User", null=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
        permissions = [("withhold_earnings", "May say what is missing before earnings are paid out")]
        constraints = [
            models.UniqueConstraint(
                fields=["distributor", "reason"],
                condition=Q(ended_at__isnull=True),
                name="withholding_once_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(ended_by__isnull=True, ended_at__isnull=True)
                | (Q(ended_at__isnull=False) & ~Q(ended_by=F("set_by"))),
                name="withholding_ended_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.reason}"

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Adjustment(models.Model):
    """Money given or taken by hand: asked for with a reason and evidence, decided by another, posted once."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("waits for a decision")
        POSTED = "posted", _("approved and posted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="In addresses")
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="adjustments"
    )
    label = models.CharField(max_length=60, help_text="How it is called on the statement")
    amount = models.BigIntegerField(help_text="Minor units; below zero takes back")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=300)
    evidence = models.CharField(max_length=500, help_text="A letter, a ticket, a file: where the proof is")
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    requested_by = models.ForeignKey("distributors.User", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey("distributors.User", null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why it was refused")
    period = models.ForeignKey(
        "commissions.Period",
        null=True,
        on_delete=models.PROTECT,
        related_name="adjustments",
        help_text="In which it was posted",
    )

    class Meta:
        ordering = ["-requested_at", "-pk"]
        permissions = [
            ("request_adjustment", "May ask for a manual adjustment"),
            ("approve_adjustment", "May approve or refuse a manual adjustment"),
        ]
        indexes = [models.Index(fields=["distributor", "period"], name="adjustment_of_person")]
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="adjustment_of_something"),
            models.CheckConstraint(
                condition=~Q(reason="") & ~Q(evidence="") & ~Q(label=""), name="adjustment_says_why"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True)
                | ~Q(decided_by=F("requested_by"))
                | Q(state="withdrawn"),
                name="adjustment_by_another",
            ),
            models.CheckConstraint(
                condition=Q(state="requested", decided_by__isnull=True)
                | (~Q(state="requested") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="adjustment_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state="posted", period__isnull=False)
                | (~Q(state="posted") & Q(period__isnull=True)),
                name="adjustment_posted_in_a_period",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label} {self.distributor_id}"

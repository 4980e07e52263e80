import uuid

from django.db import models
from django.db.models import Q


class Correcting(models.Model):
    """Why a final period is computed again, and what was wrong about its facts. The run beside it holds the period as
    corrected, and as items that name the period the differences to what was posted."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False, help_text="In addresses")
    run = models.OneToOneField("commissions.Run", on_delete=models.PROTECT, related_name="correcting")
    against = models.ForeignKey(
        "commissions.Run",
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The period as it counted until now: its final run, or the last that corrected it",
    )
    reason = models.CharField(max_length=300)
    evidence = models.CharField(max_length=500, help_text="A letter, a ticket, a file: where the proof is")
    standing = models.JSONField(default=dict, blank=True, help_text="Number to standing: 0, 1 or 2")
    sponsors = models.JSONField(default=dict, blank=True, help_text="Number to the sponsor's number")
    without_orders = models.JSONField(
        default=list, blank=True, help_text="Numbers of orders that do not count"
    )
    final_count = models.PositiveIntegerField(
        default=0, help_text="How many periods were final when it was computed"
    )
    posted_in = models.ForeignKey(
        "commissions.Period",
        null=True,
        on_delete=models.PROTECT,
        related_name="corrections",
        help_text="The period that was open when the differences were posted",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason="") & ~Q(evidence=""), name="correcting_says_why"),
        ]

    def __str__(self) -> str:
        return str(self.key)

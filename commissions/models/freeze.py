from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class BooksCheck(models.Model):
    """One time the books were set against themselves, and what was found. The last one also says how much of the
    ledger there was: it never becomes less."""

    class Set(models.TextChoices):
        FAST = "fast", _("the fast set")
        FULL = "full", _("the full set")

    which = models.CharField(max_length=4, choices=Set)
    at = models.DateTimeField()
    milliseconds = models.PositiveIntegerField()
    problems = models.JSONField(default=list, blank=True)
    transfer_count = models.BigIntegerField()
    last_transfer = models.BigIntegerField(help_text="The highest key of a transfer")
    transfer_sum = models.DecimalField(
        max_digits=40,
        decimal_places=0,
        help_text="Of the amounts: many bigints add up to more than one holds",
    )
    trail_number = models.BigIntegerField(default=0, help_text="How many entries the audit trail had")
    trail_hash = models.CharField(max_length=64, blank=True, help_text="Of the last one")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["which", "-at"], name="check_newest"),
            models.Index(fields=["-trail_number", "id"], name="check_furthest"),
        ]

    def __str__(self) -> str:
        return f"{self.which} {self.at:%Y-%m-%d %H:%M}"


class Freeze(models.Model):
    """Money stands still since a check found something, until a person lifts it with a reason."""

    check_found = models.ForeignKey(BooksCheck, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    problems = models.JSONField(default=list, help_text="All that is to be decided; known when lifted")
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-set_at", "-pk"]
        permissions = [("lift_freeze", "May let money move again after a failed check of the books")]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=Q(lifted_at__isnull=True), name="freeze_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | (Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~Q(reason="")),
                name="freeze_lifted_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"since {self.set_at:%Y-%m-%d %H:%M}"

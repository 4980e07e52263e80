from django.db import models

from commissions.models.period import Calendar


class PlanVersion(models.Model):
    """A plan document as it was adopted: dated, hashed, and never edited once a period has used it."""

    name = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    starts = models.DateField(
        help_text="First day it is in force; a period takes the version in force on its first day"
    )
    calendar = models.CharField(
        max_length=8, choices=Calendar, default=Calendar.MONTH, help_text="Whose periods it computes"
    )
    document = models.TextField(help_text="YAML, see docs/plans.md")
    sha256 = models.CharField(max_length=64)
    adopted_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "-version"]
        constraints = [models.UniqueConstraint(fields=["name", "version"], name="plan_version_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

from django.db import models
from django.utils.translation import gettext_lazy as _


class TeamView(models.Model):
    """How a distributor likes to look at their team: columns, filters and order under a name, as an address keeps
    them. The month is not kept: a view shows the month that is looked at."""

    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.CASCADE, related_name="team_views"
    )
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=600, help_text="What stands behind the address")
    made_at = models.DateTimeField()

    class Meta:
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["distributor", "name"], name="team_view_name_once")]

    def __str__(self) -> str:
        return self.name


class TeamExport(models.Model):
    """Who took their team as a file, when, what of it, and how many people. Written before the first line is sent."""

    class Format(models.TextChoices):
        CSV = "csv", _("CSV")
        XLSX = "xlsx", _("XLSX")

    distributor = models.ForeignKey("distributors.Distributor", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    format = models.CharField(max_length=4, choices=Format)
    period = models.CharField(max_length=10, blank=True, help_text="Whose figures; empty before the first")
    query = models.CharField(max_length=600, blank=True, help_text="Filters and order; empty for everybody")
    people = models.PositiveIntegerField(help_text="How many were in the file")

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["distributor", "-at"], name="team_export_of_person")]

    def __str__(self) -> str:
        return f"{self.distributor_id} {self.format} {self.at:%Y-%m-%d}"

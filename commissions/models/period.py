from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Period(models.Model):
    """A calendar's period, half-open, stored as instants when it is made. Exactly one is open per calendar."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")

    calendar = models.CharField(max_length=8, default="month")
    key = models.CharField(max_length=10, help_text="2026-10")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    line_drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "key"], name="period_key_once"),
            models.UniqueConstraint(fields=["calendar"], condition=Q(state="open"), name="one_open_period"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="period_not_empty"),
        ]

    def __str__(self) -> str:
        return self.key

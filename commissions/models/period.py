from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Calendar(models.TextChoices):
    """What is computed at once: months, or ISO weeks. They run side by side over the same people and orders."""

    MONTH = "month", _("month")
    WEEK = "week", _("week")


class Period(models.Model):
    """A calendar's period, half-open, stored as instants when it is made. Exactly one is open per calendar."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSING = "closing", _("closing")
        CLOSED = "closed", _("closed")

    calendar = models.CharField(max_length=8, choices=Calendar, default=Calendar.MONTH)
    key = models.CharField(max_length=10, help_text="2026-10, or 2026-W44")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    line_drawn_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-starts_at"]
        constraints = [
            # Of all calendars: a key alone names a period, in addresses as in the keys of transfers.
            models.UniqueConstraint(fields=["key"], name="period_key_once"),
            models.UniqueConstraint(fields=["calendar"], condition=Q(state="open"), name="one_open_period"),
            models.CheckConstraint(condition=Q(starts_at__lt=F("ends_at")), name="period_not_empty"),
            models.CheckConstraint(
                condition=Q(calendar=Calendar.WEEK, key__contains="-W")
                | (Q(calendar=Calendar.MONTH) & ~Q(key__contains="-W")),
                name="period_key_of_its_calendar",
            ),
        ]

    def __str__(self) -> str:
        return self.key

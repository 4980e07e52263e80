from django.conf import settings
from django.db import models
from django.db.models import F, Q


class DataFile(models.Model):
    """A person's data as they asked for them: the row is the log, the file itself goes after a few days."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="data_files")
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True, help_text="When the file was deleted")
    content = models.BinaryField(null=True, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    error = models.CharField(max_length=200, blank=True)
    fetched = models.PositiveIntegerField(default=0, help_text="How often it was downloaded")
    fetched_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["user", "-asked_at"], name="data_file_of_person")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.asked_at:%Y-%m-%d}"


class Leaving(models.Model):
    """Somebody wants to leave: asked for once, possible to withdraw until its day, then done."""

    class State(models.TextChoices):
        ASKED = "asked", "asked for"
        WITHDRAWN = "withdrawn", "withdrawn"
        LEFT = "left", "left, not erased yet"
        DONE = "done", "done"

    profile = models.ForeignKey("distributors.Profile", on_delete=models.PROTECT, related_name="leavings")
    erase = models.BooleanField(help_text="Personal data too, when nothing is owed any more")
    state = models.CharField(max_length=9, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    left_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["profile"], condition=Q(state__in=["asked", "left"]), name="one_leaving_at_a_time"
            ),
            models.CheckConstraint(condition=Q(due_at__gte=F("asked_at")), name="leaving_has_time"),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state__in=["asked", "left"]), name="leaving_due"),
        ]

    def __str__(self) -> str:
        return f"{self.profile_id}: {self.state}"

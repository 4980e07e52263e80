from django.db import models
from django.utils.translation import gettext_lazy as _


class Letter(models.Model):
    """One mail to be sent, written in the transaction that makes it due. What was in it goes when it is sent."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    key = models.CharField(
        max_length=120, unique=True, help_text="What it is about: the same thing is sent once"
    )
    content = models.JSONField(help_text="Sender, receivers, subject, body; emptied once sent")
    state = models.CharField(max_length=6, choices=State, default=State.DUE)
    due_at = models.DateTimeField(help_text="When it is tried next; a worker that tries it moves this first")
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="letter_what_is_due")]

    def __str__(self) -> str:
        return self.key

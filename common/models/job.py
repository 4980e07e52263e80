from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """One thing that is due. The row is the truth; a broker message is only a wake-up call.

    A worker owns a job while its lease runs; whoever finds an expired lease may take over at the checkpoint.
    """

    class State(models.TextChoices):
        DUE = "due", _("due")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=80, help_text="What it is about: a period's key, a run's number")
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State, default=State.DUE)
    owner = models.CharField(max_length=60, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=40, blank=True)
    stage_since = models.DateTimeField(null=True, blank=True, help_text="When the stage began")
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # The same thing due twice is one job: beat may tick twice, two people may press the button.
            models.UniqueConstraint(fields=["kind", "subject", "due_at"], name="job_once_per_due"),
            models.CheckConstraint(
                condition=Q(done_count__lte=F("total_count")), name="job_progress_bounded"
            ),
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="job_what_is_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

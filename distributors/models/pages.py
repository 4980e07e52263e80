from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Picture(models.Model):
    """A picture of somebody, drawn anew from what was uploaded. It lies in the database: one place to back up,
    the same for every process, and gone with the person."""

    profile = models.ForeignKey("distributors.Profile", on_delete=models.CASCADE, related_name="pictures")
    key = models.CharField(max_length=32, unique=True, help_text="Its name in addresses; nobody can guess it")
    data = models.BinaryField()
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class PersonalPage(models.Model):
    """The address of somebody's own page; what stands on it are its versions."""

    distributor = models.OneToOneField(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="personal_page"
    )
    slug = models.SlugField(max_length=60, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.slug


class PageVersion(models.Model):
    """What somebody wants on their page. The public sees the live one, which the company has approved."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for approval")
        LIVE = "live", _("public")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn by its writer")
        TAKEN_DOWN = "taken_down", _("taken down by the company")
        REPLACED = "replaced", _("replaced by a later one")

    page = models.ForeignKey(PersonalPage, on_delete=models.CASCADE, related_name="versions")
    key = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="Its name in addresses")
    number = models.PositiveIntegerField()
    story = models.TextField()
    skus = models.JSONField(default=list, help_text="Article numbers of the chosen products, in order")
    picture = models.ForeignKey(
        Picture, null=True, blank=True, on_delete=models.SET_NULL, related_name="versions"
    )
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    submitted_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why it was refused or taken down")

    class Meta:
        ordering = ["page", "-number"]
        permissions = [("approve_page", "may approve personal pages")]
        indexes = [models.Index(fields=["state", "submitted_at"], name="page_version_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["page", "number"], name="page_version_number"),
            models.UniqueConstraint(fields=["page"], condition=Q(state="live"), name="page_one_live"),
            models.UniqueConstraint(fields=["page"], condition=Q(state="waiting"), name="page_one_waiting"),
            models.CheckConstraint(
                condition=~Q(state="live") | Q(decided_by__isnull=False), name="page_live_was_approved"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.page_id}, version {self.number}"

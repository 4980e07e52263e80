from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Sponsorship(models.Model):
    """Who stood under whom, from when until when. The row without an end is `Distributor.sponsor`; together the rows
    of a person have no gap. Only distributors.tree writes it."""

    # Without constraints: a million people come in at once, nobody is ever deleted, and check_tree compares every
    # row with the tree. The index of the second unique constraint serves the person.
    distributor = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="sponsorships",
    )
    sponsor = models.ForeignKey(
        "distributors.Distributor",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True, blank=True)
    moved = models.BooleanField(default=False, help_text="Began by a move, not by joining")

    class Meta:
        ordering = ["starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["distributor"], condition=Q(ends_at__isnull=True), name="one_current_sponsorship"
            ),
            models.UniqueConstraint(fields=["distributor", "starts_at"], name="sponsorship_starts_once"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="sponsorship_not_empty",
            ),
            models.CheckConstraint(
                condition=Q(sponsor__isnull=True) | ~Q(sponsor=F("distributor")), name="sponsorship_not_own"
            ),
        ]
        indexes = [
            models.Index(fields=["-starts_at"], condition=Q(moved=True), name="sponsorship_moves"),
        ]

    def __str__(self) -> str:
        return f"{self.distributor_id} under {self.sponsor_id}"


class SponsorChange(models.Model):
    """A person with everybody below is to stand under somebody else: asked for by one, approved by another, and
    counted from a period's first moment on.

    Of the kind "roll up" it is the team of somebody who left that moves, up to the leaver's own sponsor.
    """

    class Kind(models.TextChoices):
        MOVE = "move", _("to another sponsor")
        ROLL_UP = "roll_up", _("team of who left, up to their sponsor")

    class State(models.TextChoices):
        REQUESTED = "requested", _("requested")
        APPROVED = "approved", _("approved, waiting for its day")
        APPLIED = "applied", _("applied")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        FAILED = "failed", _("could not be applied")

    key = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="Names it in addresses")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.MOVE)
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="sponsor_changes"
    )
    from_sponsor = models.ForeignKey(
        "distributors.Distributor", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    to_sponsor = models.ForeignKey(
        "distributors.Distributor", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=300)
    effective_at = models.DateTimeField(help_text="From when it counts: a period's first moment")
    people = models.PositiveIntegerField(help_text="How many it moves, as counted when it was asked for")
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    note = models.CharField(
        max_length=300, blank=True, help_text="Why it was refused, or could not be applied"
    )
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-requested_at", "-pk"]
        permissions = [
            ("request_sponsor_change", "May ask for a change of sponsor"),
            ("approve_sponsor_change", "May approve a change of sponsor that somebody else asked for"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["distributor"],
                condition=Q(state__in=["requested", "approved"]),
                name="one_sponsor_change_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["requested", "withdrawn", "refused"])
                | (Q(decided_by__isnull=False) & ~Q(decided_by=F("requested_by"))),
                name="sponsor_change_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.from_sponsor_id} to {self.to_sponsor_id}"


class TreeHealth(models.Model):
    """What the last check of the sponsor tree found, in one row. While it is not sound, nothing is read by
    intervals and nobody is moved."""

    ONLY = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY, editable=False)
    sound = models.BooleanField()
    checked_at = models.DateTimeField()
    problems = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name_plural = "tree health"
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_tree_health")]

    def __str__(self) -> str:
        return "sound" if self.sound else "not sound"


class Carrying(models.Model):
    """Somebody who stands under another sponsor already while the labels of their branch still have to follow.

    A team of tens of thousands is carried in parts, so that nobody who joins elsewhere waits for all of it. While
    any row stands here, nothing is read by intervals.
    """

    distributor = models.OneToOneField(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="+", help_text="Heads the branch"
    )
    step = models.BigIntegerField(help_text="How far apart the labels of the branch are to stand")

    class Meta:
        verbose_name_plural = "carryings"

    def __str__(self) -> str:
        return str(self.distributor_id)

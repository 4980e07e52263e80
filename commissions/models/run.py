from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from common.models import IntegersField


class Run(models.Model):
    """One computation of a period: its inputs' and outputs' hashes, its stages, and who answered for it."""

    class Kind(models.TextChoices):
        CLOSE = "close", _("close")
        ESTIMATE = "estimate", _("estimate")
        CORRECT = "correct", _("correction of a final period")

    class State(models.TextChoices):
        COMPUTING = "computing", _("being computed")
        ESTIMATE = "estimate", _("estimate")
        DRAFT = "draft", _("draft")
        REVIEWED = "reviewed", _("reviewed")
        APPROVED = "approved", _("approved, being posted")
        FINAL = "final", _("final")
        POSTED = "posted", _("posted as differences")
        SUPERSEDED = "superseded", _("superseded")
        FAILED = "failed", _("failed")

    class Stage(models.TextChoices):
        SNAPSHOT = "snapshot", _("snapshot")
        COMPUTE = "compute", _("compute")
        CHECK = "check", _("check")
        STORE = "store", _("store")
        REVIEW = "review", _("review")
        APPROVE = "approve", _("approve")
        POST = "post", _("post")
        PROMOTE = "promote", _("promote")
        NOTIFY = "notify", _("notify")
        DONE = "done", _("done")

    period = models.ForeignKey("commissions.Period", on_delete=models.PROTECT, related_name="runs")
    number = models.PositiveIntegerField(help_text="Draft 1, 2, 3 of this period")
    kind = models.CharField(max_length=8, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.COMPUTING)
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.SNAPSHOT)
    plan = models.ForeignKey("commissions.PlanVersion", on_delete=models.PROTECT, related_name="runs")
    reads = models.JSONField(
        default=dict, blank=True, help_text="Of each other plan it looks at: the closed period, or nothing"
    )
    engine_version = models.CharField(max_length=20)
    input_hash = models.CharField(max_length=64, blank=True)
    engine_hash = models.CharField(max_length=64, blank=True, help_text="Of everything the engine gave")
    output_hash = models.CharField(
        max_length=64, blank=True, help_text="Of the items and lines as they are stored"
    )
    state_hash = models.CharField(
        max_length=64, blank=True, help_text="Of the snapshots, and of what is carried into the next period"
    )
    people_count = models.PositiveIntegerField(default=0)
    order_count = models.PositiveIntegerField(default=0)
    order_line_count = models.PositiveIntegerField(default=0)
    line_count = models.PositiveIntegerField(default=0)
    item_count = models.PositiveIntegerField(default=0)
    total = models.BigIntegerField(default=0, help_text="Minor units: the sum of the items")
    commissionable = models.BigIntegerField(default=0, help_text="Commissionable volume of the period")
    warnings = models.JSONField(default=list, blank=True)
    stage_times = models.JSONField(default=dict, blank=True, help_text="When each stage was done")
    error = models.TextField(blank=True)
    note = models.CharField(max_length=300, blank=True, help_text="Why it was sent back")
    started_at = models.DateTimeField()
    computed_at = models.DateTimeField(null=True, blank=True)
    prepared_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_hash = models.CharField(max_length=64, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    turn = models.PositiveIntegerField(
        null=True, blank=True, unique=True, help_text="Of a posted correcting run: the how-manieth of all"
    )
    seen_turn = models.PositiveIntegerField(
        default=0, help_text="The last correcting run that was posted when this run was computed"
    )

    class Meta:
        ordering = ["-period__starts_at", "-number"]
        permissions = [
            ("prepare_run", "May close a period, compute and review a run"),
            ("approve_run", "May approve a reviewed run"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["period", "kind", "number"], name="run_number_once"),
            models.UniqueConstraint(
                fields=["period"], condition=Q(state="final"), name="one_final_run_per_period"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True)
                | (
                    ~Q(approved_by=F("reviewed_by"))
                    & (Q(prepared_by__isnull=True) | ~Q(approved_by=F("prepared_by")))
                ),
                name="run_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="final")
                | (Q(kind="close") & Q(reviewed_by__isnull=False) & Q(approved_by__isnull=False)),
                name="run_final_was_approved",
            ),
            models.CheckConstraint(
                condition=~Q(state="posted")
                | Q(
                    kind="correct",
                    reviewed_by__isnull=False,
                    approved_by__isnull=False,
                    turn__isnull=False,
                ),
                name="run_posted_was_approved",
            ),
            models.UniqueConstraint(
                fields=["kind"],
                condition=Q(kind="correct", state__in=["computing", "draft", "reviewed", "approved"]),
                name="one_correction_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.kind} {self.number}"


class Snapshot(models.Model):
    """One person as the run saw them: place, standing, volumes, rank, what each rank asked and they had, and what
    they take into the next period. The numbers stand in the order of the plan (queries/snapshots.py names them)."""

    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="snapshots"
    )
    distributor = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    sponsor = models.ForeignKey(
        "distributors.Distributor",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    standing = models.SmallIntegerField(help_text="0 in good standing, 1 suspended, 2 left")
    active = models.BooleanField()
    rank = models.SmallIntegerField(help_text="Paid-as: index in the plan's ladder")
    title = models.SmallIntegerField(help_text="Career rank after the period: index in the plan's ladder")
    own_volume = models.BigIntegerField(help_text="Hundredths of a point")
    group_volume = models.BigIntegerField(help_text="Hundredths of a point")
    measures = IntegersField(help_text="Every named number of the plan: volumes, then measures")
    statuses = IntegersField(default=list, help_text="Every named truth of the plan, by name")
    memory = IntegersField(default=list, help_text="Every memory after the period, by name")
    have = IntegersField(help_text="What the person had for each requirement, in the ladder's order")

    class Meta:
        # A person's snapshots are found by what is there once.
        constraints = [models.UniqueConstraint(fields=["distributor", "run"], name="snapshot_once")]
        indexes = [
            models.Index(fields=["run"], name="snapshot_of_run"),
            models.Index(fields=["sponsor", "run"], name="snapshot_of_sponsor"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.distributor_id}"


class Carried(models.Model):
    """What a run takes into the next period besides memories, one small fact a row: only what is not zero."""

    class Kind(models.TextChoices):
        CARRY = "carry", _("volume of a leg")
        HELD = "held", _("money that waits")
        GIVEN = "given", _("a bonus given once")
        WINDOW = "window", _("a value of an earlier period")
        POOL = "pool", _("a pool nobody qualified for")
        POSITION = "position", _("a further position, taken when the run is final")

    run = models.ForeignKey(
        Run, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="carried"
    )
    kind = models.CharField(max_length=8, choices=Kind)
    name = models.CharField(max_length=40, help_text="The bonus, or the memory")
    distributor = models.ForeignKey(
        "distributors.Distributor",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    position = models.ForeignKey(
        "distributors.Placement",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Of a leg: whose",
    )
    slot = models.SmallIntegerField(default=0, help_text="Of a leg: its slot")
    age = models.SmallIntegerField(default=0, help_text="In periods; of a window: how many periods ago")
    amount = models.BigIntegerField()

    class Meta:
        indexes = [models.Index(fields=["run", "kind", "name"], name="carried_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.kind} {self.name}"

from typing import Any, ClassVar, NoReturn, TypeVar

from django.db import models
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

TREE_FIELDS = frozenset({"sponsor", "sponsor_id", "lft", "rght", "tree_id", "level"})
M = TypeVar("M", bound="Distributor")


class TreeIsWrittenElsewhere(TypeError):
    """Only distributors/tree.py writes sponsor, lft, rght, tree_id and level."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} would write the sponsor tree; use distributors.tree")


class DistributorQuerySet(TreeQuerySet["Distributor"]):
    """Querysets in the business's words; the tree's fields are closed to bulk writes."""

    def update(self, **fields: Any) -> int:
        if TREE_FIELDS & fields.keys():
            raise TreeIsWrittenElsewhere("update()")
        return super().update(**fields)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> int:
        if TREE_FIELDS & set(fields):
            raise TreeIsWrittenElsewhere("bulk_update()")
        return super().bulk_update(objs, fields, batch_size)

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere("bulk_create()")

    def delete(self) -> NoReturn:
        raise TreeIsWrittenElsewhere("delete()")

    def in_good_standing(self) -> "DistributorQuerySet":
        return self.filter(status=Distributor.Status.GOOD)


class DistributorManager(TreeManager.from_queryset(DistributorQuerySet)):  # type: ignore[misc]
    """django-mptt's reading API; what writes or assumes dense labels is closed in distributors/tree.py."""


class Distributor(MPTTModel):
    """A place in the sponsor tree. `sponsor_id` is the truth; lft, rght, tree_id and level are spaced labels
    derived from it for fast reading of downlines."""

    class Status(models.TextChoices):
        GOOD = "good", "in good standing"
        SUSPENDED = "suspended", "suspended"
        LEFT = "left", "left"

    number = models.CharField(max_length=20, unique=True)
    profile = models.OneToOneField("distributors.Profile", on_delete=models.PROTECT, related_name="distributor")
    sponsor = TreeForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="direct_members", editable=False
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.GOOD)
    joined_at = models.DateTimeField()
    career_rank = models.CharField(max_length=40, blank=True, help_text="Highest rank of a final month")
    lft = models.BigIntegerField(editable=False)
    rght = models.BigIntegerField(editable=False)
    tree_id = models.PositiveIntegerField(editable=False, db_index=False)
    level = models.PositiveIntegerField(editable=False)

    objects: ClassVar[DistributorManager] = DistributorManager()

    class MPTTMeta:
        parent_attr = "sponsor"

    class Meta:
        indexes = [
            models.Index(fields=["tree_id", "lft"], name="distributor_tree_order"),
            models.Index(fields=["sponsor", "joined_at"], name="distributor_frontline"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(lft__lt=models.F("rght")), name="distributor_interval"),
            models.CheckConstraint(
                condition=models.Q(sponsor__isnull=True) | ~models.Q(sponsor=models.F("pk")),
                name="distributor_not_own_sponsor",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere("delete()")


class StatusChange(models.Model):
    """Every change of status, the first included: who stood how, from when, and why."""

    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=10, choices=Distributor.Status)
    effective_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey("distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["effective_at", "pk"]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.status}"


class ReferralCode(models.Model):
    """A code in a link names a sponsor; it grants nothing by itself and can be revoked."""

    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="referral_codes")
    code = models.CharField(max_length=24, unique=True, help_text="Lower case, compared without case")
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distributor"], condition=models.Q(revoked_at__isnull=True), name="one_current_referral_code"
            )
        ]

    def __str__(self) -> str:
        return self.code

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.query_utils import DeferredAttribute
from django.db.models.signals import pre_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _
from mptt.managers import TreeManager
from mptt.models import MPTTModel, TreeForeignKey
from mptt.querysets import TreeQuerySet

TREE_FIELDS = frozenset({"sponsor", "sponsor_id", "lft", "rght", "tree_id", "level"})


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
    """django-mptt's reading API. What writes the tree is closed; what counts by labels is answered anew."""

    def get_queryset_descendants(
        self, queryset: DistributorQuerySet, include_self: bool = False
    ) -> DistributorQuerySet:
        return self._relatives(queryset, "lt", "gt", include_self)

    def get_queryset_ancestors(
        self, queryset: DistributorQuerySet, include_self: bool = False
    ) -> DistributorQuerySet:
        return self._relatives(queryset, "gt", "lt", include_self)

    def _relatives(
        self, queryset: DistributorQuerySet, left: str, right: str, include_self: bool
    ) -> DistributorQuerySet:
        """One EXISTS, not a condition per member: thousands of those are too deep for SQLite."""
        same = "e" if include_self else ""
        nearby = {f"lft__{left}{same}": OuterRef("lft"), f"rght__{right}{same}": OuterRef("rght")}
        found: DistributorQuerySet = self.filter(
            Exists(queryset.order_by().filter(tree_id=OuterRef("tree_id"), **nearby))
        )
        return found


def _closed(name: str) -> Callable[..., NoReturn]:
    def refuse(*args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere(f"{name}()")

    return refuse


# What of django-mptt's manager writes the tree, its inner steps included: those write past the ORM.
for _name in (
    "insert_node",
    "move_node",
    "rebuild",
    "partial_rebuild",
    "delay_mptt_updates",
    "disable_mptt_updates",
    "build_tree_nodes",
    "_close_gap",
    "_create_space",
    "_create_tree_space",
    "_inter_tree_move_and_close_gap",
    "_make_child_root_node",
    "_make_sibling_of_root_node",
    "_manage_space",
    "_move_child_node",
    "_move_child_to_new_tree",
    "_move_child_within_tree",
    "_move_node",
    "_move_root_node",
    "_mptt_update",
    "_post_insert_update_cached_parent_right",
    "_rebuild_helper",
):
    setattr(DistributorManager, _name, _closed(_name))


class Distributor(MPTTModel):
    """A place in the sponsor tree. `sponsor_id` is the truth; lft, rght, tree_id and level are spaced labels
    derived from it for fast reading of downlines."""

    class Status(models.TextChoices):
        GOOD = "good", _("in good standing")
        SUSPENDED = "suspended", _("suspended")
        LEFT = "left", _("left")

    number = models.CharField(max_length=20, unique=True)
    profile = models.OneToOneField(
        "distributors.Profile", on_delete=models.PROTECT, related_name="distributor"
    )
    # The index of the front line serves it: one less to write whenever labels move.
    sponsor = TreeForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="direct_members",
        editable=False,
        db_index=False,
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
        # Related managers write through this one: `sponsor.direct_members.add(…)` meets the closed update().
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["tree_id", "lft"], name="distributor_tree_order"),
            models.Index(fields=["tree_id", "rght"], name="distributor_tree_ends"),
            models.Index(fields=["sponsor", "joined_at"], name="distributor_frontline"),
            # Whoever has a great team sees who joined it last without sorting all of it.
            models.Index(fields=["joined_at", "id"], name="distributor_newest"),
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

    def save(
        self,
        force_insert: Any = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Saves everything but the tree: a form opened before a move cannot put the old place back."""
        if self._state.adding:
            raise TreeIsWrittenElsewhere("save() of a new distributor")
        if update_fields is None:
            if self._mptt_cached_fields.get("sponsor") not in (self.sponsor_id, DeferredAttribute):
                raise TreeIsWrittenElsewhere("save() with another sponsor")
            loaded = {field.name for field in self._meta.concrete_fields if field.attname in self.__dict__}
            update_fields = loaded - TREE_FIELDS - {"id"}
        elif TREE_FIELDS & set(update_fields):
            raise TreeIsWrittenElsewhere("save(update_fields=…)")
        models.Model.save(
            self,
            force_insert=force_insert,
            force_update=force_update,
            using=using,
            update_fields=update_fields,
        )

    def insert_at(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere("insert_at()")

    def move_to(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere("move_to()")

    def is_leaf_node(self) -> bool:
        """Asked of sponsor_id: a spaced interval says nothing about who is inside."""
        return not Distributor.objects.filter(sponsor_id=self.pk).exists()

    def get_descendant_count(self) -> int:
        if self._state.adding:
            return 0
        inside = Distributor.objects.filter(tree_id=self.tree_id, lft__gt=self.lft, lft__lt=self.rght)
        return int(inside.count())

    def get_leafnodes(self, include_self: bool = False) -> DistributorQuerySet:
        below: DistributorQuerySet = Distributor.objects.filter(
            tree_id=self.tree_id, lft__gt=self.lft, lft__lt=self.rght
        )
        leaves = ~Exists(Distributor.objects.order_by().filter(sponsor_id=OuterRef("pk")))
        if include_self:
            below = below | Distributor.objects.filter(pk=self.pk)
        return below.filter(leaves)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TreeIsWrittenElsewhere("delete()")


@receiver(pre_save, sender=Distributor, dispatch_uid="distributors.no_fixtures")
def refuse_fixture(raw: bool, **_: Any) -> None:
    """A fixture is loaded past save(): nobody would check what it says of the tree."""
    if raw:
        raise TreeIsWrittenElsewhere("loaddata")


class StatusChange(models.Model):
    """Every change of status, the first included: who stood how, from when, and why."""

    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="status_changes")
    status = models.CharField(max_length=10, choices=Distributor.Status)
    effective_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ["effective_at", "pk"]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.status}"


class ReferralCode(models.Model):
    """A code in a link names a sponsor; it grants nothing by itself and can be revoked."""

    distributor = models.ForeignKey(Distributor, on_delete=models.PROTECT, related_name="referral_codes")
    code = models.CharField(max_length=24, unique=True, help_text="Lower case, compared without case")
    # Codes are also written in bulk and by plain SQL, which name no campaign.
    campaign = models.CharField(
        max_length=60, blank=True, default="", db_default="", help_text="Empty for the person's own link"
    )
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["distributor", "campaign"],
                condition=models.Q(revoked_at__isnull=True),
                name="one_current_code_per_campaign",
            )
        ]

    def __str__(self) -> str:
        return self.code

"""Placement trees: binary legs, forced matrices. Who stands where is chosen, not who brought whom in."""

from typing import Any, ClassVar, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

MOST_SLOTS = 100


class PlacementTree(models.Model):
    """A named tree of positions. Its shape is fixed as soon as it holds one; how it fills may change."""

    class Fill(models.TextChoices):
        LEFT = "left", _("outside left")
        RIGHT = "right", _("outside right")
        FIRST_FREE = "first_free_by_level", _("first free place, level by level")
        FEWER = "weaker_leg_by_count", _("leg with fewer positions")
        LESS = "weaker_leg_by_volume", _("leg with less volume")
        ALTERNATE = "alternate", _("one leg after the other")

    name = models.SlugField(max_length=40, unique=True)
    width = models.PositiveSmallIntegerField(help_text="Places directly below each position")
    slot_names = models.JSONField(default=list, blank=True, help_text="One for each place, or none")
    depth_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="Levels below the top; empty where it grows without end"
    )
    positions_per_person = models.PositiveSmallIntegerField(default=1)
    fill = models.CharField(max_length=24, choices=Fill, default=Fill.FIRST_FREE)
    holding_hours = models.PositiveIntegerField(
        default=0, help_text="How long the sponsor may choose a newcomer's place; 0 places at once"
    )
    volumes_at = models.DateTimeField(null=True, blank=True, help_text="When its legs were last measured")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(width__gte=2, width__lte=MOST_SLOTS), name="placement_tree_width"
            ),
            models.CheckConstraint(
                condition=Q(depth_limit__isnull=True) | Q(depth_limit__gte=1), name="placement_tree_depth"
            ),
            models.CheckConstraint(condition=Q(positions_per_person__gte=1), name="placement_tree_positions"),
        ]

    def __str__(self) -> str:
        return self.name

    def slot_name(self, slot: int) -> str:
        """What the slot is called: its name, or its number."""
        return str(self.slot_names[slot - 1]) if self.slot_names else str(slot)


class PlacementIsWrittenElsewhere(TypeError):
    """Only distributors/tree/positions.py writes positions."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} would write a placement tree; use distributors.tree.positions")


class PlacementQuerySet(models.QuerySet["Placement"]):
    """Reading alone: a position is taken once, by distributors/tree/positions.py, and never moves."""

    def update(self, **fields: Any) -> NoReturn:
        raise PlacementIsWrittenElsewhere("update()")

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PlacementIsWrittenElsewhere("bulk_update()")

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PlacementIsWrittenElsewhere("bulk_create()")

    def delete(self) -> NoReturn:
        raise PlacementIsWrittenElsewhere("delete()")


class Placement(models.Model):
    """A position in a placement tree. `parent`, `slot` and `owner` are the truth and never change; lft, rght,
    level, line_from and free_slots are derived from them.

    Labels stand in the order of the slots, so that what is below a position, or below one of its slots, is
    one range. A line is a run of positions that all stand in the same slot of one another: the outside of a
    leg. `line_from` is the position the line hangs from.
    """

    # Column tree_id: the labels of a named tree are one ordered list.
    tree = models.ForeignKey(
        PlacementTree, on_delete=models.PROTECT, related_name="positions", db_index=False
    )
    owner = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, related_name="positions", db_index=False
    )
    ordinal = models.PositiveSmallIntegerField(default=1, help_text="The person's first, second, … position")
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="below", db_index=False
    )
    slot = models.PositiveSmallIntegerField(null=True, blank=True)
    placed_at = models.DateTimeField()
    how = models.CharField(max_length=24, help_text="The strategy that found the place, or who chose it")
    lft = models.BigIntegerField(editable=False)
    rght = models.BigIntegerField(editable=False)
    level = models.PositiveIntegerField(editable=False)
    line_from = models.BigIntegerField(editable=False)
    free_slots = models.PositiveSmallIntegerField(editable=False)

    objects: ClassVar[Any] = PlacementQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["tree", "lft"], name="placement_order"),
            models.Index(fields=["tree", "rght"], name="placement_ends"),
            models.Index(fields=["line_from", "slot", "level"], name="placement_lines"),
            models.Index(
                fields=["tree", "level", "lft"], name="placement_with_room", condition=Q(free_slots__gt=0)
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["parent", "slot"], name="placement_slot_once"),
            models.UniqueConstraint(fields=["owner", "tree", "ordinal"], name="placement_ordinal_once"),
            models.UniqueConstraint(
                fields=["tree"], condition=Q(parent__isnull=True), name="placement_one_root"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True, slot__isnull=True, level=0)
                # slot >= 1 alone would let NULL pass.
                | Q(parent__isnull=False, slot__isnull=False, slot__gte=1, level__gte=1),
                name="placement_has_slot",
            ),
            models.CheckConstraint(condition=Q(ordinal__gte=1), name="placement_ordinal"),
            models.CheckConstraint(condition=Q(lft__lt=F("rght")), name="placement_interval"),
        ]

    def __str__(self) -> str:
        return f"Position {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PlacementIsWrittenElsewhere("save()")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PlacementIsWrittenElsewhere("delete()")


class PlacementVolume(models.Model):
    """The volume of everybody at and below a position when the tree was last measured; none is zero."""

    position = models.OneToOneField(
        Placement, primary_key=True, on_delete=models.CASCADE, related_name="volume"
    )
    volume = models.BigIntegerField(help_text="Hundredths of a point")

    def __str__(self) -> str:
        return f"{self.position_id}: {self.volume}"


class Holding(models.Model):
    """A newcomer who waits for a place in a tree until the sponsor has chosen one, or the time is over.

    Kept when it ends: who waited, how long, and for which position.
    """

    tree = models.ForeignKey(PlacementTree, on_delete=models.PROTECT, related_name="holdings")
    owner = models.ForeignKey("distributors.Distributor", on_delete=models.PROTECT, related_name="holdings")
    since = models.DateTimeField()
    ends_at = models.DateTimeField(help_text="From then on the tree's own strategy decides")
    ended_at = models.DateTimeField(null=True, blank=True)
    position = models.OneToOneField(
        Placement, null=True, blank=True, on_delete=models.PROTECT, related_name="holding"
    )

    class Meta:
        ordering = ["ends_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tree", "owner"], name="holding_once"),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, position__isnull=True)
                | Q(ended_at__isnull=False, position__isnull=False),
                name="holding_ends_with_a_position",
            ),
        ]
        indexes = [
            models.Index(fields=["tree", "ends_at"], name="holding_open", condition=Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} waits since {self.since:%Y-%m-%d %H:%M}"

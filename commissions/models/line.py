from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Line(models.Model):
    """Why money was earned: this bonus, from this order line, on this level, at this rate. Exact, unrounded:
    amount = whole minor units + micro millionths of one.

    On PostgreSQL this table, like those of items, snapshots and what is carried, has one partition for each run
    (operations/partitions.py): written bare, indexed once, and dropped whole when a draft dies.
    """

    class Kind(models.IntegerChoices):
        """Where it comes from; the engine's own list (core/result.py)."""

        SALE = 0, _("a sale")
        PERSON = 1, _("what a person earned or has")
        AMOUNT = 2, _("an amount")
        ONCE = 3, _("once")
        PAIR = 4, _("a pair of legs")
        POOL = 5, _("a pool")
        GUARANTEE = 6, _("a guarantee")
        MOST = 7, _("the most of this bonus")
        GROUP = 8, _("a rule over several bonuses")
        HELD = 9, _("held back")
        RELEASED = 10, _("released")

    run = models.ForeignKey(
        "commissions.Run", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="lines"
    )
    bonus = models.CharField(max_length=40)
    distributor = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    kind = models.SmallIntegerField(choices=Kind, default=Kind.SALE)
    order_line = models.ForeignKey(
        "sales.OrderLine",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    origin = models.ForeignKey(
        "distributors.Distributor",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Whose sale, earnings or number it comes from",
    )
    level = models.SmallIntegerField(help_text="After compression; 0 is the person's own sale")
    depth = models.IntegerField(help_text="Before compression: the distance in the walk's tree")
    base = models.BigIntegerField()
    rate_ppm = models.BigIntegerField()
    whole = models.BigIntegerField()
    micro = models.IntegerField()
    corrects = models.ForeignKey(
        "self",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="corrections",
    )
    corrects_run = models.ForeignKey(
        "commissions.Run",
        null=True,
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="The run that is corrected, where it had no such line",
    )

    class Meta:
        indexes = [
            models.Index(fields=["distributor", "run"], name="line_of_person"),
            models.Index(fields=["order_line"], name="line_of_order"),
            models.Index(fields=["corrects"], condition=Q(corrects__isnull=False), name="line_corrects"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.bonus} {self.distributor_id}"

    @property
    def is_correction(self) -> bool:
        return self.corrects_id is not None or self.corrects_run_id is not None

    @property
    def sold(self) -> int:
        """The key of the order line this comes from. Raises ValueError for a line that comes from no order."""
        if self.order_line_id is None:
            raise ValueError(f"The line {self.pk} comes from no order")
        return self.order_line_id


class StatementItem(models.Model):
    """What one bonus pays one person for one period: the lines' sum, rounded once. A correction names the
    period whose payment it corrects."""

    run = models.ForeignKey(
        "commissions.Run", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="items"
    )
    distributor = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )
    bonus = models.CharField(max_length=40)
    corrects_period = models.CharField(max_length=10, blank=True)
    amount = models.BigIntegerField(help_text="Minor units")
    line_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                # A person's items are found by it too. PostgreSQL sorts faster by numbers that differ than by runs.
                fields=["distributor", "run", "bonus", "corrects_period"],
                name="item_once",
            )
        ]
        indexes = [models.Index(fields=["run"], name="item_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.bonus} {self.distributor_id}"


class Promotion(models.Model):
    """A career rank reached in a final month, once."""

    run = models.ForeignKey("commissions.Run", on_delete=models.PROTECT, related_name="promotions")
    distributor = models.ForeignKey("distributors.Distributor", on_delete=models.PROTECT, related_name="+")
    rank = models.CharField(max_length=40)
    before = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["distributor", "rank"], name="promotion_once")]

    def __str__(self) -> str:
        return f"{self.distributor_id}: {self.rank}"

from django.db import models


class Line(models.Model):
    """Why money was earned: this bonus, from this order line, on this level, at this rate. Exact, unrounded:
    amount = whole minor units + micro millionths of one."""

    run = models.ForeignKey(
        "commissions.Run", on_delete=models.PROTECT, db_constraint=False, related_name="lines"
    )
    bonus = models.CharField(max_length=40)
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    order_line = models.ForeignKey(
        "sales.OrderLine", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    level = models.SmallIntegerField(help_text="After compression; 0 is the person's own sale")
    depth = models.IntegerField(help_text="Before compression: the distance in the sponsor tree")
    base = models.BigIntegerField()
    rate_ppm = models.BigIntegerField()
    whole = models.BigIntegerField()
    micro = models.BigIntegerField()
    corrects = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, db_constraint=False, related_name="corrections"
    )

    class Meta:
        indexes = [models.Index(fields=["run", "distributor", "bonus"], name="line_of_item")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.bonus} {self.distributor_id}"


class StatementItem(models.Model):
    """What one bonus pays one person for one period: the lines' sum, rounded once. A correction names the
    period whose payment it corrects."""

    run = models.ForeignKey(
        "commissions.Run", on_delete=models.PROTECT, db_constraint=False, related_name="items"
    )
    distributor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.PROTECT, db_constraint=False, related_name="+"
    )
    bonus = models.CharField(max_length=40)
    corrects_period = models.CharField(max_length=10, blank=True)
    amount = models.BigIntegerField(help_text="Minor units")
    line_count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["run", "distributor", "bonus", "corrects_period"], name="item_once"
            )
        ]
        indexes = [models.Index(fields=["distributor", "run"], name="item_of_person")]

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

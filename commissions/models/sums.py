from django.db import models


class Sum(models.Model):
    """What a run wrote down of one person; neither key is held by the database, as with the rows that are summed."""

    run = models.ForeignKey(
        "commissions.Run", on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="+"
    )
    distributor = models.ForeignKey(
        "distributors.Distributor",
        on_delete=models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="+",
    )

    class Meta:
        abstract = True


class TeamSum(Sum):
    """How many people stood below somebody in a run's tree, and how many of them were active: only of teams so large
    that a page had better not count them (operations/summing.py)."""

    below = models.PositiveIntegerField()
    active = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["distributor", "run"], name="team_sum_once")]
        indexes = [models.Index(fields=["run"], name="team_sum_of_run")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.distributor_id}"


class LevelSum(Sum):
    """What the lines of one level of an item come to, of those that come from orders of the run's own period: only for
    people with so many lines that a page had better not add them up (operations/summing.py).

    Without a level it is the whole item; without a bonus either, everything of the person.
    """

    bonus = models.CharField(max_length=40, blank=True)
    level = models.SmallIntegerField(null=True)
    orders = models.PositiveIntegerField()
    people = models.PositiveIntegerField()
    base = models.BigIntegerField()
    low_ppm = models.BigIntegerField(help_text="The lowest rate of its lines")
    high_ppm = models.BigIntegerField(help_text="The highest")
    whole = models.BigIntegerField()
    micro = models.BigIntegerField(help_text="Not carried over into whole minor units")

    class Meta:
        indexes = [
            models.Index(fields=["distributor", "run", "bonus", "level"], name="level_sum_of_person"),
            models.Index(fields=["run"], name="level_sum_of_run"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.bonus} {self.level} {self.distributor_id}"

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Account(models.Model):
    """A company's account (no owner) or a distributor's."""

    class Kind(models.TextChoices):
        EXPENSE = "expense", _("commission expense")
        CLEARING = "clearing", _("commission clearing")
        PAYABLE = "payable", _("payable")
        HELD = "held", _("held back")
        DEBT = "debt", _("debt")
        WITHHELD = "withheld", _("withheld while something is missing")
        DEDUCTED = "deducted", _("deducted as the plan says")

    kind = models.CharField(max_length=10, choices=Kind)
    name = models.CharField(
        max_length=60, blank=True, help_text="Of a company's account: the bonus, the period"
    )
    owner = models.ForeignKey(
        "distributors.Distributor", null=True, blank=True, on_delete=models.PROTECT, related_name="accounts"
    )
    currency = models.CharField(max_length=3)
    balance = models.BigIntegerField(
        default=0, help_text="A cache: credits less debits; check_books proves it"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "owner", "currency"],
                condition=Q(owner__isnull=False),
                name="account_of_owner_once",
            ),
            models.UniqueConstraint(
                fields=["kind", "name", "currency"],
                condition=Q(owner__isnull=True),
                name="account_of_company_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name or self.owner_id}"


class Transfer(models.Model):
    """One movement of money. It balances because it is one row; it cannot be posted twice because its key is
    made of business facts."""

    key = models.CharField(max_length=160)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    period = models.ForeignKey("commissions.Period", on_delete=models.PROTECT, related_name="transfers")
    run = models.ForeignKey("commissions.Run", null=True, on_delete=models.PROTECT, related_name="transfers")
    posted_at = models.DateTimeField()

    class Meta:
        constraints = [
            # One index for both: that a key is there once, and what begins with a word.
            models.UniqueConstraint(fields=["key"], opclasses=["varchar_pattern_ops"], name="transfer_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit=F("credit")), name="transfer_between_two"),
        ]

    def __str__(self) -> str:
        return self.key

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """Something a person is told of: on the portal's page of notices, by mail, or both. What is stored is the fact;
    the sentence is made when it is read, in the reader's language and with what the reader may see by then."""

    class Kind(models.TextChoices):
        JOINED = "joined", _("somebody they sponsor joined")
        JOINED_DEEPER = "joined_deeper", _("somebody joined deeper in their team")
        NEAR = "near", _("somebody they sponsor is close to a rank")
        NEAR_DEEPER = "near_deeper", _("somebody deeper in their team is close to a rank")
        AT_RISK = "at_risk", _("not active yet, and the month ends soon")
        STATEMENT = "statement", _("a statement is ready")
        CORRECTED = "corrected", _("a payment was corrected")
        SHIPPED = "shipped", _("an order was shipped")
        ANSWERED = "answered", _("a question was answered")

    # Without constraints and with few indexes: a million people are told of their statements at once, nobody is
    # ever deleted, and the unique constraint serves the person.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="notices",
    )
    kind = models.CharField(max_length=16, choices=Kind)
    key = models.CharField(
        max_length=80, help_text="Made of business facts: nobody is told the same thing twice"
    )
    about = models.ForeignKey(
        "distributors.Distributor",
        null=True,
        on_delete=models.CASCADE,
        db_constraint=False,
        db_index=False,
        related_name="+",
        help_text="Whom it is about, where that is somebody else",
    )
    reference = models.CharField(
        max_length=80, blank=True, help_text="A period's key, an order's number, a rank"
    )
    number = models.BigIntegerField(
        null=True, help_text="Level below, minor units or hundredths of a point: the kind says which"
    )
    in_portal = models.BooleanField(help_text="Shown on the page of notices")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mail_at = models.DateTimeField(
        null=True, help_text="When it goes into a mail; empty once it has, or never does"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notice_once")]
        indexes = [
            models.Index(
                fields=["user", "-created_at"], condition=Q(in_portal=True), name="notice_of_person"
            ),
            models.Index(
                fields=["user"], condition=Q(in_portal=True, read_at__isnull=True), name="notice_unread"
            ),
            models.Index(
                fields=["mail_at", "user"], condition=Q(mail_at__isnull=False), name="notice_mail_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.key}"


class NoticeChoice(models.Model):
    """How a person wants to be told of one kind of thing; without a row the kind's own default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_choices"
    )
    kind = models.CharField(max_length=16, choices=Notice.Kind)
    in_portal = models.BooleanField()
    by_mail = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="notice_choice_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.kind}"


class MailRhythm(models.Model):
    """How often a person wants mail about notices; without a row, at once."""

    class Rhythm(models.TextChoices):
        AT_ONCE = "at_once", _("at once")
        DAILY = "daily", _("once a day")
        WEEKLY = "weekly", _("once a week")

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="mail_rhythm"
    )
    rhythm = models.CharField(max_length=8, choices=Rhythm)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.rhythm}"

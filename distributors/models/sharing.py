from django.db import models

MOST_A_DAY = 20


class LinkVisits(models.Model):
    """How often a referral link was opened on a day. A number, and nothing about who opened it."""

    link = models.ForeignKey(
        "distributors.ReferralCode", on_delete=models.CASCADE, related_name="visits", db_index=False
    )
    day = models.DateField()
    visits = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "link visits"
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="link_visits_once_a_day")]

    def __str__(self) -> str:
        return f"{self.link_id} on {self.day}: {self.visits}"


class Invitation(models.Model):
    """A letter from the company in a distributor's name. The address is forgotten when it has served."""

    sponsor = models.ForeignKey(
        "distributors.Distributor", on_delete=models.CASCADE, related_name="invitations"
    )
    key = models.CharField(max_length=32, unique=True, help_text="What the letter's link carries")
    email = models.EmailField(max_length=254, blank=True, help_text="Empty once it is forgotten")
    digest = models.CharField(
        max_length=64, help_text="Of the address: to refuse for good, and to write once, when it is forgotten"
    )
    sent_on = models.DateField()
    ordinal = models.PositiveSmallIntegerField(help_text="The sponsor's first, second … of that day")
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)
    enrolment = models.OneToOneField(
        "distributors.Enrolment",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="invitation",
        help_text="The sign-up that came of it",
    )

    class Meta:
        constraints = [
            # Two at the same moment cannot both be the last one of a day.
            models.UniqueConstraint(fields=["sponsor", "sent_on", "ordinal"], name="invitation_of_the_day"),
            models.CheckConstraint(
                condition=models.Q(ordinal__gte=1, ordinal__lte=MOST_A_DAY), name="invitation_limit_of_a_day"
            ),
            models.UniqueConstraint(fields=["sponsor", "digest"], name="invitation_once_for_each_address"),
        ]
        indexes = [models.Index(fields=["digest"], name="invitation_address")]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"


class InvitationRefusal(models.Model):
    """Somebody who wants no invitation, from anybody, ever: a digest of the address, which itself is not kept."""

    digest = models.CharField(max_length=64, unique=True)
    refused_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.digest[:8]

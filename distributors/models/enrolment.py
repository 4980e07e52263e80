from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from common.cache import forget


class Document(models.Model):
    """What a newcomer reads before joining: dated, versioned, never edited once published."""

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("distributor agreement")
        DISCLOSURE = "disclosure", _("income disclosure")

    kind = models.CharField(max_length=12, choices=Kind)
    version = models.PositiveIntegerField()
    published_on = models.DateField()
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=240, help_text="Its first sentence, shown beside links")
    body = models.TextField()
    figures = models.JSONField(default=dict, blank=True, help_text="The disclosure's table, as numbers")

    # Under this and a kind queries keep what is in force, until one is published.
    KEPT: ClassVar[str] = "document-"

    class Meta:
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="document_version_once")]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


@receiver([post_save, post_delete], sender=Document, dispatch_uid="distributors.document_changed")
def forget_document(instance: Document, **_: Any) -> None:
    """The next page asks again what is in force."""
    forget(Document.KEPT + instance.kind)


class Enrolment(models.Model):
    """A sign-up under way. The sponsor is stored here at sign-up; the place in the tree is taken, once, when
    the e-mail address is confirmed."""

    class Kind(models.TextChoices):
        DISTRIBUTOR = "distributor", _("distributor")
        CUSTOMER = "customer", _("customer")

    kind = models.CharField(max_length=12, choices=Kind, default=Kind.DISTRIBUTOR)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="enrolment")
    profile = models.OneToOneField("distributors.Profile", on_delete=models.CASCADE, related_name="enrolment")
    sponsor = models.ForeignKey(
        "distributors.Distributor", null=True, blank=True, on_delete=models.PROTECT, related_name="enrolments"
    )
    referral = models.ForeignKey(
        "distributors.ReferralCode",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="enrolments",
    )
    agreement = models.ForeignKey(Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    disclosure = models.ForeignKey(
        Document, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    signed_up_at = models.DateTimeField()
    submission = models.CharField(
        max_length=64,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="Token of the form that was sent: sent again, it is the same person",
    )
    signed_up_from = models.GenericIPAddressField(null=True, blank=True)
    place_taken_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True, help_text="When those above were told of it")
    distributor = models.OneToOneField(
        "distributors.Distributor", null=True, blank=True, on_delete=models.PROTECT, related_name="enrolment"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="customer") | Q(agreement__isnull=False, disclosure__isnull=False),
                name="enrolment_distributor_has_read",
            ),
            # A place is a distributor's; a customer's enrolment ends with a date alone.
            models.CheckConstraint(
                condition=Q(distributor__isnull=True) | Q(kind="distributor", place_taken_at__isnull=False),
                name="enrolment_place_is_dated",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place_taken_at"],
                condition=Q(told_at__isnull=True, distributor__isnull=False),
                name="enrolment_untold",
            ),
        ]

    def __str__(self) -> str:
        return f"Enrolment {self.pk}"

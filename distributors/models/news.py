from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils.translation import gettext_lazy as _

from common.cache import forget


class NewsItem(models.Model):
    """What the company says to its people: to whom, from when, and until when. Withdrawn rather than deleted."""

    class To(models.TextChoices):
        EVERYBODY = "everybody", _("everybody")
        DISTRIBUTORS = "distributors", _("distributors")
        CUSTOMERS = "customers", _("customers")

    title = models.CharField(max_length=120)
    body = models.TextField(
        help_text="An empty line between paragraphs. ## makes a heading, - a list, **bold**, [words](https://…) a link."
    )
    to = models.CharField(max_length=12, choices=To, default=To.EVERYBODY)
    # Kept as ,be,nl, so that one condition finds a word in it.
    countries = models.CharField(
        max_length=300, blank=True, help_text="Such as BE, NL; empty for every country"
    )
    ranks = models.CharField(
        max_length=300, blank=True, help_text="Career ranks, such as builder, leader; empty for every rank"
    )
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text="From then on nobody sees it")

    # Under this name queries keep which items there are, until one changes.
    KEPT: ClassVar[str] = "news-items"

    class Meta:
        ordering = ["-published_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=F("published_at")),
                name="news_withdrawn_after_published",
            ),
        ]

    def __str__(self) -> str:
        return self.title


@receiver([post_save, post_delete], sender=NewsItem, dispatch_uid="distributors.news_changed")
def forget_items(**_: Any) -> None:
    """The next page asks again which news there is."""
    forget(NewsItem.KEPT)


class NewsRead(models.Model):
    """Who has opened which piece of news."""

    item = models.ForeignKey(NewsItem, on_delete=models.CASCADE, db_index=False, related_name="reads")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="news_reads")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["item", "user"], name="news_read_once")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.user_id}"


class Question(models.Model):
    """A question to the company, with everything that was written about it."""

    class Topic(models.TextChoices):
        EARNINGS = "earnings", _("earnings")
        ORDERS = "orders", _("orders and returns")
        TEAM = "team", _("team and sponsor")
        ACCOUNT = "account", _("account and data")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for an answer")
        ANSWERED = "answered", _("answered")
        CLOSED = "closed", _("closed")

    key = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="Its name in addresses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="questions")
    topic = models.CharField(max_length=8, choices=Topic)
    subject = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    last_at = models.DateTimeField(help_text="When something was last written")

    class Meta:
        ordering = ["-last_at", "-pk"]
        permissions = [("answer_question", "May read and answer questions to the company")]
        indexes = [
            models.Index(fields=["user", "-last_at"], name="question_of_person"),
            models.Index(fields=["state", "last_at"], name="question_queue"),
        ]

    def __str__(self) -> str:
        return self.subject


class QuestionPart(models.Model):
    """One thing that was written: by whoever asked, or by the company. Nothing written is rewritten."""

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="parts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    of_company = models.BooleanField()
    text = models.TextField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["written_at", "pk"]

    def __str__(self) -> str:
        return f"{self.question_id} at {self.written_at:%Y-%m-%d}"

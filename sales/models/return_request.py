from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class ReturnRequest(models.Model):
    """A buyer wants to give goods back; somebody at the company accepts that, with a return, or says why not."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the company")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")

    key = models.UUIDField(default=uuid4, unique=True, editable=False, help_text="Its name in addresses")
    order = models.ForeignKey("sales.Order", on_delete=models.PROTECT, related_name="return_requests")
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        "distributors.User", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answer = models.CharField(max_length=300, blank=True, help_text="What the buyer reads")
    returned = models.OneToOneField(
        "sales.Return", null=True, blank=True, on_delete=models.PROTECT, related_name="request"
    )

    class Meta:
        ordering = ["asked_at", "pk"]
        permissions = [("decide_return", "may accept and refuse returns that buyers ask for")]
        indexes = [models.Index(fields=["state", "asked_at"], name="return_request_waiting")]
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="waiting"), name="return_request_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", returned__isnull=False)
                | (~Q(state="accepted") & Q(returned__isnull=True)),
                name="return_request_accepted_has_return",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.state}"


class ReturnRequestLine(models.Model):
    request = models.ForeignKey(ReturnRequest, on_delete=models.CASCADE, related_name="lines")
    order_line = models.ForeignKey("sales.OrderLine", on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["request", "order_line"], name="return_request_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="return_request_quantity"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.order_line_id}"

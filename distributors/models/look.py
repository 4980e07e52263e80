from django.conf import settings
from django.db import models


class LastLook(models.Model):
    """When somebody looked at their first page in this visit, and in the visit before: what is news to them."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="last_look"
    )
    began_at = models.DateTimeField()
    before_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.began_at}"

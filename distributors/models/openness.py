from django.db import models


class Openness(models.Model):
    """What of a person's contact data those above may see; without a row, nothing."""

    class To(models.TextChoices):
        NOBODY = "nobody", "nobody"
        SPONSOR = "sponsor", "the sponsor"
        UPLINE = "upline", "everybody above"

    profile = models.OneToOneField(
        "distributors.Profile", on_delete=models.CASCADE, primary_key=True, related_name="openness"
    )
    phone = models.CharField(max_length=8, choices=To, default=To.NOBODY)
    email = models.CharField(max_length=8, choices=To, default=To.NOBODY)
    city = models.CharField(max_length=8, choices=To, default=To.NOBODY)

    class Meta:
        verbose_name_plural = "openness"

    def __str__(self) -> str:
        return str(self.profile_id)

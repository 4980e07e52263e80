from django.conf import settings
from django.db import models


class Profile(models.Model):
    """Personal data, kept apart from the tree and the books so that it can be erased without touching
    them.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="profile"
    )
    given_name = models.CharField(max_length=80)
    family_name = models.CharField(max_length=80)
    phone = models.CharField(max_length=32, blank=True)
    contact_email = models.EmailField(
        max_length=254,
        blank=True,
        default="",
        db_default="",
        help_text="Where somebody without a login is written to; nobody signs in with it",
    )
    street = models.CharField(max_length=120, blank=True)
    postcode = models.CharField(max_length=16, blank=True)
    city = models.CharField(max_length=80, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166 code of two letters")
    birth_date = models.DateField(null=True, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

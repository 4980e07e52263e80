from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.dispatch import Signal
from django.utils import timezone

# Sent in the transaction that makes a login which may do everything, with that `user`.
superuser_made = Signal()


class UserManager(BaseUserManager["User"]):
    def create_user(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, *, email: str, password: str | None = None, **fields: Any) -> "User":
        """A login that may do everything, as `manage.py createsuperuser` makes it; the audit trail is told."""
        with transaction.atomic(using=self._db):
            user = self.create_user(
                email=email, password=password, is_staff=True, is_superuser=True, **fields
            )
            superuser_made.send(sender=type(user), user=user)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """A login, and nothing else: who the person is stands in the profile."""

    email = models.EmailField("e-mail address", unique=True)
    is_staff = models.BooleanField("works for the company", default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_any_case")]

    def __str__(self) -> str:
        return self.email

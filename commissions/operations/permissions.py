"""Who may answer for a run."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import PermissionsMixin


class NotAllowed(PermissionError):
    """This person may not do this."""


def demand(*, user_id: int, permission: str) -> None:
    """Raise NotAllowed unless the user is active and has `commissions.<permission>`."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    if not isinstance(user, PermissionsMixin) or not user.has_perm(f"commissions.{permission}"):
        raise NotAllowed("You do not have the right to do this.")

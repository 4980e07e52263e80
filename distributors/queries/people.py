"""Who stands behind a login."""

from distributors.models import Distributor


def is_shut_out(*, user_id: int) -> bool:
    """True for the login of a suspended or departed distributor."""
    return (
        Distributor.objects.filter(profile__user_id=user_id).exclude(status=Distributor.Status.GOOD).exists()
    )

"""Personal data: kept apart, changed only by its owner."""

from dataclasses import asdict, dataclass

from distributors.models import Profile


@dataclass(frozen=True, kw_only=True)
class Details:
    """What a person may change about themselves."""

    given_name: str
    family_name: str
    phone: str
    street: str
    postcode: str
    city: str
    country: str


class NoProfile(LookupError):
    """This login has no personal data, or they have been erased."""


def change(*, user_id: int, details: Details) -> None:
    """Replaces the personal data of a login. Raises NoProfile."""
    changed = Profile.objects.filter(user_id=user_id, erased_at__isnull=True).update(**asdict(details))
    if not changed:
        raise NoProfile

"""How safe a login is, for its owner."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession

from distributors.models import Openness, Profile


@dataclass(frozen=True, kw_only=True)
class Safety:
    """What protects a login, and what is under way."""

    email: str
    email_pending: str
    has_app: bool
    passkeys: int
    codes_left: int
    sessions: int

    @property
    def has_second_factor(self) -> bool:
        return self.has_app or self.passkeys > 0


def safety(*, user_id: int) -> Safety:
    """The state of e-mail, second factors and sessions of a login."""
    addresses = dict(EmailAddress.objects.filter(user_id=user_id).values_list("verified", "email"))
    factors = list(Authenticator.objects.filter(user_id=user_id))
    kinds = [factor.type for factor in factors]
    codes = [factor for factor in factors if factor.type == Authenticator.Type.RECOVERY_CODES]
    return Safety(
        email=addresses.get(True, ""),
        email_pending=addresses.get(False, ""),
        has_app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        codes_left=len(codes[0].wrap().get_unused_codes()) if codes else 0,
        sessions=UserSession.objects.filter(user_id=user_id).count(),
    )


def profile(*, user_id: int) -> Profile | None:
    """The personal data behind a login; None for staff without any, and after erasure."""
    return Profile.objects.filter(user_id=user_id, erased_at__isnull=True).first()


def openness(*, user_id: int) -> dict[str, str]:
    """To whom a person shows telephone, e-mail and town: "nobody", "sponsor" or "upline"."""
    mine = Openness.objects.filter(profile__user_id=user_id).first()
    fields = ("phone", "email", "city")
    return {name: getattr(mine, name) if mine else str(Openness.To.NOBODY) for name in fields}

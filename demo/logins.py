"""Logins of the demo: a password everybody may know, and a second factor that `make demo-code` computes."""

from time import time

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.contrib.auth.models import Group, Permission

from demo.cast import PORTAL, STAFF, STAFF_APPROVER, STAFF_PREPARER, Role
from distributors.models import Profile, User

PASSWORD = "linden-and-rye"  # noqa: S105 - printed on purpose; set_up refuses to run outside the demo
TOTP_SECRET = "LINDENRYEDEMOONLYLINDENRYEDEMOXX"  # noqa: S105 - likewise
PERIOD_SECONDS = 30

APPS = ("distributors", "sales", "commissions", "common")
# What the two of the office may do beyond looking at everything.
DUTIES = {
    STAFF_PREPARER: (
        "Month preparers",
        {"prepare_run", "request_sponsor_change", "request_adjustment", "withhold_earnings", "answer_question",
         "add_newsitem", "change_newsitem", "add_product", "change_product", "add_productterms",
         "change_productterms", "add_order", "change_order", "add_return", "add_returnline", "change_customer",
         "change_distributor", "change_profile", "add_document", "decide_return"},
    ),
    STAFF_APPROVER: (
        "Month approvers",
        {"approve_run", "approve_sponsor_change", "approve_adjustment", "withhold_earnings", "lift_freeze",
         "approve_page"},
    ),
}  # fmt: skip


class NoSuchLogin(LookupError):
    """The demo has no login with a second factor under this address."""


def staff() -> dict[Role, User]:
    """The two of the office, each with their rights and a second factor; made once."""
    return {role: _clerk(role) for role in STAFF}


def open_portal_logins() -> None:
    """Gives the cast the demo's password and a confirmed address, so that they can sign in at once."""
    for role in PORTAL:
        user = User.objects.get(email=role.email)
        if not user.has_usable_password():
            user.set_password(PASSWORD)
            user.save(update_fields=["password"])
        EmailAddress.objects.filter(user=user, email=role.email).update(verified=True)


def code(*, email: str, at: float | None = None) -> str:
    """The six digits a staff login is asked for at this moment (seconds since 1970). Raises NoSuchLogin."""
    if email not in {role.email for role in STAFF}:
        raise NoSuchLogin(
            f"{email} has no second factor; {', '.join(role.email for role in STAFF)} have one."
        )
    counter = int(time() if at is None else at) // PERIOD_SECONDS
    return str(format_hotp_value(hotp_value(TOTP_SECRET, counter)))


def _clerk(role: Role) -> User:
    user = User.objects.filter(email=role.email).first()
    if user is None:
        user = User.objects.create_user(email=role.email, password=PASSWORD, is_staff=True)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        Profile.objects.create(user=user, given_name=role.given, family_name=role.family)
    user.groups.set([_group(*DUTIES[role])])
    if not Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        TOTP.activate(user, TOTP_SECRET)
        RecoveryCodes.activate(user)
    return user


def _group(name: str, rights: set[str]) -> Group:
    group, _ = Group.objects.get_or_create(name=name)
    ours = Permission.objects.filter(content_type__app_label__in=APPS)
    group.permissions.set(
        [right for right in ours if right.codename.startswith("view_") or right.codename in rights]
    )
    return group

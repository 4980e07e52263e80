"""What allauth asks of us: nobody gets an account past our sign-up, and confirming an address completes
it.
"""

import logging
from base64 import urlsafe_b64encode
from hashlib import sha256
from smtplib import SMTPException
from time import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core import context as core_context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from distributors.operations import enrolment
from distributors.operations.enrolment import TreeBusy
from distributors.queries import people
from sales.operations import customers

log = logging.getLogger(__name__)

# Whoever has a login buys at the customer's price and can never earn.
CUSTOMER_KIND = "preferred"
FIRST_PAGE = {"staff": "staff-overview", "customer": "catalogue", "newcomer": "join-waiting"}
SEALED = "sealed:"
SIGNED_IN_AT = "signed_in_at"
# Mails somebody waits for in front of the page; the others only tell what has happened.
AWAITED = {
    f"account/email/{name}"
    for name in (
        "email_confirmation", "email_confirmation_signup", "password_reset_key", "account_already_exists",
        "unknown_account",
    )
}  # fmt: skip
SENT = "account/messages/email_confirmation_sent.txt"
# What allauth's forms refuse, in the portal's words; who is known here is not told.
REFUSALS = {
    "account_inactive": gettext_lazy("This account is closed. Please write to the company."),
    "duplicate_email": gettext_lazy("This is your address already."),
    "email_password_mismatch": gettext_lazy(
        "Address and password do not fit together. Please look at both again."
    ),
    "email_taken": gettext_lazy("This address belongs to another account."),
    "enter_current_password": gettext_lazy("This is not your password."),
    "incorrect_code": gettext_lazy(
        "This code does not fit. Take the one the app shows now, or an unused recovery code."
    ),
    "incorrect_password": gettext_lazy("This is not your password."),
    "invalid_login": gettext_lazy("Address and password do not fit together. Please look at both again."),
    "invalid_password_reset": gettext_lazy("This link has done its work. Please ask for a new one."),
    "too_many_login_attempts": gettext_lazy("Too many attempts. Please wait some minutes and try again."),
    "rate_limited": gettext_lazy("Too many attempts. Please wait some minutes and try again."),
    "same_as_current": gettext_lazy("This is the one you have already."),
}
FACTOR_REFUSALS = {
    "add_email_blocked": gettext_lazy("Turn your second factor off before you add an address."),
    "cannot_delete_authenticator": gettext_lazy("This second factor cannot be turned off."),
    "cannot_generate_recovery_codes": gettext_lazy(
        "Recovery codes belong to a second factor. Set up an authenticator app or a passkey first."
    ),
    "incorrect_code": REFUSALS["incorrect_code"],
    "unverified_email": gettext_lazy("Please confirm your e-mail address before you set up a second factor."),
}
WAYS_TO_SHOW = {
    "reauthenticate": gettext_lazy("With your password"),
    "mfa_reauthenticate": gettext_lazy("With a code of the app, or a recovery code"),
    "mfa_reauthenticate:webauthn": gettext_lazy("With a passkey"),
}
NOT_SENT = gettext_lazy(
    "The message could not be sent just now; nothing you wrote is lost. Please try again in a few minutes."
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | REFUSALS

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """allauth's own form knows no sponsor: whoever comes there is led to ours."""
        raise ImmediateHttpResponse(redirect("join"))

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        me = people.me(user_id=request.user.pk) if request.user.pk else None
        name = FIRST_PAGE.get(me.kind, "home") if me else "home"
        try:
            return reverse(name)
        except NoReverseMatch:
            return "/"

    def get_signup_redirect_url(self, request: HttpRequest) -> str:
        return self.get_login_redirect_url(request)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """The address is confirmed and the place taken, or neither: a busy tree leaves the link good for
        later.
        """
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except TreeBusy as busy:
            page = render(request, "distributors/busy.html", {"sentence": str(busy)}, status=503)
            raise ImmediateHttpResponse(page) from busy

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A mail server that does not answer is no reason to lose a sign-up: every mail can be asked for
        again.
        """
        site = {"name": settings.COMPANY_NAME, "domain": settings.SITE_URL.split("://")[-1]}
        try:
            super().send_mail(template_prefix, email, {"current_site": site, **context})
        except (SMTPException, OSError):
            log.exception("Mail %s could not be sent", template_prefix)
            if template_prefix in AWAITED and core_context.request is not None:
                # Said of every address alike: whether it is known shows no more than before.
                core_context.request.mail_failed = True
                messages.error(core_context.request, NOT_SENT)

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Nobody is told that a mail was sent when it was not."""
        if getattr(request, "mail_failed", False) and message_template == SENT:
            return
        super().add_message(request, level, message_template, *args, **kwargs)

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **kwargs: Any) -> HttpResponse:
        """Whatever the way was, after every step of it: noted for this session alone."""
        request.session[SIGNED_IN_AT] = time()
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Whoever has signed in within the last minutes has shown who they are: they are not asked at once again.

        Approvals name no app: what is posted to people's balances is confirmed by itself, however fresh the sign-in.
        """
        request = core_context.request
        if app and request is not None and _signed_in_lately(request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def get_reauthentication_methods(self, user: AbstractBaseUser | AnonymousUser) -> list[dict[str, Any]]:
        ways = super().get_reauthentication_methods(user)
        return [{**way, "description": WAYS_TO_SHOW[way["id"]]} for way in ways]


def _signed_in_lately(request: HttpRequest) -> bool:
    """True while the sign-in of this session is as young as a password given again may be."""
    at: float = request.session.get(SIGNED_IN_AT, 0)
    return time() - at < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets of authenticators lie sealed in the database; what was stored open before is still read."""

    error_messages = DefaultMFAAdapter.error_messages | FACTOR_REFUSALS

    def generate_authenticator_name(self, user: AbstractBaseUser, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user=user, type=type).count() + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def encrypt(self, text: str) -> str:
        return SEALED + _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        if not encrypted_text.startswith(SEALED):
            return encrypted_text
        return _seal().decrypt(encrypted_text.removeprefix(SEALED).encode()).decode()


def _seal() -> Fernet:
    key = sha256(b"second factor:" + settings.SECRET_KEY.encode()).digest()
    return Fernet(urlsafe_b64encode(key))


def complete(sender: object, request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Signal email_confirmed: completes the enrolment, if this was its first confirmed address."""
    complete_enrolment(user_id=email_address.user_id)


def complete_enrolment(*, user_id: int) -> bool:
    """A distributor takes the place, a customer is registered; in one transaction, once.

    True if that was now.
    """
    now = timezone.now()
    with transaction.atomic():
        confirmed = enrolment.confirm(user_id=user_id, now=now)
        if confirmed is None:
            return False
        if confirmed.kind == "customer" and confirmed.sponsor_id is not None:
            customers.register(
                profile_id=confirmed.profile_id,
                distributor_id=confirmed.sponsor_id,
                kind=CUSTOMER_KIND,
                now=now,
            )
    return True


def waiting(request: HttpRequest) -> HttpResponse:
    """For somebody whose sign-up is not complete: their address is confirmed, so the button can complete
    it.
    """
    if not request.user.is_authenticated:
        return redirect("account_login")
    me = people.me(user_id=request.user.pk)
    if me is None or me.kind != "newcomer":
        return redirect("home")
    if not EmailAddress.objects.filter(user_id=request.user.pk, verified=True).exists():
        return redirect("account_email_verification_sent")
    sentence = ""
    if request.method == "POST":
        try:
            done = complete_enrolment(user_id=request.user.pk)
        except TreeBusy as busy:
            done, sentence = False, str(busy)
        if done:
            return redirect("home")
    return render(request, "distributors/waiting.html", {"sentence": sentence})

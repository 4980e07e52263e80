"""allauth's forms in the portal's words; what they check and do is allauth's."""

from typing import Any, ClassVar

from allauth.account import forms as account
from allauth.mfa.base import forms as factor
from allauth.mfa.totp import forms as app
from allauth.mfa.webauthn import forms as passkey
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

EMAIL, PASSWORD, NEW, AGAIN = _("E-mail"), _("Password"), _("New password"), _("New password, once more")
CODE = _("Code of the app, or a recovery code")


class Worded:
    """Labels and help of the fields; no placeholders, which would say the label a second time."""

    labels: ClassVar[dict[str, Promise]] = {}
    helps: ClassVar[dict[str, Promise]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():  # type: ignore[attr-defined]
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, field.help_text)
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Worded, account.LoginForm):  # type: ignore[misc]
    labels: ClassVar = {"login": EMAIL, "password": PASSWORD, "remember": _("Stay signed in on this device")}
    helps: ClassVar = {"remember": _("For some hours, also after the browser was closed.")}


class AddEmailForm(Worded, account.AddEmailForm):  # type: ignore[misc]
    labels: ClassVar = {"email": _("New address")}


class ResetPasswordForm(Worded, account.ResetPasswordForm):  # type: ignore[misc]
    labels: ClassVar = {"email": EMAIL}


class ResetPasswordKeyForm(Worded, account.ResetPasswordKeyForm):  # type: ignore[misc]
    labels: ClassVar = {"password1": NEW, "password2": AGAIN}


class ChangePasswordForm(Worded, account.ChangePasswordForm):  # type: ignore[misc]
    labels: ClassVar = {"oldpassword": _("Password until now"), "password1": NEW, "password2": AGAIN}


class SetPasswordForm(Worded, account.SetPasswordForm):  # type: ignore[misc]
    labels: ClassVar = {"password1": PASSWORD, "password2": _("Password, once more")}


class ReauthenticateForm(Worded, account.ReauthenticateForm):  # type: ignore[misc]
    labels: ClassVar = {"password": PASSWORD}


class SecondFactorForm(Worded, factor.AuthenticateForm):  # type: ignore[misc]
    labels: ClassVar = {"code": CODE}


class SecondFactorAgainForm(Worded, factor.ReauthenticateForm):  # type: ignore[misc]
    labels: ClassVar = {"code": CODE}


class ActivateAppForm(Worded, app.ActivateTOTPForm):  # type: ignore[misc]
    labels: ClassVar = {"code": _("Code")}


class AddPasskeyForm(Worded, passkey.AddWebAuthnForm):  # type: ignore[misc]
    labels: ClassVar = {"name": _("Name"), "passwordless": _("Open my account with it alone")}
    helps: ClassVar = {
        "name": _("As you call the device or the key, to tell them apart."),
        "passwordless": _("Then no password is asked. The key must ask for your finger, your face or a PIN."),
    }


class RenamePasskeyForm(Worded, passkey.EditWebAuthnForm):  # type: ignore[misc]
    labels: ClassVar = {"name": _("Name")}

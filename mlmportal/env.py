"""Settings come from the environment: typed, from a file when it is a secret, refused when not understood."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

from babel import Locale
from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off", ""}

# Every variable of ours, so that a misspelt one is refused instead of silently ignored.
KNOWN = {
    "PORTAL_MODE", "PORTAL_SECRET_KEY", "PORTAL_SECRET_KEY_FILE", "PORTAL_ALLOWED_HOSTS", "PORTAL_SITE_URL",
    "PORTAL_COMPANY", "PORTAL_CURRENCY", "PORTAL_LOCALE", "PORTAL_TIME_ZONE", "PORTAL_TRUSTED_PROXIES",
    "PORTAL_MAIL_FROM", "PORTAL_HSTS_SECONDS", "PORTAL_LOG_LEVEL", "PORTAL_VAR",
    "PORTAL_LARGE_ITEM", "PORTAL_COMPANY_ADDRESS", "PORTAL_RETURN_DAYS", "PORTAL_MARKETS",
    "PORTAL_BANK", "PORTAL_PAY_DAYS",
    "PORTAL_AUDIT_KEY", "PORTAL_AUDIT_KEY_FILE", "PORTAL_AUDIT_KEY_FALLBACKS", "PORTAL_AUDIT_KEY_FALLBACKS_FILE",
}  # fmt: skip


def refuse_unknown(environ: Mapping[str, str]) -> None:
    unknown = sorted(name for name in environ if name.startswith("PORTAL_") and name not in KNOWN)
    if unknown:
        raise ImproperlyConfigured(
            f"Unknown settings {', '.join(unknown)}; known are {', '.join(sorted(KNOWN))}"
        )


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def secret(name: str, default: str = "") -> str:
    """The value itself, or the content of the file that NAME_FILE names."""
    path = text(f"{name}_FILE")
    if path and text(name):
        raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both")
    if not path:
        return text(name, default)
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error}") from error


def secret_lines(name: str) -> list[str]:
    """Several secrets, one on each line."""
    return [line.strip() for line in secret(name).splitlines() if line.strip()]


def flag(name: str, default: bool) -> bool:
    value = text(name, "yes" if default else "no").lower()
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be yes or no, not {value!r}")


def number(name: str, default: int, *, least: int = 0) -> int:
    value = text(name, str(default))
    if not (value.isascii() and value.isdigit()) or int(value) < least:
        raise ImproperlyConfigured(f"{name} must be a whole number of at least {least}, not {value!r}")
    return int(value)


def choice(name: str, default: str, allowed: set[str]) -> str:
    value = text(name, default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(sorted(allowed))}, not {value!r}")
    return value


def words(name: str, default: str = "") -> list[str]:
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def countries(name: str, default: str) -> list[str]:
    """ISO 3166 codes of two letters, parted by commas."""
    codes = words(name, default)
    for code in codes:
        if len(code) != 2 or code not in Locale("en").territories:
            raise ImproperlyConfigured(f"{name} holds codes of countries such as BE, NL, not {code!r}")
    return codes


def lines(name: str, default: str = "") -> list[str]:
    """Parts with semicolons between them; those that are empty are left out."""
    return [part.strip() for part in text(name, default).split(";") if part.strip()]


def bank(name: str, default: str) -> dict[str, str]:
    """Whose account it is, its number, and the bank's code where one is needed; nothing where nothing is said.

    A number that looks like an IBAN has to have the right check digits: every buyer would pay to it.
    """
    parts = lines(name, default)
    if not parts:
        return {}
    if len(parts) not in (2, 3):
        raise ImproperlyConfigured(f"{name} is whose account, its number and, if needed, the bank's code")
    found = dict(zip(("holder", "account", "code"), [*parts, ""][:3], strict=True))
    bare = found["account"].replace(" ", "").upper()
    if re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", bare):
        turned = "".join(str(int(sign, 36)) for sign in bare[4:] + bare[:4])
        if int(turned) % 97 != 1:
            raise ImproperlyConfigured(f"{name}: the check digits of {found['account']} do not fit")
    return found

"""Form fields of more than one app: text without what deceives, names, telephone numbers, countries."""

import unicodedata
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

NO_COUNTRIES = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
# Joiners belong to names in several scripts; every other invisible character can only deceive.
ALLOWED_INVISIBLE = {"\u200c", "\u200d"}


def plain_text(value: str) -> str:
    """Composed (NFC), spaces joined, without control characters or ones that turn the direction of text."""
    kept = (
        character
        for character in unicodedata.normalize("NFC", value)
        if character in ALLOWED_INVISIBLE or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co"}
    )
    return " ".join("".join(kept).split())


class PlainField(forms.CharField):
    """One line of text without invisible characters."""

    def to_python(self, value: Any) -> str:
        # Before it is asked whether something was written: of invisible characters alone nothing was.
        return plain_text(super().to_python(value) or "")


class StoryField(forms.CharField):
    """Several paragraphs of text: an empty line parts two of them, and nothing invisible is kept."""

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        lines = [plain_text(line) for line in str(super().clean(value) or "").splitlines()]
        paragraphs = "\n".join(lines).split("\n\n")
        return "\n\n".join(part.strip("\n") for part in paragraphs if part.strip())


class NameField(forms.CharField):
    """A name as people write it: any script, no invisible characters, at least one letter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=80, **kwargs)

    def clean(self, value: Any) -> str:
        name = plain_text(super().clean(value))
        if not any(character.isalpha() for character in name):
            raise ValidationError(_("Please write the name with letters."))
        return name


class PhoneField(forms.CharField):
    """A telephone number in international form, as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("With the country, for example +32 470 12 34 56."))
        super().__init__(
            max_length=32, widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        phone = plain_text(super().clean(value))
        digits = "".join(character for character in phone if character.isascii() and character.isdigit())
        if phone and (not 6 <= len(digits) <= 15 or not set(phone) <= set("+0123456789 ()/.-")):
            raise ValidationError(_("Please write a telephone number with 6 to 15 digits."))
        return phone


def countries() -> dict[str, str]:
    """ISO 3166 codes of two letters with names in the reader's language, by name."""
    locale = Locale.parse((get_language() or settings.LANGUAGE_CODE).replace("-", "_"))
    named = {
        code: name
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES
    }
    return dict(sorted(named.items(), key=lambda pair: _as_sorted(pair[1])))


def _as_sorted(name: str) -> tuple[str, str]:
    """Österreich beside Oman: letters with a mark stand beside those without."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", name) if not unicodedata.combining(sign))
    return bare.casefold(), name


def country_choices() -> list[tuple[str, Any]]:
    """Nothing chosen; then the company's markets, then all other countries, each group by name."""
    named = countries()
    ours = [(code, name) for code, name in named.items() if code in settings.COMPANY_MARKETS]
    others = [(code, name) for code, name in named.items() if code not in settings.COMPANY_MARKETS]
    groups = [(_("Where we sell"), ours), (_("Other countries"), others)] if ours else [*others]
    return [("", _("Choose a country")), *groups]


def likely_country(*, of: str) -> str:
    """What stands chosen in a form: the country `of` whoever brought somebody, if the company sells there; its only
    market; or nothing."""
    markets = settings.COMPANY_MARKETS
    if of in markets:
        return of
    return markets[0] if len(markets) == 1 else ""


def country_field(**kwargs: Any) -> forms.ChoiceField:
    """A choice of countries, named in the reader's language when the form is shown."""
    return forms.ChoiceField(
        choices=country_choices, widget=forms.Select(attrs={"autocomplete": "country"}), **kwargs
    )

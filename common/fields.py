"""Form fields of more than one app: text without what deceives, names, telephone numbers, countries."""

import unicodedata
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

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


def countries() -> list[tuple[str, str]]:
    """ISO 3166 codes of two letters with names in the reader's language, by name."""
    locale = Locale.parse((get_language() or settings.LANGUAGE_CODE).replace("-", "_"))
    named = [
        (code, name)
        for code, name in locale.territories.items()
        if len(code) == 2 and code.isalpha() and code not in {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ"}
    ]
    return [("", "—"), *sorted(named, key=lambda pair: pair[1])]


def country_field(**kwargs: Any) -> forms.ChoiceField:
    """A choice of countries, named in the reader's language when the form is shown."""
    return forms.ChoiceField(
        choices=countries, widget=forms.Select(attrs={"autocomplete": "country"}), **kwargs
    )

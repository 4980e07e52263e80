"""Form fields of more than one app: text without what deceives."""

import unicodedata
from typing import Any

from django import forms

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

    def clean(self, value: Any) -> str:
        return plain_text(super().clean(value))


class StoryField(forms.CharField):
    """Several paragraphs of text: an empty line parts two of them, and nothing invisible is kept."""

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows}), **kwargs)

    def clean(self, value: Any) -> str:
        lines = [plain_text(line) for line in str(super().clean(value) or "").splitlines()]
        paragraphs = "\n".join(lines).split("\n\n")
        return "\n\n".join(part.strip("\n") for part in paragraphs if part.strip())

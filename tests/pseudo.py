"""A made-up language: every text that is translated stands between ⟦ and ⟧ and is two fifths longer.

What a page then shows outside the brackets was never given to a translator; what breaks at that length would break in
German or Finnish.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import pytest
from django.utils.translation import _trans

FILLER = (
    "longer words in other tongues take more room than those of this one do and so must every line of a page "
)
OPEN, SHUT = "⟦", "⟧"
SPOKEN = {"alt", "title", "placeholder", "aria-label", "aria-description"}
# Neither words nor anybody's text: units that a plan names, currencies, what stands in code.
UNITS = {"PV", "GV", "CV", "EUR", "CSV", "PDF", "XLSX", "QR", "JSON", "IBAN", "SKU", "ID", "UTC", "No"}


def spoken(message: str) -> str:
    """The message in the made-up language; what stands in % marks and tags is left alone."""
    if not message or not message.strip():
        return message
    room = max(2, len(message) * 2 // 5)
    return f"{OPEN}{message} {(FILLER * (room // len(FILLER) + 1))[:room].rstrip()}{SHUT}"


@contextmanager
def language() -> Iterator[None]:
    """Everything that is translated while this lasts comes out in the made-up language."""
    real = {name: getattr(_trans, name) for name in ("gettext", "pgettext", "ngettext", "npgettext")}

    def gettext(message: str) -> str:
        return spoken(str(real["gettext"](message)))

    def pgettext(context: str, message: str) -> str:
        return spoken(str(real["pgettext"](context, message)))

    def ngettext(singular: str, plural: str, number: int) -> str:
        return spoken(str(real["ngettext"](singular, plural, number)))

    def npgettext(context: str, singular: str, plural: str, number: int) -> str:
        return spoken(str(real["npgettext"](context, singular, plural, number)))

    with pytest.MonkeyPatch.context() as patch:
        for word in (gettext, pgettext, ngettext, npgettext):
            patch.setattr(_trans, word.__name__, word)
        yield


class _Outside(HTMLParser):
    """Collects what a page says outside the brackets: texts, and attributes that are read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.silent = 0, 0
        self.found: list[str] = []
        self.inside = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style", "code", "pre", "textarea", "svg"):
            self.silent += 1
        for name, value in attrs:
            if name in SPOKEN and value:
                self.found.append(re.sub(f"{OPEN}[^{SHUT}]*{SHUT}", " ", _unnested(value)))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "code", "pre", "textarea", "svg"):
            self.silent -= 1

    def handle_data(self, data: str) -> None:
        if self.silent:
            return
        kept = []
        for part in re.split(f"([{OPEN}{SHUT}])", data):
            if part in (OPEN, SHUT):
                self.depth += 1 if part == OPEN else -1
                self.inside += part == OPEN
            elif self.depth <= 0:
                kept.append(part)
        self.found.append("".join(kept))


def _unnested(text: str) -> str:
    """Innermost brackets first, until none is left but the outermost."""
    while (
        shorter := re.sub(f"{OPEN}([^{OPEN}{SHUT}]*){OPEN}[^{OPEN}{SHUT}]*{SHUT}", rf"{OPEN}\1", text)
    ) != text:
        text = shorter
    return text


def untranslated(*, html: str, known: set[str]) -> list[str]:
    """The texts with words in them that no translator ever sees. `known` is what people and the company wrote."""
    page = _Outside()
    page.feed(html)
    page.close()
    if not page.inside:
        raise AssertionError("Nothing on the page is in the made-up language: it was not switched on")
    said = sorted(known | UNITS, key=len, reverse=True)
    left = []
    for text in page.found:
        rest = text
        for one in said:
            rest = rest.replace(one, " ")
        rest = re.sub(r"[\w.+-]+@[\w.-]+|https?://\S+|[\w-]+\.\w+/\S*", " ", rest)
        if re.search(r"[^\W\d_]{3,}", rest):
            left.append(" ".join(text.split()))
    return left

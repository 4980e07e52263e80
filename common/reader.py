"""In whose form numbers are written: the reader's own, as their browser asks for it.

The language of the words is another matter: those are Django's to choose, among the languages the portal speaks.
"""

from collections.abc import Callable
from contextvars import ContextVar
from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, to_locale
from django.utils.translation.trans_real import parse_accept_lang_header

_asked: ContextVar[str] = ContextVar("asked", default="")


def locale() -> str:
    """Babel's name (de_DE) of the form: the company's where it speaks the reader's language, else the reader's own.
    Where nobody reads, or said nothing, the language that is spoken decides."""
    asked = _asked.get() or to_locale(get_language() or settings.COMPANY_LOCALE)
    company: str = settings.COMPANY_LOCALE
    return company if company.split("_")[0] == asked.split("_")[0] else asked


def in_their_form(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """While a request is answered, numbers are written as its reader writes them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        before = _asked.set(first_known(request.META.get("HTTP_ACCEPT_LANGUAGE", "")))
        try:
            return get_response(request)
        finally:
            _asked.reset(before)

    return middleware


def first_known(header: str) -> str:
    """The first of a browser's languages whose numbers are known; empty where there is none."""
    return next((found for tag, _ in parse_accept_lang_header(header) if (found := _known(tag))), "")


@lru_cache(maxsize=1000)
def _known(tag: str) -> str:
    try:
        return str(Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return ""

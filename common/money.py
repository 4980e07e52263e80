"""Money, volumes and rates at the edges: read from text, written for people. Inside they are integers.

Money is whole minor units of a currency (cents of EUR, yen of JPY, fils of KWD), volumes are hundredths of a point,
rates are parts per million. Pure: no Django, no settings.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import (
    UnknownCurrencyError,
    format_currency,
    format_decimal,
    get_currency_precision,
    validate_currency,
)

MINUS = "\u2212"
NO_BREAK = "\u00a0"
LARGEST = 10**15  # the engine's bound, see docs/money.md
# ASCII digits alone: str.isdigit and \d would let full-width and Arabic digits through.
NUMBER = re.compile(r"([-+\u2212]?)([0-9]{1,19})(?:\.([0-9]{1,19}))?")
# A statement says few rates many times, and Babel takes a tenth of a millisecond for each.
REMEMBERED = 4096
SAMPLE = "8"
LETTER_THEN_DIGIT = re.compile(r"(?<=[^\W\d_])(?=\d)")


class MoneyError(ValueError):
    """A text that is no amount, in words for the person who typed it."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency and how many decimals it has: 0 (JPY), 2 (EUR) or 3 (KWD)."""

    code: str
    exponent: int


def currency(*, code: str) -> Currency:
    """The currency of an ISO 4217 code. Raises MoneyError for a code nobody knows."""
    try:
        validate_currency(code)
    except UnknownCurrencyError as error:
        raise MoneyError(f"{code!r} is not a currency.") from error
    return Currency(code, int(get_currency_precision(code)))


def parse_money(*, text: str, currency: Currency) -> int:
    """Minor units of a text like 12.50: ASCII digits, a point, no grouping. Raises MoneyError.

    One digit too many is refused, never rounded; NaN, infinity and exponents are no amounts.
    """
    return _parse(text, currency.exponent, currency.code)


def parse_volume(*, text: str) -> int:
    """Hundredths of a point of a text like 62.5. Raises MoneyError."""
    return _parse(text, 2, "Points")


def minor_to_decimal(*, amount: int, currency: Currency) -> Decimal:
    """Minor units as a Decimal of major units with all its decimals: 650 cents are 6.50."""
    return Decimal(amount).scaleb(-currency.exponent)


def format_money(amount: int, currency: str, locale: str, signed: bool = False) -> str:
    """Minor units in the reader's locale with the currency's own decimals. A minus is U+2212 and stands first.

    `signed` puts a + before what is more than nothing; nothing has no sign.
    """
    exponent = _precision(currency)
    digits = str(abs(amount)).rjust(exponent + 1, "0")
    return _sign(amount, signed) + _money_layout(len(digits), currency, locale) % tuple(digits)


def format_volume(hundredths: int, unit: str, locale: str) -> str:
    """Hundredths of a point with two decimals and their unit, which may be empty: 6,128.40 GV."""
    digits = str(abs(hundredths)).rjust(3, "0")
    text = _volume_layout(len(digits), locale) % tuple(digits)
    return _sign(hundredths, False) + text + (NO_BREAK + unit if unit else "")


def format_count(number: int, locale: str) -> str:
    """A whole number in the reader's grouping, as Babel writes it: 104,233."""
    if number < 0:
        return str(format_decimal(number, locale=_locale(locale)))
    digits = str(int(number))
    return _count_layout(len(digits), locale) % tuple(digits)


@lru_cache(maxsize=REMEMBERED)
def _money_layout(length: int, currency: str, locale: str) -> str:
    """Where the digits of an amount of so many go. Amounts of one length look alike, and Babel takes longer for one
    than a page for a hundred."""
    sample = Decimal(int(SAMPLE * length)).scaleb(-get_currency_precision(currency))
    return _with_places(format_currency(sample, currency, locale=_locale(locale)))


@lru_cache(maxsize=REMEMBERED)
def _volume_layout(length: int, locale: str) -> str:
    sample = Decimal(int(SAMPLE * length)).scaleb(-2)
    return _with_places(format_decimal(sample, format="#,##0.00", locale=_locale(locale)))


@lru_cache(maxsize=REMEMBERED)
def _count_layout(length: int, locale: str) -> str:
    text: str = format_decimal(int(SAMPLE * length), locale=_locale(locale))
    return text.replace("%", "%%").replace(SAMPLE, "%s")


@lru_cache(maxsize=REMEMBERED)
def _precision(currency: str) -> int:
    return int(get_currency_precision(currency))


def _with_places(text: str) -> str:
    return _unbroken(text).replace("%", "%%").replace(SAMPLE, "%s")


@lru_cache(maxsize=REMEMBERED)
def format_rate(ppm: int, locale: str, *, least: int = 0) -> str:
    """Parts per million as a percentage with no more decimals than it has, or than `least`: 8 %, 12.5 %, 38.0 %."""
    value = Decimal(abs(ppm)).scaleb(-4)
    return (
        _sign(ppm, False)
        + _unbroken(
            format_decimal(value, format=f"0.{'0' * least}{'#' * (4 - least)}", locale=_locale(locale))
        )
        + NO_BREAK
        + "%"
    )


def _parse(text: str, exponent: int, what: str) -> int:
    match = NUMBER.fullmatch(text.strip())
    if match is None:
        raise MoneyError(
            "Write a number like 12.50, with a point before the decimals and nothing between the digits."
        )
    sign, whole, fraction = match.group(1), match.group(2), match.group(3) or ""
    if len(fraction) > exponent:
        raise MoneyError(f"{what} has {exponent} decimals, this number has {len(fraction)}.")
    amount = int(whole + fraction.ljust(exponent, "0"))
    if amount > LARGEST:
        raise MoneyError("This number is too large.")
    return -amount if sign in ("-", MINUS) else amount


def _sign(amount: int, signed: bool) -> str:
    if amount < 0:
        return MINUS
    return "+" if signed and amount > 0 else ""


def _unbroken(text: str) -> str:
    # A code in letters does not stick to its figures: KWD 1.234 (CLDR's currency spacing, which Babel leaves out).
    return LETTER_THEN_DIGIT.sub(NO_BREAK, text).replace(" ", NO_BREAK)


def _locale(locale: str) -> str:
    """Babel's spelling: en_GB, where browsers and Django write en-gb."""
    return locale.replace("-", "_")


__all__ = [
    "Currency",
    "MoneyError",
    "currency",
    "format_count",
    "format_money",
    "format_rate",
    "format_volume",
    "minor_to_decimal",
    "parse_money",
    "parse_volume",
]

"""Money and volumes as people read them. (First version; the engine's author completes it.)"""

from decimal import Decimal

from babel.numbers import format_currency, format_decimal, get_currency_precision

MINUS = "\u2212"


def format_money(amount: int, currency: str, locale: str, signed: bool = False) -> str:
    exponent = get_currency_precision(currency)
    text = str(format_currency(Decimal(abs(amount)).scaleb(-exponent), currency, locale=locale))
    sign = MINUS if amount < 0 else "+" if signed and amount > 0 else ""
    return sign + text


def format_volume(hundredths: int, unit: str, locale: str) -> str:
    text = str(format_decimal(Decimal(abs(hundredths)).scaleb(-2), format="#,##0.00", locale=locale))
    return (MINUS if hundredths < 0 else "") + text + (f"\u00a0{unit}" if unit else "")


def format_rate(ppm: int, locale: str) -> str:
    return str(format_decimal(Decimal(ppm).scaleb(-4), format="0.####", locale=locale)) + "\u00a0%"

"""Amounts and volumes as the admin shows them."""

from django.conf import settings

from common.money import format_money, format_volume


def money(amount: int | None, currency: str = "") -> str:
    """As people write it; nothing for the empty row of a form that came in broken."""
    if amount is None:
        return ""
    return format_money(amount, currency or settings.COMPANY_CURRENCY, settings.COMPANY_LOCALE)


def volume(hundredths: int | None) -> str:
    """Points as people write them; nothing for an empty row."""
    if hundredths is None:
        return ""
    return format_volume(hundredths, "", settings.COMPANY_LOCALE)

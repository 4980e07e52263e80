"""What is shown here and never edited by hand."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from common.money import format_money, format_volume


class NoDelete:
    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnly(NoDelete):
    """Neither added, changed nor deleted here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def money(amount: int, currency: str = "") -> str:
    return format_money(amount, currency or settings.COMPANY_CURRENCY, settings.COMPANY_LOCALE)


def volume(hundredths: int) -> str:
    return format_volume(hundredths, "", settings.COMPANY_LOCALE)

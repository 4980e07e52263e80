"""What every template knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def portal(request: HttpRequest) -> dict[str, Any]:
    return {
        "company": {
            "name": settings.COMPANY_NAME,
            "currency": settings.COMPANY_CURRENCY,
            "locale": settings.COMPANY_LOCALE,
            "timezone": settings.COMPANY_TIME_ZONE,
            "site_url": settings.SITE_URL,
        },
        "me": None,
        "disclosure_sentence": "",
    }

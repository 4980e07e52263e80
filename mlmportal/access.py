"""Who may enter the company's side."""

from django.http import HttpRequest


def used_second_factor(request: HttpRequest) -> bool:
    """True when this session was opened (or raised) with a second factor or a passkey."""
    records = request.session.get("account_authentication_methods", [])
    return any(record.get("method") == "mfa" for record in records)

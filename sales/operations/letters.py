"""Letters to who bought: to the address they sign in with, or for a guest to the one that came with the order."""

from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from common.mail import KEY
from sales.models import GuestOrder, Order
from sales.queries import guests


def is_guest(*, order_id: int) -> bool:
    """Whether an order was placed without a login."""
    return GuestOrder.objects.filter(order_id=order_id).exists()


def to_buyer(*, order: Order, subject: str, template: str, key: str, **context: Any) -> bool:
    """A letter about an order with a link to its page, once for each key; False where no address is known."""
    who = (order.customer or order.seller).profile
    guest = is_guest(order_id=order.pk)
    address = who.contact_email if guest else who.user.email if who.user else ""
    if not address:
        return False
    page = (
        reverse("guest-order", args=[guests.token(order_number=order.number)])
        if guest
        else reverse("order", args=[order.number])
    )
    known = {
        "name": who.name,
        "order": order.number,
        "link": settings.SITE_URL + page,
        "company": settings.COMPANY_NAME,
        **context,
    }
    EmailMessage(
        subject=subject, body=render_to_string(template, known), to=[address], headers={KEY: key}
    ).send()
    return True

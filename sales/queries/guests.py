"""Orders of people without a login: the link in their letter, and what it leads to.

The link is signed and names one order. Order numbers follow one another, and say nothing to whoever tries them out.
"""

from dataclasses import dataclass

from django.core import signing

from sales.models import GuestOrder

SALT = "guest-order"
# As long as a distributor's goods may go back; papers are asked for within that time, too.
KEPT_SECONDS = 400 * 24 * 3600


@dataclass(frozen=True, kw_only=True)
class Guest:
    """What stands behind a link: one order, and from whom it was bought."""

    order_id: int
    order_number: str
    seller_name: str
    code: str  # of the link by which the buyer came


def token(*, order_number: str) -> str:
    """What the link to an order carries."""
    return signing.dumps(order_number, salt=SALT)


def of_token(*, token: str) -> Guest | None:
    """The order a link leads to; None where it is not signed by us, too old, or its buyer has been erased."""
    try:
        number = signing.loads(token, salt=SALT, max_age=KEPT_SECONDS)
    except signing.BadSignature:
        return None
    found = GuestOrder.objects.filter(order__number=number, order__customer__profile__erased_at__isnull=True)
    one = found.select_related("order__seller__profile", "link").first()
    if one is None:
        return None
    return Guest(
        order_id=one.order_id,
        order_number=one.order.number,
        seller_name=one.order.seller.profile.name,
        code=one.link.code,
    )


def made_by(*, submission: str) -> str | None:
    """The number of the order that a form made which carried this token, if it did."""
    found = GuestOrder.objects.filter(order__submission=submission)
    return found.values_list("order__number", flat=True).first()

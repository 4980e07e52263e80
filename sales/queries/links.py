"""What people bought who came by a referral link."""

from collections import Counter
from collections.abc import Collection

from django.db.models import Count

from sales.models import GuestOrder, Order

# By what an order hangs on the enrolment of who bought.
BUYERS = (
    ("customer__profile__enrolment__referral", False),
    ("seller__enrolment__referral", True),
)


def orders_by_link(*, link_ids: Collection[int]) -> dict[int, int]:
    """For each link, the paid orders of people who signed up or bought as a guest through it; links without any are
    missing."""
    found: Counter[int] = Counter()
    for way, own in BUYERS:
        paid = Order.objects.filter(
            paid_at__isnull=False, customer__isnull=own, **{f"{way}__in": list(link_ids)}
        )
        counted = paid.order_by().values_list(way).annotate(orders=Count("pk"))
        found.update(dict(counted))
    guests = GuestOrder.objects.filter(link__in=list(link_ids), order__paid_at__isnull=False)
    found.update(dict(guests.order_by().values_list("link_id").annotate(orders=Count("pk"))))
    return dict(found)

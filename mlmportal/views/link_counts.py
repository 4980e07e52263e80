"""What came of a link, in the same words wherever it stands."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import ngettext

from distributors.queries.campaigns import Link
from sales.queries import links


def of_link(*, link: Link | None, orders: Mapping[int, int] | None = None) -> list[dict[str, Any]]:
    """Visits, sign-ups and paid orders; nothing for who has no link. `orders` by link, where they are known already."""
    if link is None:
        return []
    if orders is None:
        orders = links.orders_by_link(link_ids=[link.id])
    ordered = orders.get(link.id, 0)
    return [
        {"number": link.visits, "word": ngettext("visit", "visits", link.visits)},
        {"number": link.signed_up, "word": ngettext("sign-up", "sign-ups", link.signed_up)},
        {"number": ordered, "word": ngettext("order", "orders", ordered)},
    ]

"""The orders of a period as parallel arrays, the newest first: whose they are and when they counted, nothing else."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

from common.operations import tables

# Whole returns within the period leave nothing of an order that could count.
_SOLD = """
    SELECT o.id, o.seller_id, MOMENT, o.id NOT IN (
        SELECT r.order_id FROM sales_return r
        WHERE r.booked_at >= %s AND r.booked_at < %s AND NOT EXISTS (
            SELECT 1 FROM sales_orderline l WHERE l.order_id = r.order_id AND l.quantity > (
                SELECT COALESCE(SUM(b.quantity), 0)
                FROM sales_returnline b JOIN sales_return n ON n.id = b.returned_id
                WHERE b.order_line_id = l.id AND n.booked_at >= %s AND n.booked_at < %s)))
    FROM sales_order o
    WHERE o.booked_at >= %s AND o.booked_at < %s AND o.state <> 'cancelled'
    ORDER BY o.booked_at DESC, o.id DESC
"""


def newest_first(*, starts_at: datetime, ends_at: datetime) -> dict[str, Any]:
    """The orders booked in [starts_at, ends_at) that were not cancelled, as arrays `order`, `seller`, `moment`, in
    microseconds since 1970, and `stands`: whether anything of it is left of what came back in the same span. One
    query."""
    period = [connection.ops.adapt_datetimefield_value(one.astimezone(UTC)) for one in (starts_at, ends_at)]
    shape = {**dict.fromkeys(("order", "seller", "moment"), "int"), "stands": "bool"}
    query = _SOLD.replace("MOMENT", tables.moment("o.booked_at"))
    return tables.read(query=query, parameters=period * 3, shape=shape)

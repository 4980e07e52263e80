"""From an order to what the seller's upline may expect of it."""

import time
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.close import company, waiting
from benchmarks.close.meter import Meter
from commissions.models import Line, Run, StatementItem
from commissions.operations import estimates, tidying
from common.operations import jobs
from distributors.models import Distributor
from sales.models import Order, Product
from sales.operations import orders

AGAIN = 2


def measure() -> dict[str, Any]:
    """An order is placed and paid, the estimate follows by its job, and the upline sees what the order brings.

    The pause in which orders gather is waited for. Then the estimate is refreshed again while somebody reads, and how
    long the reader had to wait is measured. Afterwards the estimate's rows go, as those of a draft do.
    """
    meter, now = Meter(), company.ENDING
    (seller,) = Distributor.objects.filter(level__gte=3, status="good").order_by("-pk")[:1]
    item = orders.Item(product_id=Product.objects.get().pk, quantity=1)
    with meter.stage("place and pay an order"):
        order = orders.place(
            buyer=orders.Buyer(distributor_id=seller.pk), items=[item], purpose="own_use", now=now
        )
        orders.mark_paid(order_id=order.pk, paid_at=now, by=None, now=now)
    with meter.stage("wait for other orders"):
        time.sleep(estimates.TOGETHER.total_seconds())
    with meter.stage("estimate"):
        jobs.advance_due(now=timezone.now(), owner="bench")
    run = Run.objects.get(state=Run.State.ESTIMATE)
    with meter.stage("the upline looks"):
        brought = list(Line.objects.filter(run=run, order_line__order_id=order.pk).order_by("level"))
        expected = StatementItem.objects.filter(run=run, distributor_id=brought[0].distributor_id)
        assert expected.exists()
    # A reader of SQLite never waits for who writes.
    waits = _refresh_beside(brought[0].distributor_id) if connection.vendor == "postgresql" else {}
    run = Run.objects.get(state=Run.State.ESTIMATE)
    with meter.stage("delete a draft"):
        tidying.drop(estimates=Run.objects.filter(pk=run.pk))
    # The month is closed as if the order had never been paid: the close is measured on exactly what was asked for.
    Order.objects.filter(pk=order.pk).update(state=Order.State.CANCELLED, paid_at=None, booked_at=None)
    return {
        "stages": meter.plain(),
        "lines": run.line_count,
        "uplines": len(brought),
        "people": run.people_count,
        **waits,
    }


def _refresh_beside(person: int) -> dict[str, Any]:
    """The estimate is refreshed again and again beside a reader: the one before is kept, the one before that goes. One
    is left, as before, and the server has written what was to be written."""
    with waiting.reader(person=person) as waited:
        for _ in range(AGAIN):
            assert estimates.refresh(now=timezone.now()) is not None
    tidying.drop(estimates=Run.objects.filter(state=Run.State.SUPERSEDED))
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    return {"reads": len(waited), "longest_read_ms": max(waited)}

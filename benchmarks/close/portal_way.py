"""What portals usually do: for each order, up the sponsors through the ORM, one row inserted on each level.

It is given what it would have to find out first, ranks and who is active, for nothing: it reads them from a snapshot
that stands already. It pays level pay alone. Each order is one transaction, as a shop's signal would have it.
"""

import time
from decimal import Decimal
from typing import Any

from django.db import transaction

from benchmarks.close.portal.models import Commission
from commissions.core.explain import rates_of_ranks
from commissions.core.terms import Walk
from commissions.models import Run, Snapshot
from commissions.queries import plans
from distributors.models import Distributor
from sales.models import Order

BONUS, SECONDS, MOST = "level_pay", 20.0, 20_000


def measure(*, seconds: float = SECONDS) -> dict[str, Any]:
    """As many orders as it gets through in some seconds."""
    run = Run.objects.select_related("plan").get(state=Run.State.FINAL)
    plan = plans.parsed(version=run.plan)
    bonus = next(one for one in plan.bonuses if one.name == BONUS)
    assert isinstance(bonus.how, Walk)
    rates = {level: rates_of_ranks(plan, bonus, level) or () for level in range(1, bonus.how.last + 1)}
    began, done = time.perf_counter(), 0
    for order in Order.objects.order_by("pk").iterator(chunk_size=500):
        with transaction.atomic():
            _pay(order, run, rates)
        done += 1
        if done == MOST or time.perf_counter() - began > seconds:
            break
    return {"orders": done, "seconds": time.perf_counter() - began, "rows": Commission.objects.count()}


def _pay(order: Order, run: Run, rates: dict[int, tuple[int, ...]]) -> None:
    volume = sum(line.commissionable for line in order.lines.all())
    level, person = 0, Distributor.objects.select_related("sponsor").get(pk=order.seller_id).sponsor
    while person is not None and level < max(rates):
        had = Snapshot.objects.get(run=run, distributor=person)
        if had.active:
            level += 1
            rate = Decimal(rates[level][had.rank]) / 1_000_000
            if rate:
                amount = (Decimal(volume) / 100 * rate).quantize(Decimal("0.01"))
                Commission.objects.create(
                    distributor=person, order=order, level=level, rate=rate, amount=amount
                )
        person = person.sponsor

"""A small company with a plan, a shop and an open month."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from commissions.models import Run
from commissions.operations import periods, plans, runs
from common.operations import jobs
from sales.models import Customer, Order
from sales.operations import orders, products, returns
from tests import cast as company
from tests.remembered import remembered

PLAN = Path(__file__).resolve().parents[2] / "commissions/plans/linden.yaml"
START = datetime(2025, 11, 1, tzinfo=UTC)


@dataclass
class Shop:
    """Sells on a day, pays at once, takes back."""

    cast: company.Cast
    product_id: int

    def sell(self, seller: str, pieces: int, on: datetime, customer: bool = False) -> Order:
        person = self.cast.people[seller]
        buyer = orders.Buyer(distributor_id=person.pk)
        if customer:
            buyer = orders.Buyer(customer_id=self._customer(person).pk)
        items = [orders.Item(product_id=self.product_id, quantity=pieces)]
        order = orders.place(buyer=buyer, items=items, purpose="own_use", now=on)
        orders.mark_paid(order_id=order.pk, paid_at=on, by=None)
        return order

    def take_back(self, order: Order, pieces: int, on: datetime) -> None:
        line = order.lines.get()
        back = [returns.Back(order_line_id=line.pk, quantity=pieces)]
        returns.book(order_id=order.pk, lines=back, reason="Damaged", now=on)

    def _customer(self, person):
        found = Customer.objects.filter(distributor=person).first()
        return found or Customer.objects.create(
            number=f"C{person.number}",
            profile=company.profile(name="Customer", user=None),
            distributor=person,
            kind=Customer.Kind.RETAIL,
            since=company.JOINED,
        )


def at(month: int, day: int, hour: int = 12, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.fixture
@remembered
def cast(db):
    return company.assemble()


@pytest.fixture
@remembered
def shop(cast):
    # 31.00 points a piece; 40.00 at retail, 30.00 for a distributor.
    terms = products.Terms(
        valid_from=date(2025, 1, 1),
        retail_price=4000,
        preferred_price=3600,
        distributor_price=3000,
        qualifying=3100,
        commissionable=3100,
    )
    made = products.offer(sku="SOAP", name="Rye soap", product_class="product", terms=terms)
    return Shop(cast, made)


@pytest.fixture
@remembered
def plan(db):
    return plans.adopt(document=PLAN.read_text(), now=START)


@pytest.fixture
@remembered
def october(plan, shop):
    """October 2026 is open, and something was sold in it: 34 pieces below Ben and by him, 3 of them
    to Eva's customer, and 4 by Ana. Ben, with two active legs, is a Builder."""
    periods.open_first(key="2026-10", now=at(10, 1))
    for seller, pieces in (
        ("eva", 4),
        ("dan", 5),
        ("finn", 10),
        ("cleo", 4),
        ("ben", 4),
        ("ana", 4),
        ("gus", 4),
    ):
        shop.sell(seller, pieces, at(10, 10))
    shop.sell("eva", 3, at(10, 14), customer=True)
    return shop


def work(now: datetime) -> int:
    return jobs.advance_due(now=now, owner="a test")


CLOSING, SIGNING = at(11, 2), at(11, 3)


def draft(key: str = "2026-10", now: datetime = CLOSING) -> Run:
    """The month closed and its draft computed."""
    run = periods.close(key=key, by=None, now=now)
    work(now)
    run.refresh_from_db()
    return run


def finish(cast: company.Cast, run: Run, now: datetime = SIGNING) -> Run:
    """The draft reviewed by Paula, approved by Quinn, posted and final."""
    run.refresh_from_db()
    runs.review(run_id=run.pk, by=cast.users["paula"].pk, now=now)
    runs.approve(run_id=run.pk, by=cast.users["quinn"].pk, typed_total=run.total, now=now)
    work(now)
    run.refresh_from_db()
    return run

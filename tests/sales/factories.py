"""What the sales tests need: people without a tree, a few products, orders at fixed moments."""

import itertools
import threading
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from django.db import connections

from distributors import tree
from distributors.models import Distributor, Profile, User
from sales.models import Customer, Order, Product
from sales.operations import customers, orders, products
from sales.operations.orders import Buyer, Item

NOON = datetime(2026, 10, 14, 10, 0, tzinfo=UTC)
OCTOBER = (datetime(2026, 9, 30, 22, tzinfo=UTC), datetime(2026, 10, 31, 23, tzinfo=UTC))
NOVEMBER = (OCTOBER[1], datetime(2026, 11, 30, 23, tzinfo=UTC))
_count = itertools.count(1)


def profile(name: str = "Ines Moreau", *, user: User | None = None) -> Profile:
    given, _, family = name.partition(" ")
    return Profile.objects.create(given_name=given, family_name=family, user=user)


def distributor(name: str = "Ines Moreau", *, user: User | None = None) -> Distributor:
    at = next(_count)
    person = Distributor(
        number=f"D{at:05d}", profile=profile(name, user=user), joined_at=datetime(2025, 1, 7, tzinfo=UTC)
    )  # fmt: skip
    return tree.take_place(distributor=person, sponsor_id=None)


def customer(
    of: Distributor, name: str = "Luc Janssen", *, kind: str = "retail", user: User | None = None
) -> Customer:
    person = profile(name, user=user)
    number = customers.register(profile_id=person.pk, distributor_id=of.pk, kind=kind, now=NOON)
    return Customer.objects.get(number=number)


def terms(**changes: Any) -> products.Terms:
    usual = {
        "valid_from": date(2025, 1, 1),
        "retail_price": 1290,
        "preferred_price": 1160,
        "distributor_price": 900,
        "qualifying": 800,
        "commissionable": 700,
    }
    return products.Terms(**(usual | changes))


def product(
    sku: str = "SOAP-1",
    name: str = "Oat soap",
    *,
    product_class: str = "product",
    offered: bool = True,
    **changes: Any,
) -> Product:
    pk = products.offer(
        sku=sku, name=name, product_class=product_class, terms=terms(**changes), is_offered=offered
    )  # fmt: skip
    return Product.objects.get(pk=pk)


def buyer(person: Distributor | Customer) -> Buyer:
    if isinstance(person, Customer):
        return Buyer(customer_id=person.pk)
    return Buyer(distributor_id=person.pk)


def order(
    person: Distributor | Customer,
    *items: tuple[Product, int],
    placed_at: datetime = NOON,
    paid_at: datetime | None = None,
    purpose: str = "own_use",
) -> Order:
    placed = orders.place(
        buyer=buyer(person), items=[Item(p.pk, n) for p, n in items], purpose=purpose, now=placed_at
    )
    if paid_at is not None:
        orders.mark_paid(order_id=placed.pk, paid_at=paid_at, by=None)
        placed.refresh_from_db()
    return placed


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls in threads that start together; the answers, or what was raised, in the calls' order."""
    answers: list[Any] = [None] * len(calls)
    barrier = threading.Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        try:
            barrier.wait(10)
            answers[place] = call()
        except Exception as error:  # noqa: BLE001 - what was raised is the answer
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return answers
